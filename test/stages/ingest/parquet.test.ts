// ingest.parquet: values, codecs, broken files.
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync, zstdCompressSync } from "node:zlib"
import { parquetWriteBuffer } from "hyparquet-writer"
import { expect, test } from "vitest"
import { parquet } from "../../../stages/ingest/parquet.ts"
import type { Source } from "../declared.ts"

const source = parquet.declaration as Source
interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => unknown
}
const read = async (bytes: Uint8Array) => {
  const frames = (await source.frame(bytes, {}, "a.parquet")) as Frames
  return Array.from({ length: frames.count }, (_, i) => source.parse(frames.record(i), {}, "a.parquet"))
}

const columnData = [
  { name: "text", data: ["one", "zwei é", null] },
  { name: "big", data: [1n, 2n ** 60n, -3n], type: "INT64" as const },
  { name: "score", data: [0.5, 1, 2], type: "DOUBLE" as const }
]
const rows = [
  { big: 1, score: 0.5, text: "one" },
  { big: "1152921504606846976", score: 1, text: "zwei é" },
  { big: -3, score: 2, text: null }
]

test.each(["UNCOMPRESSED", "SNAPPY", "GZIP", "ZSTD"] as const)("%s", async (codec) => {
  const compressors = {
    GZIP: (input: Uint8Array) => gzipSync(input),
    ZSTD: (input: Uint8Array) => zstdCompressSync(input)
  }
  const bytes = new Uint8Array(parquetWriteBuffer({ columnData, codec, compressors }))
  expect(await read(bytes)).toEqual(rows)
  expect(await read(Buffer.concat([Buffer.alloc(3), bytes]).subarray(3))).toEqual(rows)
})

test("keys are in one order and lines count rows", async () => {
  const frames = (await source.frame(new Uint8Array(parquetWriteBuffer({ columnData })), {}, "")) as Frames
  expect(Buffer.from(frames.record(0)).toString()).toBe('{"big":1,"score":0.5,"text":"one"}')
  expect(frames.place(2)).toEqual({ line: 3 })
})

test("keys that are numbers come first, as in every object", async () => {
  const columns = ["b", "10", "9"].map((name) => ({ name, data: [name] }))
  const frames = (await source.frame(new Uint8Array(parquetWriteBuffer({ columnData: columns })), {}, "")) as Frames
  expect(Buffer.from(frames.record(0)).toString()).toBe(JSON.stringify({ b: "b", 10: "10", 9: "9" }))
})

test.each([
  ["is not a Parquet file: it does not start with PAR1", (bytes: Uint8Array) => bytes.subarray(1)],
  [
    "is a truncated Parquet file: it does not end with PAR1",
    (bytes: Uint8Array) => bytes.subarray(0, bytes.length - 9)
  ],
  ["is not a Parquet file: it does not start with PAR1", () => new Uint8Array(0)],
  [
    "cannot be read as Parquet: ",
    (bytes: Uint8Array) => Uint8Array.from(bytes, (byte, i) => (i > 4 && i < bytes.length - 4 ? 255 : byte))
  ]
])("%s", async (message, broken) => {
  await expect(read(broken(new Uint8Array(parquetWriteBuffer({ columnData }))))).rejects.toThrow(message)
})

const archive = new URL("../../../../shared/data/formats-parquet.tar.zst", import.meta.url).pathname

test("other people's files are read or refused with a clear error", async ({ skip }) => {
  skip(!existsSync(archive), "shared/data/formats-parquet.tar.zst is not here")
  const folder = mkdtempSync(join(tmpdir(), "sluice-parquet-"))
  execFileSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const files = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter(
    (name) => name.endsWith(".parquet") && !name.includes("large_string_map")
  )
  const refused: Array<string> = []
  for (const file of files) {
    const error = await read(readFileSync(join(folder, file))).then(
      () => "",
      (reason: Error) => reason.message
    )
    if (error !== "") refused.push(`${file}: ${error}`)
    expect(error).toMatch(/^$|^(?:is |cannot be read as Parquet: )/)
  }
  rmSync(folder, { recursive: true })
  console.log(`${files.length} files, ${refused.length} refused`, refused)
  expect(refused.filter((text) => text.includes("codec"))).toEqual([])
  expect(files.length).toBeGreaterThan(10)
})
