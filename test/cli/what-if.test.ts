// what-if as a user types it: the rows that another threshold would flip, and what cannot be replayed.
import { readdirSync, statSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject

beforeAll(async () => {
  const pipeline = `import * as Schema from "effect/Schema"
import { pipeline, split } from "#sluice"
import { dedup, ingest } from "#stages"
import { short, upper } from "./stages.ts"
const Note = Schema.Struct({ id: Schema.String, text: Schema.String })
const notes = ingest.jsonl({ path: "data/*.jsonl", row: Note, key: "id" }).pipe(short(), upper(), dedup.minhash({ ngram: 1 }))
const held = notes.pipe(split({ by: "text", test: 0.5, seed: 1 }))
export default pipeline("fates", { train: held.train, test: held.test })`
  const judged = `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { dedup, ingest, quality } from "#stages"
const Note = Schema.Struct({ id: Schema.String, text: Schema.String, label: Schema.String })
const notes = ingest.jsonl({ path: "labelled/*.jsonl", row: Note, key: "id" })
const model = notes.pipe(quality.trainClassifier({ holdOut: 0, buckets: 256 }))
const good = notes.pipe(quality.classifier({ model, keep: "good" }))
export default pipeline("judged", { model, good, apart: good.pipe(dedup.semantic({ canaries: 0 })) })`
  const labelled = ["the gate opens at dawn", "the gate opens at dusk", "buy now", "click now"].map((text, i) =>
    JSON.stringify({ id: `${i}`, text, label: i < 2 ? "good" : "bad" })
  )
  project = makeNotes({
    "pipelines/fates.ts": pipeline,
    "pipelines/judged.ts": judged,
    "labelled/a.jsonl": labelled.join("\n")
  })
  await project.raw("run", "fates", "--workers", "1")
  await project.raw("run", "judged", "--workers", "1")
})
afterAll(() => project.close())

/** Every file of the store but caches, with its size. */
const stored = () =>
  readdirSync(join(project.root, ".sluice"), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .map((path) => `${path} ${statSync(path).size}`)
    .sort()

it("shows the rows that a filter would flip, and stores nothing", async () => {
  const before = stored()
  expect(await project.told("what-if", "fates", "notes.short", "--set", "minWords=7")).toMatchInlineSnapshot(`
    "notes.short: minWords 3 → 7
      decided anew on the stored scores of 5 rows, run <run> (<s>)
                 last run  now
      kept              3    0  −3
      too-short         2    5  +3

    3 rows flip
      kept → too-short  3

    <short>  kept → too-short  data/a.jsonl line 1
      text    the cat sat on the mat
      scores  words 6

    <short>  kept → too-short  data/a.jsonl line 3
      text    a stitch in time saves nine
      scores  words 6

    <short>  kept → too-short  data/b.jsonl line 1
      text    the cat sat on the mat
      scores  words 6

    sluice run fates --set notes.short.minWords=7 would make it so
    exit 0"
  `)
  expect(
    await project.told("what-if", "fates", "notes.short", "--set", "notes.short.minWords=2", "--rows", "0")
  ).toMatchInlineSnapshot(`
    "notes.short: minWords 3 → 2
      decided anew on the stored scores of 5 rows, run <run> (<s>)
                 last run  now
      kept              3    4  +1
      too-short         2    1  −1

    1 row flips
      too-short → kept  1

    … 1 more (--rows N, or --json for all)

    sluice run fates --set notes.short.minWords=2 would make it so
    exit 0"
  `)
  expect(await project.told("what-if", "fates", "notes.short", "--set", "minWords=3")).toMatchInlineSnapshot(`
    "notes.short: nothing changes
      decided anew on the stored scores of 5 rows, run <run> (<s>)
                 last run  now
      kept              3    3
      too-short         2    2

    no row flips
    exit 0"
  `)
  expect(stored()).toEqual(before)
})

it("decides a select anew", async () => {
  expect(await project.told("what-if", "fates", "dedup.minhash", "--set", "threshold=0.1")).toMatchInlineSnapshot(`
    "dedup.minhash: threshold 0.7 → 0.1
      decided anew on the stored scores of 3 rows, run <run> (<s>)
                      last run  now
      kept                   2    2
      near-duplicate         1    1

    no row flips
    exit 0"
  `)
  expect(await project.told("what-if", "fates", "split.by", "--set", "test=0", "--rows", "0")).toMatchInlineSnapshot(`
    "split.by: test 0.5 → 0
      decided anew on the stored scores of 2 rows, run <run> (<s>)
             last run  now
      train         0    2  +2
      test          2    0  −2

    2 rows flip
      test → train  2

    … 2 more (--rows N, or --json for all)

    sluice run fates --set split.by.test=0 would make it so
    exit 0"
  `)
})

it("decides anew on what a model of the pipeline measured, and on vectors", async () => {
  const all = await project.told("what-if", "judged", "quality.classifier", "--set", "minProbability=0", "--rows", "0")
  expect(all).toMatchInlineSnapshot(`
    "quality.classifier: minProbability 0.5 → 0
      decided anew on the stored scores of 4 rows, run <run> (<s>)
                  last run  now
      kept               2    4  +2
      improbable         2    0  −2

    2 rows flip
      improbable → kept  2

    … 2 more (--rows N, or --json for all)

    sluice run judged --set quality.classifier.minProbability=0 would make it so
    exit 0"
  `)
  const near = await project.told("what-if", "judged", "dedup.semantic", "--set", "threshold=0.5", "--rows", "0")
  expect(near).toMatchInlineSnapshot(`
    "dedup.semantic: threshold 0.95 → 0.5
      decided anew on the stored scores of 2 rows, run <run> (<s>)
                      last run  now
      kept                   2    1  −1
      near-duplicate         0    1  +1

    1 row flips
      kept → near-duplicate  1

    … 1 more (--rows N, or --json for all)

    sluice run judged --set dedup.semantic.threshold=0.5 would make it so
    exit 0"
  `)
})

it("gives all flipped rows as JSON", async () => {
  const [summary, ...rows] = await project.json("what-if", "fates", "notes.short", "--set", "minWords=1")
  expect(summary).toEqual({
    pipeline: "fates",
    node: "notes.short",
    run: expect.any(String),
    because: ["minWords 3 → 1"],
    causes: [{ cause: "option", option: "minWords", before: 3, after: 1 }],
    rows: 5,
    before: { kept: 3, "too-short": 2 },
    after: { kept: 5, "too-short": 0 },
    flips: { rows: 2, kinds: [{ before: "too-short", after: "kept", rows: 2 }] }
  })
  expect(rows.map(({ columns, scores }) => [columns.text, scores.words])).toEqual([
    ["too short", 2],
    ["hm", 1]
  ])
  expect(rows[0]).toEqual({
    id: expect.stringMatching(/^[0-9a-f]{32}$/),
    before: { verdict: "dropped", reason: "too-short" },
    after: { verdict: "kept" },
    scores: { words: 2 },
    columns: { text: "too short" },
    source: { path: "data/a.jsonl", line: 2, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }
  })
})

it("says what cannot be replayed", async () => {
  const told = async (...args: ReadonlyArray<string>) => (await project.sluice("what-if", ...args)).err
  expect(
    [
      await told("fates", "notes.short"),
      await told("fates", "notes.short", "--set", "minWord=2"),
      await told("fates", "notes.short", "--set", "minWords=two"),
      await told("fates", "notes.upper", "--set", "x=1"),
      await told("fates", "dedup.minhash", "--set", "ngram=2"),
      await told("fates", "dedup.minhash", "--set", "by=id"),
      await told("fates", "notes.shorts", "--set", "minWords=2"),
      await told("notes", "notes.short", "--set", "minWords=2")
    ].join("")
  ).toMatchInlineSnapshot(`
    "✗ there is nothing to try: notes.short is as it was in the last run  SLUICE_BAD_OPTION
      → sluice what-if fates notes.short --set OPTION=VALUE; its options: minWords
    ✗ notes.short has no option "minWord"; did you mean "minWords"?  SLUICE_UNKNOWN_OPTION
      → its options: minWords
    ✗ notes.short.minWords cannot be "two"  SLUICE_BAD_OPTION
      Expected number
      → see the stage's documentation for what it takes
    ✗ notes.upper is a map: it decides nothing that could be replayed  SLUICE_BAD_OPTION
      → sluice plan fates --set notes.upper.OPTION=VALUE says what a change would cost
    ✗ dedup.minhash.ngram is an option of its prepare: the rows would have to be prepared again  SLUICE_BAD_OPTION
      → sluice plan fates --set dedup.minhash.ngram=VALUE says what that would cost
    ✗ dedup.minhash.by is an option of its prepare: the rows would have to be prepared again  SLUICE_BAD_OPTION
      → sluice plan fates --set dedup.minhash.by=VALUE says what that would cost
    ✗ fates has no node "notes.shorts"; did you mean "notes.short"?  SLUICE_UNKNOWN
      → its nodes: ingest.jsonl, notes.short, notes.upper, dedup.minhash, split.by
    ✗ notes has no finished run in this store  SLUICE_NO_RUN
      store: <project>/.sluice
      → sluice run notes
    "
  `)
})

it("replays an edited decide, and refuses an edited measure", async () => {
  const stages = (text: string) => project.write("pipelines/stages.ts", text)
  const { readFileSync } = await import("node:fs")
  const original = readFileSync(join(project.root, "pipelines/stages.ts"), "utf8")
  stages(original.replace("words < minWords", "words <= minWords"))
  expect(
    await project.told("what-if", "fates", "notes.short", "--set", "minWords=5", "--rows", "0")
  ).toMatchInlineSnapshot(`
    "notes.short: minWords 3 → 5; changed function short.decide in pipelines/stages.ts
      decided anew on the stored scores of 5 rows, run <run> (<s>)
                 last run  now
      kept              3    3
      too-short         2    2

    no row flips
    exit 0"
  `)
  stages(original.replace('text.split(" ").length', "text.split(/ +/).length"))
  expect((await project.sluice("what-if", "fates", "notes.short", "--set", "minWords=5")).err).toMatchInlineSnapshot(`
    "✗ the last run has no scores of notes.short by its measure as it is now  SLUICE_NO_RUN
      its measure, what that reads, or the options it sees have changed since run <run>
      → sluice run fates, then ask again
    "
  `)
  stages(original)
})

it("tells what a run then does", async () => {
  const sets = { "notes.short.minWords": "6", "dedup.minhash.threshold": "0.95", "split.by.test": "0" }
  for (const [target, value] of Object.entries(sets)) {
    const node = target.slice(0, target.lastIndexOf("."))
    const [told] = await project.json("what-if", "fates", node, "--set", `${target}=${value}`)
    const events = await project.json("run", "fates", "--workers", "1", "--set", `${target}=${value}`)
    const { rows, reasons } = events.at(-1).nodes.find(({ name }: { name: string }) => name === node)
    const { kept, ...others } = told.after
    if (kept === undefined) expect([others, rows.in]).toEqual([{ train: rows.in, test: 0 }, told.rows])
    else
      expect([kept, Object.fromEntries(Object.entries(others).filter(([, n]) => n !== 0))]).toEqual([
        rows.kept,
        reasons
      ])
    await project.raw("run", "fates", "--workers", "1")
  }
})
