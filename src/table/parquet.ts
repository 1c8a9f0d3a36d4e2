// Blocks on disk: Parquet bytes with zstd and its checksum, readable by DuckDB, pandas, polars and Spark.
import { createRequire } from "node:module"
import { constants, zstdCompressSync, zstdDecompressSync } from "node:zlib"
import type { ColumnMetaData, RowGroup, SchemaElement } from "hyparquet"
import type { ByteWriter } from "hyparquet-writer"
import type { BytesColumn, Column, TextColumn } from "../stage/batch.ts"
import { columnLength, columnOf, joinBytes } from "./column.ts"
import type { Field } from "./field.ts"
import { readPlainChunks } from "./page-reading.ts"
import { writePlainChunk } from "./page-writing.ts"

/** The format's code is loaded with the first file: a plan where nothing changed opens none. */
const load = createRequire(import.meta.url)
const once = <A>(make: () => A): (() => A) => {
  let made: A | undefined
  return () => (made ??= make())
}
const reading = once(() => ({
  ...(load("hyparquet") as typeof import("hyparquet")),
  ...(load("hyparquet/src/column.js") as typeof import("hyparquet/src/column.js")),
  ...(load("hyparquet/src/encoding.js") as typeof import("hyparquet/src/encoding.js"))
}))
const writing = once(() => ({
  ...(load("hyparquet-writer") as typeof import("hyparquet-writer")),
  ...(load("hyparquet-writer/src/column.js") as typeof import("hyparquet-writer/src/column.js")),
  ...(load("hyparquet-writer/src/datapage.js") as typeof import("hyparquet-writer/src/datapage.js")),
  ...(load("hyparquet-writer/src/encoding.js") as typeof import("hyparquet-writer/src/encoding.js"))
}))

/** Loads the format's code beforehand, in a thread that will need it and has nothing else to do yet. */
export const loadParquet = (): void => {
  reading()
  writing()
}

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

/** In one piece, with room to see its end: many small ones would be put together again. */
const unzstd = {
  ZSTD: (bytes: Uint8Array, length: number): Uint8Array =>
    zstdDecompressSync(bytes, { chunkSize: Math.max(smallest, length + 1) })
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

/** 1 for each value that is there. */
const levelsOf = (values: ReadonlyArray<unknown>): Array<number> => {
  const levels = new Array<number>(values.length)
  for (let i = 0; i < values.length; i++) levels[i] = values[i] === null ? 0 : 1
  return levels
}

/** Long byte strings are written plain: zstd finds those that repeat, and looking for them one by one costs more. */
const isLong = (column: Column): column is TextColumn | BytesColumn =>
  "bytes" in column && column.bytes.length > longBytes * columnLength(column)

const longBytes = 64

/** Bytes of values in a page. */
const pageSize = 1 << 20

/** What files are laid out in, one after another: memory for each would be new to the system. */
const draft: { writer?: ByteWriter } = {}

const keptBytes = 16 << 20

/** A writer that has written nothing, with room for `bytes`. */
const emptyWriter = (bytes: number): ByteWriter => {
  const { writer = new (writing().ByteWriter)(bytes) } = draft
  writer.index = writer.offset = 0
  if (writer.buffer.byteLength > keptBytes) delete draft.writer
  else draft.writer = writer
  writer.ensure(bytes)
  return writer
}

/** Writes columns of the same rows as one Parquet file in memory. The same columns give the same bytes. */
export const writeParquet = (
  columns: { readonly [name: string]: Column },
  fields: { readonly [name: string]: Field }
): Uint8Array => {
  const names = Object.keys(columns)
  const rows = names.length === 0 ? 0 : columnLength(columns[names[0]!]!)
  const { ByteWriter, ParquetWriter, ...parts } = writing()
  const size = names.reduce((sum, name) => sum + bytesIn(columns[name]!), 0)
  const writer = emptyWriter(1024 + size / 2)
  const root: SchemaElement = { name: "root", num_children: names.length }
  const elements = names.map((name) => element(name, fields[name]!))
  const schema = [root, ...elements]
  const parquet = new ParquetWriter({ writer, schema, createdBy: "sluice" })
  const pageParts = { ...parts, levels: () => new ByteWriter(), compress: zstd.ZSTD, pageSize }
  for (let from = 0; from < rows; from += groupRows) {
    const to = Math.min(rows, from + groupRows)
    const begin = writer.offset
    const chunks = names.map((name, i) => {
      const column = columns[name]!
      if (isLong(column)) return writePlainChunk(writer, elements[i]!, column, [from, to], pageParts)
      const values = rawValues(column, from, to)
      const definitionLevels = levelsOf(values)
      const pageData = { values, definitionLevels, repetitionLevels: [], maxDefinitionLevel: 1 }
      const schemaPath = [root, elements[i]!]
      return parts.writeColumn({
        writer,
        column: { ...encoder, codec: codecOf(column, to - from), columnName: name, element: elements[i]!, schemaPath },
        pageData
      })
    })
    parquet.pendingIndexes.push(...chunks)
    parquet.num_rows += BigInt(to - from)
    parquet.row_groups.push({
      columns: chunks.map(({ chunk }) => chunk),
      total_byte_size: chunks.reduce((sum, { chunk }) => sum + chunk.meta_data!.total_uncompressed_size, 0n),
      num_rows: BigInt(to - from),
      total_compressed_size: BigInt(writer.offset - begin)
    })
  }
  parquet.finish()
  return new Uint8Array(writer.getBuffer())
}

/** How the library writes a column that is not laid out here. */
const encoder = {
  compressors: zstd,
  stats: false,
  pageSize,
  columnIndex: false,
  offsetIndex: true
}

/** Bytes of numbers, not worth a compressor of their own. */
const fewBytes = 8192

const codecOf = ({ type }: Column, rows: number) =>
  type === "number" && 8 * rows <= fewBytes ? ("UNCOMPRESSED" as const) : ("ZSTD" as const)

const bytesIn = (column: Column): number => ("bytes" in column ? column.bytes.length : 0)

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
  const { parquetMetadata, parquetRead, ...parts } = reading()
  const metadata = parquetMetadata(file)
  const columns = new Map<string, Column>()
  for (const name of names) {
    const { type } = fields[name]!
    if (type !== "text" && type !== "bytes") continue
    const chunks = metadata.row_groups.map((group) => chunkOf(group, name))
    const plain = readPlainChunks(new Uint8Array(file), chunks, { ...parts, decompress: unzstd.ZSTD })
    if (plain !== undefined) columns.set(name, { type, ...plain })
  }
  const rest = names.filter((name) => !columns.has(name))
  const chunks: { [name: string]: Array<ArrayLike<unknown>> } = Object.fromEntries(rest.map((name) => [name, []]))
  if (Number(metadata.num_rows) > 0 && rest.length > 0)
    await parquetRead({
      file,
      metadata,
      columns: rest,
      compressors: unzstd,
      utf8: false,
      parsers: { stringFromBytes: (raw: Uint8Array) => raw } as never,
      onChunk: (chunk) => {
        chunks[chunk.columnName]!.push(chunk.columnData as ArrayLike<unknown>)
      }
    })
  for (const name of rest) columns.set(name, gather(chunks[name]!, fields[name]!))
  return Object.fromEntries(names.map((name) => [name, columns.get(name)!]))
}

const chunkOf = ({ columns }: RowGroup, name: string): ColumnMetaData =>
  columns.find(({ meta_data: one }) => one!.path_in_schema[0] === name)!.meta_data!

const gather = (chunks: ReadonlyArray<ArrayLike<unknown>>, field: Field): Column => {
  const values: Array<unknown> = []
  for (const chunk of chunks) for (let i = 0; i < chunk.length; i++) values.push(chunk[i])
  if ((field.type === "text" || field.type === "bytes") && values.every((value) => value instanceof Uint8Array))
    return { type: field.type, valid: undefined, ...joinBytes(values) }
  return columnOf(values, field)
}
