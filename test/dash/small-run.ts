// Runs the small pipeline on the folder given, in a process of its own: a test runner moves the places of stages.
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import * as Effect from "effect/Effect"
import { runPipeline } from "../../src/run/run.ts"

const root = process.argv[2]!

await Effect.runPromise(
  runPipeline({
    project: { root, storeRoot: join(root, ".sluice") },
    file: fileURLToPath(new URL("./small-pipeline.ts", import.meta.url)),
    sets: { "small.long.minWords": "3" },
    workers: 1,
    listeners: []
  })
)
