// The rows of Arrow IPC files and streams (Feather version 2 too) as plain JSON values; the library is loaded where one is read.
import type { Data, DataType, RecordBatch, Vector } from "apache-arrow"
import { arrowBatches } from "./arrow-check.ts"
import { checkScale, decimal, timeOfDay } from "./exact-values.ts"
import { lz4Frame } from "./lz4.ts"
import { exactNumber, type Json, plainJson, sorted } from "./plain-json.ts"

type Arrow = typeof import("apache-arrow")

/** Most bytes that a compressed column of a batch may become: offsets of 32 bits reach no farther. */
const mostBytes = 2 ** 31 - 1

/** All rows in file order; an Error says what is wrong with a file that is cut short or of another kind. */
export const arrowRows = async (bytes: Uint8Array): Promise<ReadonlyArray<{ readonly [column: string]: Json }>> => {
  const isFile = checkEnds(bytes)
  const [arrow, { zstdDecompressSync }] = await Promise.all([import("apache-arrow"), import("node:zlib")])
  const { compressionRegistry, CompressionType, RecordBatchReader } = arrow
  compressionRegistry.set(CompressionType.ZSTD, {
    decode: (packed) => zstdDecompressSync(packed, { maxOutputLength: mostBytes })
  })
  compressionRegistry.set(CompressionType.LZ4_FRAME, { decode: (packed) => lz4Frame(packed, mostBytes) })
  const rows: Array<{ readonly [column: string]: Json }> = []
  try {
    const told = arrowBatches(bytes, isFile)
    let read = 0
    for (const batch of RecordBatchReader.from(bytes)) {
      for (const column of batch.data.children) checkBuffers(arrow, column, batch.numRows)
      addRows(arrow, batch, rows)
      read++
    }
    if (read !== told) throw new Error(`${read} of its ${told} record batches can be read`)
  } catch (error) {
    throw new Error(`cannot be read as Arrow: ${(error as Error).message}`)
  }
  return rows
}

/** Whether it is a file and not a stream. The library takes one that is cut short between two batches for a whole one. */
const checkEnds = (bytes: Uint8Array): boolean => {
  const text = (from: number, to: number) => Buffer.from(bytes.subarray(from, to)).toString("latin1")
  if (text(0, 4) === "FEA1") throw new Error("is Feather version 1, which is not read: write it again as version 2")
  if (text(0, 6) === "ARROW1") {
    if (text(bytes.length - 6, bytes.length) !== "ARROW1" || bytes.length < 18)
      throw new Error("is an Arrow file cut short: it does not end with ARROW1")
    return true
  }
  if (text(0, 4) !== "\xff\xff\xff\xff") throw new Error("is neither an Arrow file nor an Arrow stream")
  if (text(bytes.length - 8, bytes.length) !== "\xff\xff\xff\xff\0\0\0\0")
    throw new Error("is an Arrow stream cut short: it has no end mark")
  return false
}

/** Throws where a column's buffers do not hold the values that it says it has: damage must not be read as endless rows. */
const checkBuffers = (arrow: Arrow, data: Data, length: number): void => {
  const { DataType: Types } = arrow
  const { type, values, valueOffsets, children } = data
  const wrong = () => new Error(`a column of ${type} has fewer values than its batch has rows`)
  if (data.length < length || data.length > 2 ** 31) throw wrong()
  if (Types.isNull(type)) return
  if (Types.isDecimal(type)) checkScale(type.scale)
  if (data.nullCount > 0 && data.nullBitmap.length * 8 < data.length) throw wrong()
  if (valueOffsets !== undefined && valueOffsets.length > 0 && !Types.isUnion(type)) {
    if (valueOffsets.length < data.length + 1) throw wrong()
    let before = 0
    for (let i = 0; i <= data.length; i++) {
      const offset = Number(valueOffsets[i])
      if (offset < before) throw new Error(`a column of ${type} has offsets that go back`)
      before = offset
    }
    if (children.length > 0 ? children[0]!.length < before : (values?.length ?? 0) < before) throw wrong()
  } else if (Types.isBool(type)) {
    if (values.length * 8 < data.length) throw wrong()
  } else if (children.length === 0 && values !== undefined && values.length < data.length * (data.stride ?? 1))
    throw wrong()
  const size = Types.isFixedSizeList(type) ? type.listSize : Types.isStruct(type) ? 1 : 0
  for (const child of children) checkBuffers(arrow, child, data.length * size)
}

const addRows = (arrow: Arrow, batch: RecordBatch, rows: Array<{ readonly [column: string]: Json }>): void => {
  const columns = batch.schema.fields
    .map((field, at) => [field.name, field.type as DataType, batch.getChildAt(at)] as const)
    .toSorted(([a], [b]) => (a < b ? -1 : 1))
  for (let row = 0; row < batch.numRows; row++)
    rows.push(
      Object.fromEntries(columns.map(([name, type, column]) => [name, cellOf(arrow, type, column?.get(row))] as const))
    )
}

/** A value by its type: the library gives numbers for dates and words for decimals. */
const cellOf = (arrow: Arrow, type: DataType, value: unknown): Json => {
  if (value === null || value === undefined) return null
  const { DataType: Types } = arrow
  if (Types.isDictionary(type)) return cellOf(arrow, type.dictionary, value)
  if (Types.isTimestamp(type) || Types.isDate(type)) return isoDate(Number(value))
  if (Types.isTime(type))
    return timeOfDay(BigInt(value as number | bigint), [1n, 1000n, 1000000n, 1000000000n][type.unit]!)
  if (Types.isDecimal(type)) return decimal(BigInt(String(value)), type.scale)
  if (Types.isDuration(type)) return exactNumber(BigInt(value as number | bigint))
  if (Types.isList(type) || Types.isFixedSizeList(type)) {
    const inner = type.children[0]!.type as DataType
    return Array.from(value as Vector, (one) => cellOf(arrow, inner, one))
  }
  if (Types.isStruct(type)) {
    const struct = value as { readonly [name: string]: unknown }
    return sorted(type.children.map((field) => [field.name, cellOf(arrow, field.type as DataType, struct[field.name])]))
  }
  if (Types.isMap(type)) {
    const inner = type.children[0]!.type.children[1]!.type as DataType
    const entries = [...(value as Iterable<readonly [unknown, unknown]>)]
    return sorted(entries.map(([key, one]) => [String(key), cellOf(arrow, inner, one)]))
  }
  return plainJson(value)
}

const isoDate = (milliseconds: number): string | null => {
  const date = new Date(Math.floor(milliseconds))
  return Number.isNaN(date.getTime()) ? null : date.toISOString()
}
