// What can be wrong with CSV, JSON and text files, and with what compresses them: each is told with its place, as a run meets it.
import { symlinkSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterEach, expect, it } from "vitest"
import { zipOf } from "../stages/ingest/zip-archive.ts"
import { makeProject, type TestProject } from "./project.ts"

let project: TestProject | undefined
afterEach(() => project?.close())

const pipelineOf = (source: string) => `import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest } from "#stages"
const row = Schema.Struct({ id: Schema.String, height: Schema.Int })
const gates = ${source}
export default pipeline("gates", { gates })`

const run = async (source: string, files: { readonly [path: string]: string | Uint8Array }) => {
  project?.close()
  project = makeProject({ "pipelines/gates.ts": pipelineOf(source), ...files })
  const { code, err } = await project.sluice("run", "gates")
  return `${code === 0 ? "" : err}exit ${code}`
}

const csv = 'ingest.csv({ path: "data/*", row, key: "id" })'
const json = 'ingest.json({ path: "data/*", at: "gates", row, key: "id" })'

it("a CSV record of too many fields", async () => {
  expect(await run(csv, { "data/a.csv": 'id,height\n"north\ngate",3\nsouth,2,1\n' })).toMatchInlineSnapshot(`
    "✗ ingest.csv: data/a.csv line 4 has 3 fields where the header has 2  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the line, or ingest.csv({ onBadRow: "drop" })
    exit 1"
  `)
})

it("a file that cannot be read, among links that lead nowhere or to themselves", async () => {
  const source = 'ingest.csv({ path: "data", row, key: "id" })'
  project?.close()
  project = makeProject({ "pipelines/gates.ts": pipelineOf(source), "data/a.csv": "id,height\nnorth,3\n" })
  symlinkSync("b.csv", join(project.root, "data/b.csv"))
  symlinkSync("nowhere.csv", join(project.root, "data/c.csv"))
  expect((await project.sluice("run", "gates")).code).toBe(0)
  // Reading the memory of a process fails whoever does it, where a file's mode would not stop root.
  symlinkSync("/proc/self/mem", join(project.root, "data/d.csv"))
  if (process.platform === "linux")
    expect((await project.sluice("run", "gates")).err).toMatchInlineSnapshot(`
    "✗ ingest.csv: data/d.csv cannot be read (EIO)  SLUICE_BAD_INPUT
      → make it readable, or leave it out of the path
    "
  `)
})

it.each([
  ["ingest.csv", csv, "data/a.csv"],
  ["ingest.jsonl", 'ingest.jsonl({ path: "data/*", row })', "data/a.jsonl"]
])("a workbook given to %s", async (name, source, path) => {
  const workbook = zipOf({ "[Content_Types].xml": "<Types/>", "xl/workbook.xml": "<workbook/>" })
  expect(await run(source, { [path]: workbook })).toBe(
    `✗ ${name}: ${path} is an Excel workbook, not text: save its sheet as CSV  SLUICE_BAD_INPUT\n  → mend or remove the file\nexit 1`
  )
})

it("binary files given as text are rows that can be dropped", async () => {
  const files = { "data/a.txt": "at dawn", "data/b.txt": Buffer.alloc(500), "data/c.txt": gzipSync("at dusk") }
  expect(await run('ingest.text({ path: "data/*" })', files)).toMatchInlineSnapshot(`
    "✗ ingest.text: data/b.txt is not text: many of its bytes are zero or control characters  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the file, or ingest.text({ onBadRow: "drop" })
    exit 1"
  `)
  expect(await run('ingest.text({ path: "data/*", onBadRow: "drop" })', files)).toBe("exit 0")
})

it("a CSV cell that is no number", async () => {
  expect(await run(csv, { "data/a.tsv": "id\theight\nnorth\thigh\n" })).toMatchInlineSnapshot(`
    "✗ ingest.csv: data/a.tsv line 2 column "height" is "high", not a number  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the line, or ingest.csv({ onBadRow: "drop" })
    exit 1"
  `)
})

it("a CSV quote that is never closed", async () => {
  expect(await run(csv, { "data/a.csv": 'id,height\nnorth,3\n"south,2\n' })).toMatchInlineSnapshot(`
    "✗ ingest.csv: data/a.csv line 3 opens a quote that is never closed  SLUICE_BAD_INPUT
      → mend or remove the file
    exit 1"
  `)
})

it("a JSON element that is none", async () => {
  expect(
    await run(json, { "data/a.json": '{"gates":[{"id":"north","height":3},{"id":"south","height":02}]}' })
  ).toMatchInlineSnapshot(`
    "✗ ingest.json: data/a.json record 2 (bytes 36–62) is not JSON: unexpected number in JSON at position 24 (line 1 column 25)  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the file, or ingest.json({ onBadRow: "drop" })
    exit 1"
  `)
})

it("a JSON file cut short", async () => {
  expect(await run(json, { "data/a.json": '{"gates":[{"id":"north","height":3},{"id":"so' })).toMatchInlineSnapshot(`
    "✗ ingest.json: data/a.json is not JSON: the text that begins at byte 42 (element 2, which begins at byte 36) has no end  SLUICE_BAD_INPUT
      → mend or remove the file
    exit 1"
  `)
})

it("a file that is not text", async () => {
  const bytes = Uint8Array.of(0, 255, 0, 0, 254, 3, 0)
  expect(await run('ingest.text({ path: "data/*" })', { "data/a.txt": bytes })).toMatchInlineSnapshot(`
    "✗ ingest.text: data/a.txt is not text: many of its bytes are zero or control characters  SLUICE_BAD_INPUT
      0 of 1 partitions are done and kept
      → fix the file, or ingest.text({ onBadRow: "drop" })
    exit 1"
  `)
})

it("a compressed file that becomes too large", async () => {
  const source = 'ingest.csv({ path: "data/*", row, maxExpandedBytes: 1000 })'
  const rows = `id,height\n${"north,3\n".repeat(200)}`
  expect(await run(source, { "data/a.csv.gz": gzipSync(rows) })).toMatchInlineSnapshot(`
    "✗ ingest.csv: data/a.csv.gz becomes larger than 1000 bytes when decompressed; it has 49  SLUICE_BAD_INPUT
      → split the file, or raise maxExpandedBytes of the source where the file is what it should be
    exit 1"
  `)
})

it("CSV in bzip2 and in xz is read, the same rows with other columns keep their ids, and bad rows can be dropped", async () => {
  const bzip2 = Buffer.from(
    "QlpoOTFBWSZTWX0YxkcAAArZgAAQAAQ4AAbhnoAgACGowIyNNChppgAKlUz2HcCDslCTE556jSEu2b4u5IpwoSD6MYyO",
    "base64"
  )
  const xz = Buffer.from(
    "/Td6WFoAAATm1rRGAgAhARYAAAB0L+WjAQAQaWQsaGVpZ2h0CmVhc3QsNQoAAAAA7MSMyvzKlB0AASkRMgpwDh+2830BAAAAAARZWg==",
    "base64"
  )
  const source = 'ingest.csv({ path: "data/*", row, onBadRow: "drop" })'
  expect(await run(source, { "data/a.csv.bz2": bzip2, "data/b.csv.xz": xz })).toBe("exit 0")
  const ids = async () => {
    const { out } = await project!.raw("show", "gates", "gates", "--json")
    expect(out).toContain('"north"')
    return [...out.matchAll(/"([0-9a-f]{32})"/g)].map(([, id]) => id)
  }
  const before = await ids()
  project!.write("pipelines/gates.ts", pipelineOf(source).replace("height: Schema.Int", "height: Schema.String"))
  expect((await project!.sluice("run", "gates")).code).toBe(0)
  expect(before).toHaveLength(3)
  expect(await ids()).toEqual(before)
})
