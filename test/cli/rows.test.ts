// show, trace, drops and export on a finished run, their whole output compared.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { zstdDecompressSync } from "node:zlib"
import { tableFromIPC } from "apache-arrow"
import { parquetReadObjects } from "hyparquet"
import { afterAll, beforeAll, expect, it } from "vitest"
import { makeNotes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject
let id = ""

beforeAll(async () => {
  project = makeNotes()
  await project.raw("run", "notes", "--workers", "1", "--set", "notes.judge.bar=5")
})
afterAll(() => project.close())

it("shows rows", async () => {
  expect(await project.told("show", "notes", "clean", "--rows", "1")).toMatchInlineSnapshot(`
    "clean: 2 rows from dedup.exact, <short>
      columns: id, text, loud

    <short>
      id    a1
      text  the cat sat on the mat
      loud  THE CAT SAT ON THE MAT
    exit 0"
  `)
  const rows = await project.json("show", "notes", "vocabulary", "--rows", "2")
  expect(rows.map(({ word }) => word)).toEqual(["the", "cat"])
  id = rows[1]._id
})

it("shows a model", async () => {
  expect(await project.told("show", "notes", "model")).toMatchInlineSnapshot(`
    "model: a model, <short>
      <project>/.sluice/folders/<digest>
        words.txt  <size>

    data
      {
        "words": 12
      }
    exit 0"
  `)
})

it("shows a report", async () => {
  expect(await project.told("show", "notes", "report")).toMatchInlineSnapshot(`
    "report: a report, <short>, gate not passed
      <project>/.sluice/folders/<digest>
        report.json  <size>

    models on 4 questions, 95 % intervals
             answer perplexity    exact match             token F1             ROUGE-L
      base   12.00 (11.00–13.00)  25.0 % (10.0 %–50.0 %)  0.400 (0.300–0.500)  0.350 (0.300–0.400)
      tuned  8.00 (7.00–9.00)     25.0 % (10.0 %–50.0 %)  0.400 (0.300–0.500)  0.350 (0.300–0.400)
      tuned against base: better (−0.40 nats per token, −0.60 to −0.20)
      ✗ gate: tuned/perplexity is 8.00, not at most 5.

    answers
      What does it do?
        reference  It counts.
        base       it it
        tuned      It counts words.
    exit 0"
  `)
})

it("traces a row", async () => {
  expect(await project.told("trace", "notes", id.slice(0, 12))).toMatchInlineSnapshot(`
    "row <id>
      id       a1
      text     the cat sat on the mat
      loud     THE CAT SAT ON THE MAT
      word     cat
      letters  [{"letter":"c","at":0},{"letter":"a","at":1},{"letter":"t","at":2}]

    from
      data/a.jsonl line 1  sha256 <short>

    its ancestors
      <short>  ingest.jsonl  read
      <short>  notes.short   kept
      <short>  notes.upper   kept
      <short>  dedup.exact   kept
      <short>  notes.words   made 6 rows

    the row
      <short>  notes.words  made from <short>
      <short>  notes.learn  used

    used by
      model model    notes.learn  1 row
      report report  notes.judge  through notes.learn
    exit 0"
  `)
  const [trace] = await project.json("trace", "notes", id)
  expect(Object.keys(trace)).toEqual(["id", "sources", "steps", "usedBy"])
  expect(trace.sources).toEqual([{ path: "data/a.jsonl", line: 1, digest: expect.stringMatching(/^[0-9a-f]{64}$/) }])
  expect(trace.usedBy).toEqual([
    { model: "model", node: "notes.learn", rows: 1 },
    { report: "report", node: "notes.judge", rows: 0, through: "notes.learn" }
  ])
})

it("counts what was left out", async () => {
  expect(await project.told("drops", "notes")).toMatchInlineSnapshot(`
    "notes left out 5 rows
      node         reason     rows
      notes.short  too-short     2
      dedup.exact  duplicate     1
      notes.learn  long          2

    sluice drops notes notes.short lists the rows of a node
    exit 0"
  `)
})

it("lists what a node left out", async () => {
  expect(await project.told("drops", "notes", "notes.short")).toMatchInlineSnapshot(`
    "  id            node         reason     source               evidence
      <short>  notes.short  too-short  data/a.jsonl line 2  words 2
      <short>  notes.short  too-short  data/b.jsonl line 2  words 1
    exit 0"
  `)
  const rows = await project.json("drops", "notes", "--reason", "too-short")
  expect(Object.keys(rows[0])).toEqual(["id", "node", "reason", "scores", "source"])
  expect(rows.map(({ scores, source }) => [scores, source.path, source.line])).toEqual([
    [{ words: 2 }, "data/a.jsonl", 2],
    [{ words: 1 }, "data/b.jsonl", 2]
  ])
})

it("exports JSON Lines, Parquet and Arrow with nested values", async () => {
  for (const file of ["v.jsonl", "v.parquet", "v.arrow"])
    expect(await project.told("export", "notes", "vocabulary", file, "--ids")).toMatch(
      /^wrote 12 rows, {2}<size>, to v\.\w+\nexit 0$/
    )
  const lines = readFileSync(join(project.root, "v.jsonl"), "utf8").trim().split("\n")
  const rows = lines.map((line) => JSON.parse(line))
  expect(rows[1]).toEqual({
    _id: id,
    id: "a1",
    text: "the cat sat on the mat",
    loud: "THE CAT SAT ON THE MAT",
    word: "cat",
    letters: [
      { letter: "c", at: 0 },
      { letter: "a", at: 1 },
      { letter: "t", at: 2 }
    ]
  })
  const bytes = readFileSync(join(project.root, "v.parquet"))
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length) as ArrayBuffer
  const parquet = await parquetReadObjects({ file, compressors: { ZSTD: (raw) => zstdDecompressSync(raw) } })
  const plain = (value: unknown) =>
    JSON.parse(JSON.stringify(value, (_, inner) => (typeof inner === "bigint" ? Number(inner) : inner)))
  expect(plain(parquet)).toEqual(rows)
  const arrow = tableFromIPC(readFileSync(join(project.root, "v.arrow")))
  expect(plain(arrow.toArray())).toEqual(rows)
  expect(await project.told("export", "notes", "model", "m.jsonl")).toMatchInlineSnapshot(`
    "✗ model is a model, not a dataset  SLUICE_BAD_OPTION
      → datasets: clean, vocabulary; sluice show notes model says where the model lies
    exit 1"
  `)
  expect(await project.told("export", "notes", "clean", "no/such/folder.jsonl")).toMatchInlineSnapshot(`
    "✗ no/such/folder.jsonl cannot be written: there is no such folder  SLUICE_DISK
      → make it first
    exit 1"
  `)
  expect(existsSync(join(project.root, "m.jsonl"))).toBe(false)
})
