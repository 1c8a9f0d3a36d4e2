// What a user can get wrong: each gives one clear error with its place and the next thing to type, and exit 1.
import { gzipSync, zstdCompressSync } from "node:zlib"
import { afterEach, expect, it } from "vitest"
import { makeNotes, notes } from "./notes.ts"
import type { TestProject } from "./project.ts"

let project: TestProject | undefined
afterEach(() => project?.close())

const told = async (files: { readonly [path: string]: string | Uint8Array }, ...args: ReadonlyArray<string>) => {
  project?.close()
  project = makeNotes(files)
  const { code, out, err } = await project.sluice(...args)
  return { code, err, out }
}

const failed = async (files: { readonly [path: string]: string | Uint8Array }, ...args: ReadonlyArray<string>) => {
  const { code, err } = await told(files, ...args)
  return `${err}exit ${code}`
}

it("a broken JSON line", async () => {
  const broken = { "data/a.jsonl": `${notes["data/a.jsonl"]}\n{"id":"a4","text":` }
  expect(await failed(broken, "run", "notes")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/a.jsonl line 4 is not JSON: unexpected end  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the line, or ingest.jsonl({ onBadRow: "drop" })
    exit 1"
  `)
})

it("a line that lacks a column", async () => {
  const broken = { "data/a.jsonl": '{"id":"a1"}' }
  expect(await failed(broken, "run", "notes")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/a.jsonl line 1 does not fit the row schema: Missing key at ["text"]  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the line, or ingest.jsonl({ onBadRow: "drop" })
    exit 1"
  `)
})

it("a key that occurs twice", async () => {
  const broken = { "data/b.jsonl": '{"id":"a1","text":"one two three"}' }
  expect(await failed(broken, "run", "notes")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: two rows have the same key "id"  SLUICE_DUPLICATE_KEY
      data/a.jsonl line 1
      data/b.jsonl line 1
      → make the key unique, or leave the option key out: rows are then told apart by path and content
    exit 1"
  `)
})

it("a gzip file cut short", async () => {
  const whole = gzipSync(notes["data/a.jsonl"]!)
  const files = { "data/c.jsonl.gz": whole.subarray(0, whole.length - 12) }
  expect(await failed(files, "run", "notes", "--set", "input=data/*.gz")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/c.jsonl.gz is no whole gzip file: unexpected end of file  SLUICE_BAD_INPUT
      92 bytes were read
      → fetch or compress the file again
    exit 1"
  `)
})

it("a zstd file cut short", async () => {
  const whole = zstdCompressSync(notes["data/a.jsonl"]!)
  const files = { "data/c.jsonl.zst": whole.subarray(0, whole.length - 12) }
  expect(await failed(files, "run", "notes", "--set", "input=data/*.zst")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/c.jsonl.zst is no whole zstd file: unexpected end of file  SLUICE_BAD_INPUT
      79 bytes were read
      → fetch or compress the file again
    exit 1"
  `)
})

it("a Parquet file cut short", async () => {
  const pipeline = `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"
const rows = ingest.parquet({ path: "data/*.parquet", row: Schema.Struct({ text: Schema.String }) })
export default pipeline("tables", { rows })`
  const files = { "pipelines/tables.ts": pipeline, "data/c.parquet": Buffer.from("PAR1 and then nothing of use") }
  expect(await failed(files, "run", "tables")).toMatchInlineSnapshot(`
    "✗ ingest.parquet: data/c.parquet is a truncated Parquet file: it does not end with PAR1  SLUICE_BAD_INPUT
      → mend or remove the file
    exit 1"
  `)
})

it("no file at all", async () => {
  expect(await failed({}, "run", "notes", "--set", "input=data/*.txt")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: no file matches "data/*.txt"  SLUICE_NO_INPUT
      looked in <project>
      → check the path; globs like data/*.jsonl are relative to the project's folder
    exit 1"
  `)
})

it("a stage that needs a column which is not there", async () => {
  const pipeline = `import { pipeline } from "#sluice"
import { ingest } from "#stages"
import * as Schema from "effect/Schema"
import { short } from "./stages.ts"
const rows = ingest.jsonl({ path: "data/*.jsonl", row: Schema.Struct({ id: Schema.String }) })
export default pipeline("lacking", { rows: rows.pipe(short() as never) })`
  expect(await failed({ "pipelines/lacking.ts": pipeline }, "plan", "lacking")).toMatchInlineSnapshot(`
    "✗ notes.short needs the column "text", which ingest.jsonl does not have  SLUICE_MISSING_COLUMN
      ingest.jsonl has id
      → name the column in the stage's options, or add it in a map stage before
    exit 1"
  `)
})

it("options that do not exist, all told together", async () => {
  const pipeline = `import { pipeline } from "#sluice"
import { ingest } from "#stages"
import * as Schema from "effect/Schema"
import { short } from "./stages.ts"
const rows = ingest.jsonl({ path: "data/*.jsonl", row: Schema.Struct({ text: Schema.String }), onBadRows: "drop" } as never)
export default pipeline("wrong", { rows: rows.pipe(short({ minWord: 2 } as never)) })`
  expect(await failed({ "pipelines/wrong.ts": pipeline }, "plan", "wrong")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl has no option "onBadRows"; did you mean "onBadRow"?  SLUICE_UNKNOWN_OPTION
      → its options: path, row, key, onBadRow, member, partitionBytes, maxExpandedBytes, maxArchiveDepth
    ✗ notes.short has no option "minWord"; did you mean "minWords"?  SLUICE_UNKNOWN_OPTION
      → its options: minWords
    exit 1"
  `)
})

it("a pipeline that throws when it is imported", async () => {
  const files = {
    "pipelines/broken.ts": "const settings: { depth?: { n: number } } = {}\nconsole.log(settings.depth!.n)\n"
  }
  expect(await failed(files, "plan", "broken")).toMatchInlineSnapshot(`
    "✗ broken.ts cannot be imported: Cannot read properties of undefined (reading 'n')  SLUICE_PIPELINE
      at <project>/pipelines/broken.ts:2:29
      → mend the module; node <project>/pipelines/broken.ts shows the whole stack
    exit 1"
  `)
})

it("a module that is no pipeline", async () => {
  expect(await failed({ "pipelines/empty.ts": "export const nothing = 1\n" }, "plan", "empty")).toMatchInlineSnapshot(`
    "✗ empty.ts has no pipeline as its default export  SLUICE_PIPELINE
      → end the file with: export default pipeline("name", { … })
    exit 1"
  `)
})

it("a pipeline that does not exist", async () => {
  expect(await failed({}, "run", "note")).toMatchInlineSnapshot(`
    "✗ there is no pipeline "note"; did you mean "notes"?  SLUICE_UNKNOWN
      pipelines: notes, stages (in <project>/pipelines)
      → give a name under pipelines/ or the path of a file
    exit 1"
  `)
})

it("an option of the command that does not exist", async () => {
  expect(await failed({}, "run", "notes", "--worker", "2")).toMatchInlineSnapshot(`
    "✗ sluice run has no option --worker; did you mean --workers?  SLUICE_UNKNOWN_OPTION
      → sluice run --help shows what it takes
    exit 1"
  `)
})

it("a command that does not exist", async () => {
  expect(await failed({}, "plans", "notes")).toMatchInlineSnapshot(`
    "✗ there is no command "plans"; did you mean "plan"?  SLUICE_UNKNOWN
      → sluice --help shows what it takes
    exit 1"
  `)
})

it("a missing argument", async () => {
  expect(await failed({}, "why", "notes")).toMatchInlineSnapshot(`
    "✗ sluice why needs NODE  SLUICE_BAD_OPTION
      → sluice why --help shows what it takes
    exit 1"
  `)
})

it("a value that does not fit", async () => {
  expect(await failed({}, "plan", "notes", "--workers", "many")).toMatchInlineSnapshot(`
    "✗ --workers cannot be "many"  SLUICE_BAD_OPTION
      Expected a string representing a finite number
      → sluice plan --help shows what it takes
    exit 1"
  `)
})

it("--set of something that does not exist, or to a wrong value", async () => {
  expect(await failed({}, "plan", "notes", "--set", "notes.short.minWord=2")).toMatchInlineSnapshot(`
    "✗ --set notes.short.minWord: the pipeline has no such parameter or option; did you mean "notes.short.minWords"?  SLUICE_UNKNOWN_OPTION
      → parameters: input; options: NODE.OPTION=VALUE
    exit 1"
  `)
  expect(await failed({}, "plan", "notes", "--set", "notes.short.minWords=two")).toMatchInlineSnapshot(`
    "✗ notes.short.minWords cannot be "two"  SLUICE_BAD_OPTION
      Expected number
      → see the stage's documentation for what it takes
    exit 1"
  `)
})

it("an error as JSON", async () => {
  const { code, out, err } = await told({}, "run", "note", "--json")
  expect([code, err]).toEqual([1, ""])
  expect(Object.keys(JSON.parse(out))).toEqual(["event", "code", "message", "evidence", "hint"])
})

it("a failure that leaves finished work in place", async () => {
  project = makeNotes()
  project.write("data/c.jsonl", "not json")
  expect((await project.raw("run", "notes", "--workers", "1")).code).toBe(1)
  project.remove("data/c.jsonl")
  const { out, code } = await project.raw("run", "notes", "--workers", "1", "--json")
  expect(code).toBe(0)
  expect(JSON.parse(out.trim().split("\n").at(-1)!)).toMatchObject({ event: "finished", passed: true })
})

it("a file that vanishes during the run", async () => {
  const pipeline = `import { rmSync } from "node:fs"
import { isMainThread } from "node:worker_threads"
import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"
if (!isMainThread) rmSync("data/y.jsonl", { force: true })
const row = Schema.Struct({ id: Schema.String, text: Schema.String })
export default pipeline("vanishing", { rows: ingest.jsonl({ path: "data/*.jsonl", row, partitionBytes: 400 }) })`
  const many = Array.from({ length: 200 }, (_, i) => `{"id":"n${i}","text":"note number ${i}"}`).join("\n")
  const files = {
    "pipelines/vanishing.ts": pipeline,
    "data/m.jsonl": many,
    "data/y.jsonl": '{"id":"y","text":"nearly the end"}',
    "data/z.jsonl": '{"id":"z","text":"the end"}'
  }
  expect(await failed(files, "run", "vanishing", "--workers", "1")).toMatchInlineSnapshot(`
    "✗ ingest.jsonl: data/y.jsonl changed during the run: it can no longer be read (ENOENT)  SLUICE_CHANGED_DURING_RUN
      → run again: finished work is kept
    exit 1"
  `)
})

it("Ctrl-C", async () => {
  const pipeline = `import { Stage, input, pipeline } from "#sluice"
import { ingest } from "#stages"
import * as Schema from "effect/Schema"
const row = Schema.Struct({ id: Schema.String, text: Schema.String })
const slow = Stage.program({
  name: "test.slow",
  inputs: { data: input.dataset({ text: Schema.String }) },
  emits: "model",
  run: async () => {
    await new Promise((done) => setTimeout(done, 50_000))
    return { data: {} }
  }
})
export default pipeline("slow", { model: slow({ data: ingest.jsonl({ path: "data/*.jsonl", row }) }) })`
  project = makeNotes({ "pipelines/slow.ts": pipeline })
  const child = project.start("run", "slow", "--workers", "1")
  let out = ""
  let err = ""
  child.stderr!.on("data", (chunk) => {
    err += chunk
  })
  const code = await new Promise((done) => {
    child.on("close", done)
    child.stdout!.on("data", (chunk) => {
      out += chunk
      if (out.includes("✓ ingest.jsonl")) child.kill("SIGINT")
    })
  })
  expect([code, err]).toEqual([130, "interrupted; finished work is kept, run again to go on\n"])
  expect((await project.raw("runs")).out).toContain("interrupted")
  expect(await project.told("gc")).toMatch(/^nothing can go: \d+ files/)
  const [plan] = (await project.raw("plan", "slow", "--workers", "1", "--json")).out.split("\n")
  expect(JSON.parse(plan!).nodes[0].verdict).toBe("hit")
})
