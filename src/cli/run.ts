// sluice run: the plan, the work as it goes, and what came of it.
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import * as Command from "effect/cli/Command"
import type { RunResult } from "../run/run.ts"
import { parseSets, pipelineArgument, setFlag, sharedFlags, workerCount, workersFlag } from "./sluice.ts"

const attempt = <A>(run: () => Promise<A>) => Effect.tryPromise({ try: run, catch: (cause) => cause })

/** Writes the HTML report of a run; one where nothing ran keeps the report that is there. */
const report = async (result: RunResult): Promise<string> => {
  const path = join(result.store.root, "reports", `${result.ref.pipeline}.html`)
  if (existsSync(path) && result.nodes.every(({ verdict }) => verdict === "hit")) return path
  const { writeReport } = await import("../dash/report.ts")
  return writeReport(result.store, result.ref)
}

export const run = Command.make(
  "run",
  { pipeline: pipelineArgument, set: setFlag, workers: workersFlag },
  ({ pipeline, set, workers }) =>
    Effect.gen(function* () {
      const shared = yield* sharedFlags
      const [{ runPipeline }, { findProject, pipelineFile }, { RunDisplay }, { printResult }, { printJson }] =
        yield* attempt(() =>
          Promise.all([
            import("../run/run.ts"),
            import("../run/project.ts"),
            import("./run-display.ts"),
            import("./print-run.ts"),
            import("./print.ts")
          ])
        )
      const prepared = yield* attempt(async () => {
        const project = findProject(process.cwd(), shared.store)
        const file = pipelineFile(project, pipeline, process.cwd())
        return { project, file, sets: parseSets(set), workers: await workerCount(workers) }
      })
      if (shared.json) {
        const result = yield* runPipeline({
          ...prepared,
          listeners: [(event) => event.event !== "failed" && printJson(event)]
        })
        yield* attempt(() => report(result))
        if (!result.passed) process.exitCode = 3
        return
      }
      const display = new RunDisplay(pipeline)
      const result = yield* runPipeline({
        ...prepared,
        listeners: [(event) => display.event(event)],
        planned: (plan) => display.planned(plan)
      }).pipe(Effect.ensuring(Effect.sync(() => display.close())))
      const reportPath = yield* attempt(() => report(result))
      yield* attempt(async () => printResult(pipeline, result, display.idle, reportPath))
    })
).pipe(
  Command.withDescription(
    "Run a pipeline: only what changed since earlier runs, and resume what was interrupted. Exit 3 where a gate does not open."
  ),
  Command.withShortDescription("Run a pipeline"),
  Command.withExamples([
    { command: "sluice run quickstart", description: "Run pipelines/quickstart.ts" },
    { command: "sluice run quickstart --set 'input=docs/**/*.md'", description: "On a folder of your own" },
    { command: "sluice run quickstart --json", description: "One event a line; the last one is the result" }
  ])
)
