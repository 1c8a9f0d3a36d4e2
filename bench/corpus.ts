// A hundred thousand documents through six row-local stages and two dedups, by the packed command in a project of its own:
// cold, unchanged, one document edited, memory; and the row-local stages alone, with more workers.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { runCommand } from "./command.ts"
import { Figures, median, root } from "./figure.ts"
import { corpusFiles } from "./given-corpus.ts"
import { packedProject } from "./packed.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const project = packedProject(join(folder, "project"))
const figures = new Figures("corpus")
const once = join(folder, "once")
const twice = join(folder, "twice")
for (const made of [once, twice]) mkdirSync(made)
for (const { name, text } of corpusFiles("corpus")) {
  writeFileSync(join(once, name), text)
  writeFileSync(join(twice, name), text)
  const copy = text.replaceAll(/^\{"id":"/gm, '{"id":"copy-').replaceAll(/"(text|html)":"/g, '"$1":"Copy. ')
  writeFileSync(join(twice, `copy-${name}`), copy)
}

const pipelineRun = (pipeline: string, set: string, store: string, workers: number) =>
  runCommand(["run", pipeline, "--store", join(folder, store), "--set", set, "--workers", `${workers}`], project)
const run = (documents: string, store: string, workers: number) =>
  pipelineRun("corpus", `corpus=${documents}/*.jsonl`, store, workers)

let stores = 0
/** A run from nothing. Nothing is deleted before the end: ext4 looks long for a free inode where many were freed just now. */
const fresh = (pipeline: string, set: string, workers: number) =>
  pipelineRun(pipeline, set, `fresh-${stores++}`, workers)

/** Time of one worker over that of two: the median of some pairs, the one first in one, the other in the next. */
const speedUp = async (pipeline: string, set: string, pairs = 3): Promise<number> => {
  const ratios: Array<number> = []
  for (let round = 0; round < pairs; round++) {
    const seconds = [0, 0]
    for (const workers of round % 2 === 0 ? [2, 1] : [1, 2])
      seconds[workers - 1] = (await fresh(pipeline, set, workers)).seconds
    ratios.push(seconds[0]! / seconds[1]!)
  }
  return median(ratios)
}

/** Adds a sentence to one document in the middle of a file. */
const edit = (documents: string, round: number) => {
  const name = readdirSync(documents)
    .sort()
    .at(-1 - round)!
  execFileSync(process.execPath, [join(root, "bench/edit-document.ts"), join(documents, name)])
}

const cold = await run(once, "two", 2)
figures.note("cold run, 2 workers", cold.seconds, "s", "")
figures.note("cold run, peak memory", cold.peakMiB, "MiB", "≤ 1536 MiB")
const unchanged = [await run(once, "two", 2), await run(once, "two", 2), await run(once, "two", 2)]
figures.note("nothing changed, process start included", median(unchanged.map(({ seconds }) => seconds)), "s", "≤ 1 s")
const edited: Array<number> = []
for (let round = 0; round < 3; round++) {
  edit(once, round)
  edited.push((await run(once, "two", 2)).seconds)
}
figures.note("one document edited", median(edited), "s", "")
figures.note("one document edited, of the cold run", (100 * median(edited)) / cold.seconds, "%", "≤ 5 %")
const one = await run(once, "one", 1)
figures.note("2 workers against 1, dedups included", one.seconds / cold.seconds, "×", "")
const numbers = join(folder, "numbers.jsonl")
writeFileSync(numbers, Array.from({ length: 12_000 }, (_, n) => `{"n":${100_000 + n}}\n`).join(""))
figures.note(
  "2 workers against 1, row functions that only compute",
  await speedUp("busy", `rows=${numbers}`),
  "×",
  "≥ 1.7 ×"
)
for (const [documents, what, pairs] of [
  [once, "", 5],
  [twice, ", twice the documents", 3]
] as const) {
  const chain = await speedUp("chain", `corpus=${documents}/*.jsonl`, pairs)
  figures.note(`2 workers against 1, row-local stages with Parquet${what}`, chain, "×", "≥ 1.5 ×")
}
const double = await run(twice, "double", 2)
figures.note("twice the documents, peak memory", double.peakMiB, "MiB", "flat")
rmSync(folder, { recursive: true, force: true })
figures.keep()
