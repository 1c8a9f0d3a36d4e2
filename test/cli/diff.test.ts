// diff as a user types it: two runs with edits between them, rows and figures that differ, and what gc has taken.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes, notes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject
const run = (...sets: ReadonlyArray<string>) =>
  project.raw("run", "notes", "--workers", "1", ...sets.flatMap((set) => ["--set", set]))

beforeAll(async () => {
  project = makeNotes()
  await run()
})
afterAll(() => project.close())

it("needs two runs", async () => {
  expect(await project.told("diff", "notes")).toMatchInlineSnapshot(`
    "✗ notes has only one finished run in this store  SLUICE_NO_RUN
      → sluice run notes, after an edit
    exit 1"
  `)
})

it("says that nothing differs", async () => {
  await run()
  expect(await project.told("diff", "notes")).toMatchInlineSnapshot(`
    "notes: run <run> → run <run>

    edits
      none

    outputs
      clean       dataset  the same
      vocabulary  dataset  the same
      model       model    the same
      report      report   the same
    exit 0"
  `)
})

it("names the edits and shows rows that came, went and changed", async () => {
  const stages = readFileSync(join(project.root, "pipelines/stages.ts"), "utf8")
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is code that is written.
  project.write("pipelines/stages.ts", stages.replace("text.toUpperCase()", "`${text.toUpperCase()}!`"))
  project.write("data/a.jsonl", notes["data/a.jsonl"]!.replace("too short", "not so short now"))
  project.write("data/b.jsonl", '{"id":"b2","text":"hm"}')
  await run("notes.short.minWords=4")
  expect(await project.told("diff", "notes")).toMatchInlineSnapshot(`
    "notes: run <run> → run <run>

    edits
      ingest.jsonl  edited data/a.jsonl (1 row changed), data/b.jsonl (1 row deleted)
      notes.short   minWords 3 → 4
      notes.upper   changed function upper.apply in pipelines/stages.ts

    outputs
      clean       dataset  2 → 3 rows: 2 rows changed, 1 inserted
      vocabulary  dataset  12 → 16 rows: 12 rows changed, 4 inserted
      model       model    1 figure changed
      report      report   the same

    clean
      + <short>  inserted: dropped by notes.short (too-short) before
        text  not so short now
        loud  NOT SO SHORT NOW!
      ~ <short>  changed
        loud before  THE CAT SAT ON THE MAT
        loud now     THE CAT SAT ON THE MAT!
      ~ <short>  changed
        loud before  A STITCH IN TIME SAVES NINE
        loud now     A STITCH IN TIME SAVES NINE!

    vocabulary
      + <short>  inserted: what it was made of was dropped by notes.short (too-short) before
        word     not
        letters  [{"letter":"n","at":0},{"letter":"o","at":1},{"letter":"t","at":2}]
      ~ <short>  changed
        loud before  THE CAT SAT ON THE MAT
        loud now     THE CAT SAT ON THE MAT!
      + <short>  inserted: what it was made of was dropped by notes.short (too-short) before
        word     so
        letters  [{"letter":"s","at":0},{"letter":"o","at":1}]
      ~ <short>  changed
        loud before  THE CAT SAT ON THE MAT
        loud now     THE CAT SAT ON THE MAT!
      … 12 more (--rows N, or --json for all)

    model
      words  12  → 16  +4
    exit 0"
  `)
  expect(await project.told("diff", "notes", "--output", "clean", "--rows", "0")).toMatchInlineSnapshot(`
    "notes: run <run> → run <run>

    edits
      ingest.jsonl  edited data/a.jsonl (1 row changed), data/b.jsonl (1 row deleted)
      notes.short   minWords 3 → 4
      notes.upper   changed function upper.apply in pipelines/stages.ts

    outputs
      clean  dataset  2 → 3 rows: 2 rows changed, 1 inserted
    exit 0"
  `)
})

it("says why rows are missing", async () => {
  await run("notes.short.minWords=5", "notes.judge.bar=5")
  expect(await project.told("diff", "notes", "--rows", "1")).toMatchInlineSnapshot(`
    "notes: run <run> → run <run>

    edits
      notes.short  minWords 4 → 5
      notes.judge  bar 10 → 5

    outputs
      clean       dataset  3 → 2 rows: 1 row deleted
      vocabulary  dataset  16 → 12 rows: 4 rows deleted
      model       model    1 figure changed
      report      report   the gate no longer opens; other files

    clean
      − <short>  deleted: dropped by notes.short (too-short)
        text  not so short now
        loud  NOT SO SHORT NOW!

    vocabulary
      − <short>  deleted: what it was made of was dropped by notes.short (too-short)
        word     not
        letters  [{"letter":"n","at":0},{"letter":"o","at":1},{"letter":"t","at":2}]
      … 3 more (--rows N, or --json for all)

    model
      words  16  → 12  −4
    exit 0"
  `)
  const [summary, ...rows] = await project.json("diff", "notes", "--output", "clean")
  expect(summary).toEqual({
    pipeline: "notes",
    before: expect.any(String),
    after: expect.any(String),
    edits: [
      {
        node: "notes.short",
        change: "changed",
        because: ["minWords 4 → 5"],
        causes: [{ cause: "option", option: "minWords", before: 4, after: 5 }]
      },
      expect.objectContaining({ node: "notes.judge", because: ["bar 10 → 5"] })
    ],
    outputs: [
      {
        output: "clean",
        kind: "dataset",
        change: "changed",
        digests: { before: expect.any(String), after: expect.any(String) },
        rows: { before: 3, after: 2, inserted: 0, deleted: 1, changed: 0 }
      }
    ]
  })
  expect(rows).toEqual([
    {
      output: "clean",
      id: expect.stringMatching(/^[0-9a-f]{32}$/),
      change: "deleted",
      before: { id: "a2", text: "not so short now", loud: "NOT SO SHORT NOW!" },
      after: null,
      why: { verdict: "dropped", node: "notes.short", reason: "too-short" }
    }
  ])
})

it("compares runs by their names", async () => {
  const runs = (await project.json("runs")).map(({ run: name }) => name)
  const [summary] = await project.json("diff", "notes", runs[0], runs[1])
  expect([summary.before, summary.after, summary.edits]).toEqual([runs[0], runs[1], []])
  const [toLast] = await project.json("diff", "notes", runs[2])
  expect([toLast.before, toLast.after]).toEqual([runs[2], runs.at(-1)])
  expect((await project.sluice("diff", "notes", "1999")).err).toMatchInlineSnapshot(`
    "✗ notes has no finished run "1999"  SLUICE_UNKNOWN
      <run>
      <run>
      <run>
      <run>
      → sluice runs lists them; the first characters are enough
    "
  `)
  expect((await project.sluice("diff", "notes", "--output", "clear")).err).toMatchInlineSnapshot(`
    "✗ notes has no output "clear"; did you mean "clean"?  SLUICE_UNKNOWN
      → outputs of these runs: clean, vocabulary, model, report
    "
  `)
})

it("says what gc has taken", async () => {
  await project.raw("gc", "--keep", "0")
  const names = (await project.json("runs")).map(({ run: name }) => name)
  expect(await project.told("diff", "notes", names[0], "--rows", "0")).toMatchInlineSnapshot(`
    "notes: run <run> → run <run>

    edits
      ingest.jsonl  differs; gc has taken what it was made of
      notes.short   differs; gc has taken what it was made of
      notes.upper   differs; gc has taken what it was made of
      dedup.exact   differs; gc has taken what it was made of
      notes.words   differs; gc has taken what it was made of
      notes.judge   differs; gc has taken what it was made of

    outputs
      clean       dataset  differs; gc has taken what one of the runs made
      vocabulary  dataset  differs; gc has taken what one of the runs made
      model       model    the same
      report      report   differs; gc has taken what one of the runs made
      what gc has taken cannot be compared; sluice gc --keep N keeps the last N runs
    exit 0"
  `)
  expect(
    (
      await project.told(
        "plan",
        "notes",
        "--workers",
        "1",
        "--set",
        "notes.short.minWords=5",
        "--set",
        "notes.judge.bar=5"
      )
    ).split("\n")[0]
  ).toBe("plan of notes: 7 hits")
  expect((await project.raw("doctor")).code).toBe(0)
})

it("finds out why a row is missing, wherever it got lost", async () => {
  const pipeline = `import * as Schema from "effect/Schema"
import { pipeline, split } from "#sluice"
import { ingest } from "#stages"
import { words } from "./stages.ts"
const Note = Schema.Struct({ id: Schema.String, text: Schema.String })
const notes = ingest.jsonl({ path: "words/*.jsonl", row: Note, key: "id" })
const held = notes.pipe(words(), split({ by: "word", test: 0.5, seed: 1 }))
export default pipeline("fates", { train: held.train })`
  project.write("pipelines/fates.ts", pipeline)
  project.write("words/a.jsonl", '{"id":"1","text":"one two three"}\n{"id":"2","text":"four five six"}')
  const stages = readFileSync(join(project.root, "pipelines/stages.ts"), "utf8")
  const whys = async () => {
    const [, ...rows] = await project.json("diff", "fates")
    return rows.map(
      ({ before, why }) => `${before.word}: ${why.verdict}${why.part === undefined ? "" : ` ${why.part}`}, ${why.node}`
    )
  }
  const runFates = (...sets: ReadonlyArray<string>) =>
    project.raw("run", "fates", "--workers", "1", ...sets.flatMap((set) => ["--set", set]))
  await runFates("split.by.test=0")
  await runFates("split.by.test=1")
  expect(await whys()).toMatchInlineSnapshot(`
    [
      "one: part test, split.by",
      "two: part test, split.by",
      "three: part test, split.by",
      "four: part test, split.by",
      "five: part test, split.by",
      "six: part test, split.by",
    ]
  `)
  await runFates("split.by.test=0")
  project.write("pipelines/stages.ts", stages.replace('text.split(" ").map', 'text.split(" ").slice(0, 2).map'))
  await runFates("split.by.test=0")
  expect(await whys()).toMatchInlineSnapshot(`
    [
      "three: not-made, notes.words",
      "six: not-made, notes.words",
    ]
  `)
  project.write("words/a.jsonl", '{"id":"1","text":"one two three"}')
  await runFates("split.by.test=0")
  expect(await whys()).toMatchInlineSnapshot(`
    [
      "four: absent, ingest.jsonl",
      "five: absent, ingest.jsonl",
    ]
  `)
  project.write("pipelines/stages.ts", stages)
})
