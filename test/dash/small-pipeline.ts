// A small pipeline for the report's tests: files of lines, a filter, a stand-in for a training, one for an evaluation.
import { pipeline, split } from "#sluice"
import { evaluate, note, train } from "./small-programs.ts"
import { lines, long } from "./small-stages.ts"

const clean = lines({ path: "data/**/*.txt", partitionBytes: 400 }).pipe(long())
const held = clean.pipe(split({ by: "text", test: 0.3, seed: 1 }))
const first = train({ data: held.train })
const second = train({ data: held.train, seed: 1 })
const report = evaluate({ models: { first, second }, on: held.test })

export default pipeline("small", { clean, second, report, note: clean.pipe(note()) })
