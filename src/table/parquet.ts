// Blocks on disk: Parquet bytes with zstd and its checksum, readable by DuckDB, pandas, polars and Spark.
import { createRequire } from "node:module"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import type { Compressors, SchemaElement } from "hyparquet"
import type { Column } from "../stage/batch.ts"
import { columnLength, columnOf, joinBytes } from "./column.ts"
import type { Field } from "./field.ts"

/** The format's code is loaded with the first file: a plan where nothing changed opens none. */
const load = createRequire(import.meta.url)
const reading = () => load("hyparquet") as typeof import("hyparquet")
const writing = () => load("hyparquet-writer") as typeof import("hyparquet-writer")

/** Rows of one row group at most. */
const groupRows = 10_000

const zstd = {
  ZSTD: (bytes: Uint8Array): Uint8Array =>
    zstdCompressSync(bytes, {
      params: { [constants.ZSTD_c_compressionLevel]: 1, [constants.ZSTD_c_checksumFlag]: 1 }
    })
}

/** Bytes that zlib takes for an output buffer at least. */
const smallest = 64

/** In one piece: many small ones would be put together again. */
const unzstd: Compressors = {
  ZSTD: (bytes, length) => zstdDecompressSync(bytes, { chunkSize: Math.max(smallest, length) })
}
const element = (name: string, field: Field): SchemaElement => {
  const repetition_type = "OPTIONAL" as const
  switch (field.type) {
    case "text":
      return { name, type: "BYTE_ARRAY", converted_type: "UTF8", repetition_type }
    case "nested":
      return { name, type: "BYTE_ARRAY", converted_type: "JSON", repetition_type }
    case "bytes":
      return { name, type: "BYTE_ARRAY", repetition_type }
    case "flag":
      return { name, type: "BOOLEAN", repetition_type }
    case "number":
      return { name, type: field.integer ? "INT64" : "DOUBLE", repetition_type }
  }
}

const rawValues = (column: Column, from: number, to: number): Array<unknown> => {
  const out: Array<unknown> = new Array(to - from)
  for (let row = from; row < to; row++) {
    const i = row - from
    if (column.type === "nested") out[i] = column.values[row] ?? null
    else if (column.valid !== undefined && column.valid[row] === 0) out[i] = null
    else if (column.type === "number") out[i] = column.integer ? BigInt(column.values[row]!) : column.values[row]
    else if (column.type === "flag") out[i] = column.values[row] === 1
    else out[i] = column.bytes.subarray(column.offsets[row], column.offsets[row + 1])
  }
  return out
}

/** Long byte strings are written plain: zstd finds those that repeat, and looking for them one by one costs more. */
const encodingOf = (column: Column): { readonly encoding?: "PLAIN" } =>
  "bytes" in column && column.bytes.length > longBytes * columnLength(column) ? { encoding: "PLAIN" } : {}

const longBytes = 64

/** Writes columns of the same rows as one Parquet file in memory. The same columns give the same bytes. */
export const writeParquet = (
  columns: { readonly [name: string]: Column },
  fields: { readonly [name: string]: Field }
): Uint8Array => {
  const names = Object.keys(columns)
  const rows = names.length === 0 ? 0 : columnLength(columns[names[0]!]!)
  const { ByteWriter, ParquetWriter } = writing()
  const writer = new ByteWriter()
  const root: SchemaElement = { name: "root", num_children: names.length }
  const parquet = new ParquetWriter({
    writer,
    schema: [root, ...names.map((name) => element(name, fields[name]!))],
    codec: "ZSTD",
    compressors: zstd,
    statistics: false,
    createdBy: "sluice"
  })
  for (let from = 0; from < rows; from += groupRows) {
    const to = Math.min(rows, from + groupRows)
    const columnData = names.map((name) => ({
      name,
      data: rawValues(columns[name]!, from, to) as never,
      ...encodingOf(columns[name]!)
    }))
    parquet.write({ columnData, rowGroupSize: to - from })
  }
  parquet.finish()
  return new Uint8Array(writer.getBuffer())
}

/** The columns that a file written here has, all of them nullable. */
export const parquetFields = (bytes: Uint8Array): { readonly [name: string]: Field } => {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const [, ...elements] = reading().parquetMetadata(file).schema
  return Object.fromEntries(
    elements.map(({ name, type, converted_type: converted }) => [
      name,
      { type: typeOf(type, converted), integer: type === "INT64", nullable: true }
    ])
  )
}

const typeOf = (type: SchemaElement["type"], converted: SchemaElement["converted_type"]): Field["type"] => {
  if (type === "INT64" || type === "DOUBLE") return "number"
  if (type === "BOOLEAN") return "flag"
  return converted === "UTF8" ? "text" : converted === "JSON" ? "nested" : "bytes"
}

/** Reads some columns of a Parquet file in memory. Text stays bytes: no strings are made. */
export const readParquet = async (
  bytes: Uint8Array,
  fields: { readonly [name: string]: Field }
): Promise<{ readonly [name: string]: Column }> => {
  const names = Object.keys(fields)
  const whole = bytes.byteLength === bytes.buffer.byteLength
  const file = (
    whole ? bytes.buffer : bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)
  ) as ArrayBuffer
  const { parquetMetadata, parquetRead } = reading()
  const metadata = parquetMetadata(file)
  const chunks: { [name: string]: Array<ArrayLike<unknown>> } = Object.fromEntries(names.map((name) => [name, []]))
  if (Number(metadata.num_rows) > 0 && names.length > 0)
    await parquetRead({
      file,
      metadata,
      columns: names,
      compressors: unzstd,
      utf8: false,
      parsers: { stringFromBytes: (raw: Uint8Array) => raw } as never,
      onChunk: (chunk) => {
        chunks[chunk.columnName]!.push(chunk.columnData as ArrayLike<unknown>)
      }
    })
  return Object.fromEntries(names.map((name) => [name, gather(chunks[name]!, fields[name]!)]))
}

const gather = (chunks: ReadonlyArray<ArrayLike<unknown>>, field: Field): Column => {
  const values: Array<unknown> = []
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i++) values.push(chunk[i])
  if ((field.type === "text" || field.type === "bytes") && values.every((value) => value instanceof Uint8Array))
    return { type: field.type, valid: undefined, ...joinBytes(values) }
  return columnOf(values, field)
}
