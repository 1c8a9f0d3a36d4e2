// Columns written as Parquet and read back are the columns that were written, to the bit.
import { parquetMetadata, parquetReadObjects } from "hyparquet"
import { zstdDecompressSync } from "node:zlib"
import { describe, expect, it } from "vitest"
import { columnOf, columnValues } from "../../src/table/column.ts"
import { columnDigests } from "../../src/table/digest.ts"
import { readParquet, writeParquet } from "../../src/table/parquet.ts"
import { Random } from "../run/random-numbers.ts"
import { fields, randomValues } from "./random-columns.ts"

const made = (random: Random, rows: number) => {
  const values = Object.fromEntries(Object.keys(fields).map((name) => [name, randomValues(random, name, rows)]))
  const columns = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [name, columnOf(values[name]!, field)])
  )
  return { values, columns }
}

describe("columns", () => {
  it("come back as they were", async () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = new Random(seed)
      const { values, columns } = made(random, random.below(80))
      const read = await readParquet(writeParquet(columns, fields), fields)
      for (const name of Object.keys(fields)) {
        expect(Array.from(columnValues(read[name]!)), `${name}, seed ${seed}`).toEqual(values[name])
        expect(columnDigests(read[name]!), `${name}, seed ${seed}`).toEqual(columnDigests(columns[name]!))
      }
    }
  })

  it("give the same bytes each time", () => {
    const bytes = () => writeParquet(made(new Random(7), 50).columns, fields)
    expect(bytes()).toEqual(bytes())
  })

  it("give the same bytes after a larger file, and after one that could not be written", () => {
    const small = made(new Random(7), 5).columns
    const before = writeParquet(small, fields)
    const long = columnOf(["x".repeat(20 << 20)], fields["text"]!)
    expect(writeParquet({ text: long }, fields).length).toBeGreaterThan(0)
    expect(writeParquet(small, fields)).toEqual(before)
    const gone = { ...small["text"]!, offsets: undefined as never }
    expect(() => writeParquet({ ...small, text: gone }, fields)).toThrow(TypeError)
    expect(writeParquet(small, fields)).toEqual(before)
  })

  it("come back in part, in the order asked for", async () => {
    const { values, columns } = made(new Random(3), 20)
    const read = await readParquet(writeParquet(columns, fields), { whole: fields["whole"]!, text: fields["text"]! })
    expect(Object.keys(read)).toEqual(["whole", "text"])
    expect(Array.from(columnValues(read["text"]!))).toEqual(values["text"])
  })

  it("of more rows than a row group holds come back", async () => {
    const values = Array.from({ length: 20_500 }, (_, i) => (i % 1000 === 0 ? null : `row ${i}`))
    const bytes = writeParquet({ text: columnOf(values, fields["text"]!) }, { text: fields["text"]! })
    const metadata = parquetMetadata(bytes.buffer as ArrayBuffer)
    expect(metadata.row_groups.map(({ num_rows }) => Number(num_rows))).toEqual([10_000, 10_000, 500])
    const read = await readParquet(bytes, { text: fields["text"]! })
    expect(Array.from(columnValues(read["text"]!))).toEqual(values)
  })
})

describe("the file", () => {
  it("is zstd with the checksum flag, and plain Parquet types", async () => {
    const { columns } = made(new Random(1), 30)
    const bytes = writeParquet(columns, fields)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    const metadata = parquetMetadata(file)
    expect(metadata.schema.slice(1).map(({ name, type, converted_type }) => [name, type, converted_type])).toEqual([
      ["text", "BYTE_ARRAY", "UTF8"],
      ["bytes", "BYTE_ARRAY", undefined],
      ["whole", "INT64", undefined],
      ["real", "DOUBLE", undefined],
      ["flag", "BOOLEAN", undefined],
      ["nested", "BYTE_ARRAY", "JSON"]
    ])
    const frames: Array<number> = []
    const compressors = {
      ZSTD: (page: Uint8Array) => {
        frames.push(page[4]! & 4)
        return zstdDecompressSync(page)
      }
    }
    await parquetReadObjects({ file, compressors })
    expect(frames.length).toBeGreaterThan(0)
    expect(new Set(frames)).toEqual(new Set([4]))
  })
})
