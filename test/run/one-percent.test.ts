// One row in a hundred appended, inserted, edited or deleted: every node computes the rows that are new to it and no other.
import { cpSync } from "node:fs"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Answer, Engine } from "./engine.ts"
import { edits, type Files, newRows, original, readingOf, type Thresholds } from "./many-rows.ts"
import { repository } from "./sequence.ts"
import { computedOf, digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
let temp: TempRun

const file = `${repository}/test/run/fixtures/documents.ts`
const usual: Thresholds = { minWords: 60, near: 0.68 }

const write = (corpus: Files) => {
  for (const [i, documents] of corpus.entries())
    temp.write(`in/${i}.jsonl`, documents.map((document) => `${JSON.stringify(document)}\n`).join(""))
}

const run = (store: string, { minWords, near } = usual, partitionBytes = 20_000) => {
  const sets = {
    path: temp.path("in/*.jsonl"),
    partitionBytes: `${partitionBytes}`,
    "documents.spoken.minWords": `${minWords}`,
    "dedup.minhash.threshold": `${near}`
  }
  return engine.run({ root: repository, storeRoot: temp.path(store), file, sets, workers: 2 })
}

let stores = 0
const newStore = () => `store${stores++}`

/** A store as a run left it, for one more run. */
const copyOf = (store: string): string => {
  const copy = newStore()
  cpSync(temp.path(store), temp.path(copy), { recursive: true })
  return copy
}

/** In pipeline order. */
const counts = (answer: Answer): ReadonlyArray<number> => answer.nodes!.map(({ rows }) => rows.computed)

const done = newStore()
let first: Answer

beforeAll(async () => {
  temp = new TempRun(engine)
  write(original)
  first = await run(done)
})
afterAll(() => {
  temp[Symbol.dispose]()
  engine[Symbol.dispose]()
})

/** The nodes, in pipeline order, with the rows that a run from nothing computes at each. */
const everything = {
  "ingest.jsonl": 2000,
  "documents.tidy": 2000,
  "dedup.exact": 2000,
  "documents.spoken": 1918,
  "dedup.minhash": 1878,
  "documents.titled": 1770,
  "documents.passages": 1770
}

/** Rows computed at each node, in pipeline order. */
const expected: { readonly [edit in keyof typeof edits]: ReadonlyArray<number> } = {
  "20 appended": [20, 20, 20, 20, 20, 20, 20],
  "20 inserted at the front": [20, 20, 20, 20, 20, 20, 20],
  "20 inserted, spread": [20, 20, 20, 20, 20, 20, 20],
  "20 edited, spread": [20, 20, 20, 20, 20, 20, 20],
  "20 deleted, spread": [0, 0, 0, 0, 0, 0, 0],
  "20 survivors of groups deleted": [0, 0, 0, 0, 0, 20, 10],
  "20 survivors of groups edited": [20, 20, 20, 20, 20, 40, 30],
  "10 survivors that hold a group together edited": [10, 10, 10, 10, 10, 30, 30],
  "5 copies at the front": [5, 5, 5, 0, 0, 5, 0]
}

const before = readingOf(original, usual)

it("a run from nothing computes every row, in many partitions", () => {
  expect(computedOf(first)).toEqual(everything)
  for (const [node, rows] of Object.entries(everything)) expect(before.nodes[node]).toHaveLength(rows)
  for (const { partitions } of first.nodes!) expect(partitions.run).toBeGreaterThan(50)
  expect(first.rows!["near"]!.columns["id"]).toEqual(before.left)
})

describe("one row in a hundred", () => {
  it.each(Object.entries(edits))("%s", async (edit, corpus) => {
    const after = readingOf(corpus, usual)
    write(corpus)
    const warm = await run(copyOf(done))
    expect(computedOf(warm)).toEqual(newRows(before, after))
    expect(counts(warm)).toEqual(expected[edit as keyof typeof edits])
    expect(warm.rows["near"]!.columns["id"]).toEqual(after.left)
    expect(digestsOf(warm)).toEqual(digestsOf(await run(newStore(), usual, 1_000_000)))
    expect(warm.damage).toEqual([])
  })
})

describe("a threshold", () => {
  it.each<readonly [what: string, from: Thresholds, to: Thresholds, computed: ReadonlyArray<number>]>([
    ["that 20 rows come back over", { ...usual, minWords: 80 }, usual, [0, 0, 0, 0, 20, 16, 16]],
    ["that 20 rows fall below", usual, { ...usual, minWords: 80 }, [0, 0, 0, 0, 0, 4, 4]],
    ["that parts groups of near duplicates", usual, { ...usual, near: 0.9 }, [0, 0, 0, 0, 0, 20, 20]],
    ["that joins near duplicates", { ...usual, near: 0.9 }, usual, [0, 0, 0, 0, 0, 0, 0]]
  ])("%s", async (_, from, to, computed) => {
    write(original)
    const store = from === usual ? copyOf(done) : newStore()
    if (from !== usual) await run(store, from)
    const after = readingOf(original, to)
    const warm = await run(store, to)
    expect(computedOf(warm)).toEqual(newRows(readingOf(original, from), after))
    expect(counts(warm)).toEqual(computed)
    expect(warm.rows["near"]!.columns["id"]).toEqual(after.left)
    expect(digestsOf(warm)).toEqual(digestsOf(await run(newStore(), to, 1_000_000)))
    const again = await run(store, from)
    expect(counts(again)).toEqual([0, 0, 0, 0, 0, 0, 0])
    expect(new Set(again.nodes.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))
  })
})

it("a row edited leaves alone the partitions that a filter has emptied", async () => {
  const short = (document: { readonly id: string }) => ({ ...document, text: `too short ${document.id}` })
  const mostlyShort = original.map((documents, i) => (i === 0 ? documents : documents.map(short)))
  write(mostlyShort)
  const store = newStore()
  const cold = await run(store)
  for (const name of ["documents.titled", "documents.passages"])
    expect(cold.nodes!.find((node) => node.name === name)!.partitions.run).toBeGreaterThan(10)
  const [first, ...others] = mostlyShort
  write([[{ ...first![0]!, text: `${first![0]!.text} edited` }, ...first!.slice(1)], ...others])
  const warm = await run(store)
  for (const { name, partitions } of warm.nodes!)
    if (name !== "dedup.exact" && name !== "dedup.minhash") expect(partitions.run, name).toBeLessThan(3)
})
