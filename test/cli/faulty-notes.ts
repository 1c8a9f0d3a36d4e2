// A project whose stages fail for some notes, end their thread for others, and take their time over a model.
import { makeProject, type TestProject } from "./project.ts"

const stages = `import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"

const text = { text: Schema.String }

export const strict = Stage.map({
  name: "notes.strict",
  needs: text,
  adds: { length: Schema.Int },
  apply: ({ text }) => {
    if (text.includes("boom")) throw new Error("says boom")
    return { length: text.length }
  }
})

export const deadly = Stage.map({
  name: "notes.deadly",
  needs: text,
  impure: "ends its thread",
  adds: { length: Schema.Int },
  apply: ({ text }) => {
    if (text.includes("boom")) process.exit(3)
    return { length: text.length }
  }
})

export const slow = Stage.program({
  name: "notes.slow",
  inputs: { data: input.dataset(text) },
  main: "data",
  options: { seconds: opt(Schema.Finite, 0) },
  emits: "model",
  run: async ({ inputs, options, out, used }) => {
    const rows = await inputs.data.read()
    await new Promise((done) => setTimeout(done, 1000 * options.seconds))
    used("data", rows.map(({ id }) => id))
    writeFileSync(join(out, "model.txt"), rows.map(({ row }) => row.text).join("\\n"))
    return { data: rows.length }
  }
})
`

const pipeline = (name: string, chain: string) => `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"
import { deadly, slow, strict } from "./stages.ts"

const Note = Schema.Struct({ id: Schema.String, text: Schema.String })
const notes = ingest.jsonl({ path: "data/*.jsonl", row: Note, key: "id" }).pipe(${chain})
const model = notes.pipe(slow())

export default pipeline("${name}", { notes, model })
`

const note = (id: number, text: string) => `${JSON.stringify({ id: `n${id}`, text })}\n`

/** Notes of which the second says boom; a pipeline \`strict\` and one \`deadly\`. */
export const makeFaultyNotes = (): TestProject =>
  makeProject({
    "data/a.jsonl": [note(1, "ash"), note(2, "boom"), note(3, "elm"), note(4, "oak")].join(""),
    "pipelines/stages.ts": stages,
    "pipelines/strict.ts": pipeline("strict", "strict()"),
    "pipelines/deadly.ts": pipeline("deadly", "deadly()")
  })
