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
import { exactFile } from "./parquet-file.ts"

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

test("decimals and times of day are exact, bytes are text where all of a column are, in nested columns too", async () => {
  const deep = [{ at: "01:00:00", cost: 0.3, raw: "/g==" }]
  const [first, second, third] = await read(exactFile)
  expect(first).toEqual({
    ...{ d9: 1.5, d18: -123456789012345.67, d38: "-12345678901234567890.123", raw: "AP8=", words: "one" },
    ...{ ms: "03:04:05.6", us: "03:04:05.0006", ns: "00:00:00.000000001" },
    ...{ deep, lists: [[0.1], []], map: { k: 0.7 } }
  })
  expect(second).toEqual({
    ...{ d9: -0.01, d18: 0.1, d38: 7, raw: "YWJj", words: "zwei é" },
    ...{ ms: "00:00:00", us: "23:59:59.999999", ns: "23:59:59.999999999" },
    ...{ deep: [], lists: [null], map: {} }
  })
  expect(new Set(Object.values(third!))).toEqual(new Set([null]))
})

test("a footer that is cut or damaged is told with its place", async () => {
  const tail = exactFile.length - 8
  for (const lost of [1, 8, 100, 1000]) {
    const cut = Buffer.concat([exactFile.subarray(0, tail - lost), exactFile.subarray(tail)])
    await expect(read(cut), `${lost} bytes lost`).rejects.toThrow(
      /^cannot be read as Parquet: its footer \(\d+ bytes that end at byte \d+\) is damaged or cut short$/
    )
  }
  const far = Uint8Array.from(exactFile)
  new DataView(far.buffer).setUint32(tail, 1 << 30, true)
  await expect(read(far)).rejects.toThrow(
    `its footer (1073741824 bytes that end at byte ${tail}) is damaged or cut short`
  )
})

test("a byte changed gives rows or one error, and no more memory than a page may take", async () => {
  for (let at = 4; at < exactFile.length - 4; at += 5) {
    const changed = Uint8Array.from(exactFile)
    changed[at]! ^= 0x14
    const found = await read(changed).then(
      ({ length }) => length,
      (error: Error) => error.message
    )
    if (typeof found === "string") expect(found, `byte ${at}`).toMatch(/^cannot be read as Parquet: /)
    else expect(found, `byte ${at}`).toBeLessThan(100)
  }
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
