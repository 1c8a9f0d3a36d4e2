// How many pairs of known similarity dedup.minhash finds, and how many it joins in error, over thresholds; and what of the
// curation corpus the dedups that the curation bench leaves out make a second.
import { spawnSync } from "node:child_process"
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import type { Batch, TextColumn } from "#sluice"
import { dedup } from "#stages"
import { withProfile } from "../stages/dedup/profiles.ts"
import { type Ran, runCommand } from "./command.ts"
import { Figures, median, root } from "./figure.ts"
import { corpusFiles } from "./given-corpus.ts"

const figures = new Figures("dedup")
const folder = mkdtempSync(join(tmpdir(), "sluice-bench-"))
const archive = process.env["SLUICE_DEDUP_DEV"] ?? join(root, "../shared/data/dedup-dev.tar.zst")

interface Select {
  readonly prepareOptions: object
  readonly options: object
  readonly prepareBatch: (batch: Batch, options: object) => Batch
  readonly resolve: (tables: object, options: object, verdicts: object) => void
}

interface Pair {
  readonly a: number
  readonly b: number
  readonly similarity: number
}

/** The documents, and the pairs of them at a Jaccard similarity of 5-grams of at least 0.3. */
const development = () => {
  spawnSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const lines = (name: string) =>
    readFileSync(join(folder, "dedup/dev", name), "utf8")
      .trimEnd()
      .split("\n")
  const documents = lines("docs.jsonl").map(
    (line) => JSON.parse(line) as { readonly id: string; readonly text: string }
  )
  const at = new Map(documents.map(({ id }, i) => [id, i]))
  const pairs = lines("pairs.tsv")
    .map((line) => line.split("\t"))
    .filter((cells) => Number(cells[2]) > 0)
    .map(([a, b, similarity]): Pair => ({ a: at.get(a!)!, b: at.get(b!)!, similarity: Number(similarity) }))
  return { texts: documents.map(({ text }) => text), pairs }
}

const textColumn = (texts: ReadonlyArray<string>): TextColumn => {
  const parts = texts.map((text) => Buffer.from(text))
  const offsets = new Int32Array(texts.length + 1)
  parts.forEach((part, i) => {
    offsets[i + 1] = offsets[i]! + part.length
  })
  return { type: "text", offsets, bytes: new Uint8Array(Buffer.concat(parts)), valid: undefined }
}

/** For each text the first of its group. */
const groupsOf = (texts: ReadonlyArray<string>, given: object): ReadonlyArray<number> => {
  const { prepareBatch, resolve, ...declared } = dedup.minhash.declaration as unknown as Select
  const specs = Object.entries({ ...declared.prepareOptions, ...declared.options } as {
    [name: string]: { fallback: unknown }
  })
  const options = {
    ...Object.fromEntries(specs.map(([name, { fallback }]) => [name, fallback])),
    ...withProfile(given)
  }
  const by = textColumn(texts)
  const { columns } = prepareBatch({ rows: texts.length, columns: { by, rank: by } }, options)
  const rank = (columns["rank"] as { readonly values: Float64Array }).values
  const rows = { rows: texts.length, columns: { rank }, column: (name: string) => columns[name]! }
  const group = texts.map((_, row) => row)
  const merge = (row: number, into: number) => {
    group[row] = into
  }
  resolve({ rows, against: [] }, options, { merge, warn: console.log })
  return group
}

const share = (some: number, all: number) => (all === 0 ? 1 : some / all)

/**
 * Recall: pairs at `least` or more that are in one group. Precision: rows merged that are at `least` to some row of their
 * group, for a group is a chain of such pairs.
 */
const measured = (group: ReadonlyArray<number>, pairs: ReadonlyArray<Pair>, least: number) => {
  const alike = pairs.filter(({ similarity }) => similarity >= least)
  const together = alike.filter(({ a, b }) => group[a] === group[b])
  const sound = new Set(together.flatMap(({ a, b }) => [a, b]))
  const merged = [...group.keys()].filter((row) => group[row] !== row)
  return {
    recall: share(together.length, alike.length),
    precision: share(merged.filter((row) => sound.has(row)).length, merged.length)
  }
}

if (existsSync(archive)) {
  const { texts, pairs } = development()
  for (const threshold of [0.5, 0.6, 0.7, 0.8, 0.85, 0.9, 0.95]) {
    const group = groupsOf(texts, { verify: true, bands: 25, rows: 5, threshold })
    const { recall, precision } = measured(group, pairs, threshold)
    const at08 = threshold === 0.8
    figures.note(`25 × 5, verified at J ≥ ${threshold}: recall`, 100 * recall, "%", at08 ? "≥ 97 %" : "")
    figures.note(`25 × 5, verified at J ≥ ${threshold}: precision`, 100 * precision, "%", at08 ? "≥ 99 %" : "")
  }
  for (const profile of [undefined, "datatrove", "curator"] as const) {
    const group = groupsOf(texts, profile === undefined ? {} : { profile })
    const name = profile ?? "14 × 8, estimated at 0.7"
    figures.note(`${name}: recall of J ≥ 0.8`, 100 * measured(group, pairs, 0.8).recall, "%", "")
    figures.note(`${name}: precision as J ≥ 0.6`, 100 * measured(group, pairs, 0.6).precision, "%", "")
  }
} else console.log("dedup-dev is not here (SLUICE_DEDUP_DEV=FILE.tar.zst): recall and precision not measured")

/** Megabytes of text, of each file a sixth at most, as in the curation bench. */
const wanted = Number(process.env["SLUICE_BENCH_MB"] ?? 48) * 1e6
const file = join(folder, "documents.jsonl")
const lines: Array<string> = []
let bytes = 0
for (const { text: all } of corpusFiles("dedup")) {
  let taken = 0
  for (const line of all.split("\n")) {
    if (line === "" || taken > wanted / 6 || bytes > wanted) continue
    const { id, text } = JSON.parse(line) as { readonly id: string; readonly text?: string }
    if (text === undefined || text === "") continue
    lines.push(`${JSON.stringify({ id, text })}\n`)
    taken += Buffer.byteLength(text)
    bytes += Buffer.byteLength(text)
  }
}
writeFileSync(file, lines.join(""))
const runs: Array<Ran> = []
for (const store of ["a", "b", "c"])
  runs.push(
    await runCommand([
      ...["run", join(root, "bench/pipelines/dedup.ts"), "--store", join(folder, store)],
      ...["--set", `documents=${file}`, "--workers", "1"]
    ])
  )
const rate = (what: string, node: string, reach: string) => {
  const seconds = runs.map(({ nodes }) => nodes.find(({ name }) => name === node)!.seconds)
  figures.note(what, bytes / 1e6 / median(seconds), "MB/s", reach)
}
rate("MinHash as datatrove: sign, cluster, remove", "dedup.minhash", "≥ 20 MB/s")
rate("MinHash, characters (curator): sign, cluster, remove", "dedup.minhash#2", "")
rate("SimHash", "dedup.simhash", "")
rate("Bloom filter, 13-grams", "dedup.bloom", "")
rate("repeated sentences found", "dedup.sentences", "")
rate("repeated runs of 100 bytes found", "dedup.substring", "")
rmSync(folder, { recursive: true, force: true })
figures.keep()
