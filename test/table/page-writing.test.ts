// Pages that are laid out straight from a column: to the byte those of hyparquet-writer, and read back as what was written.
import { parquetReadObjects } from "hyparquet"
import { ByteWriter, ParquetWriter } from "hyparquet-writer"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import { expect, test } from "vitest"
import { type Column, columnOf, columnValues } from "../../src/table/column.ts"
import { columnDigests } from "../../src/table/digest.ts"
import type { Field } from "../../src/table/field.ts"
import { readParquet, writeParquet } from "../../src/table/parquet.ts"
import { Random } from "../run/random-numbers.ts"

const text: Field = { type: "text", integer: false, nullable: true }
const bytes: Field = { ...text, type: "bytes" }

const ZSTD = (page: Uint8Array) =>
  zstdCompressSync(page, { params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 } })

/** The file that the library alone writes of a text and a bytes column. */
const byLibrary = (values: ReadonlyArray<string | null>, raw: ReadonlyArray<Uint8Array | null>): Uint8Array => {
  const writer = new ByteWriter()
  const type = "BYTE_ARRAY"
  const repetition_type = "OPTIONAL"
  const parquet = new ParquetWriter({
    writer,
    schema: [
      { name: "root", num_children: 2 },
      { name: "text", type, converted_type: "UTF8", repetition_type },
      { name: "bytes", type, repetition_type }
    ],
    codec: "ZSTD",
    compressors: { ZSTD },
    statistics: false,
    createdBy: "sluice"
  })
  for (let from = 0; from < values.length; from += 10_000) {
    const texts = values.slice(from, from + 10_000).map((value) => (value === null ? null : Buffer.from(value)))
    const columnData = [
      { name: "text", data: texts, encoding: "PLAIN" as const },
      { name: "bytes", data: raw.slice(from, from + 10_000), encoding: "PLAIN" as const }
    ]
    parquet.write({ columnData, rowGroupSize: texts.length })
  }
  parquet.finish()
  return new Uint8Array(writer.getBuffer())
}

const long = (random: Random, size: number) => Array.from({ length: size }, () => `wörd ${random.below(999)} `).join("")

const cases: ReadonlyArray<readonly [name: string, rows: number, size: number, nulls: number, one: number]> = [
  ["few rows", 7, 40, 0, 40],
  ["nulls here and there", 100, 40, 4, 40],
  ["more than a page", 400, 900, 9, 900],
  ["a value larger than a page, first and among others", 5, 50, 0, 60_000],
  ["more than a row group", 10_050, 12, 3, 60]
]

test.each(cases)("%s", async (_, rows, size, nulls, one) => {
  const random = new Random(rows)
  const values = Array.from({ length: rows }, (_, row) =>
    nulls > 0 && random.below(nulls) === 0 ? null : long(random, row % 3 === 0 ? one : 1 + random.below(size))
  )
  const raw = values.map((value) => (value === null ? null : new Uint8Array(Buffer.from(value.repeat(2)))))
  const columns: { [name: string]: Column } = { text: columnOf(values, text), bytes: columnOf(raw, bytes) }
  const file = writeParquet(columns, { text, bytes })
  expect(Buffer.compare(file, byLibrary(values, raw))).toBe(0)
  const read = await readParquet(file, { bytes, text })
  expect(Array.from(columnValues(read["text"]!))).toEqual(values)
  for (const name of ["text", "bytes"]) expect(columnDigests(read[name]!)).toEqual(columnDigests(columns[name]!))
  const compressors = { ZSTD: (page: Uint8Array) => zstdDecompressSync(page) }
  const others = await parquetReadObjects({ file: file.buffer as ArrayBuffer, compressors, columns: ["text"] })
  expect(others.map(({ text: value }) => value)).toEqual(values)
})

test.each([
  ["bytes that zstd makes no smaller, as they are", 0, 1, 1.02],
  ["others, compressed", 8, 0.02, 0.2]
])("%s", async (_, varied, least, most) => {
  const random = new Random(1)
  const raw = Array.from({ length: 300 }, (_, row) =>
    row % 7 === 0
      ? null
      : Uint8Array.from({ length: 448 }, (_, at) => (varied > 0 && at >= varied ? 7 : random.below(256)))
  )
  const file = writeParquet({ bytes: columnOf(raw, bytes) }, { bytes })
  const size = raw.reduce((sum, value) => sum + (value?.length ?? 0), 0)
  expect(file.length).toBeGreaterThan(least * size)
  expect(file.length).toBeLessThan(most * size)
  const { bytes: read } = await readParquet(file, { bytes })
  expect(Array.from(columnValues(read!))).toEqual(raw)
  const compressors = { ZSTD: (page: Uint8Array) => zstdDecompressSync(page) }
  const others = await parquetReadObjects({ file: file.buffer as ArrayBuffer, compressors, utf8: false })
  expect(others.map((row) => row["bytes"] ?? null)).toEqual(raw)
})
