// The rows of a Parquet file as records of plain JSON with keys in a fixed order.
import type { ColumnData, FileMetaData } from "hyparquet"
import type { Frames } from "#sluice"
import { jsonColumnRows } from "./json-rows.ts"
import { lz4Block, lz4Parts } from "./lz4.ts"
import { conversionOf, type SchemaNode, withoutDecimals } from "./parquet-values.ts"

/** Most bytes that a page may become: its header may tell any number. */
const mostBytes = 2 ** 30

/** All rows in file order; an Error says what is wrong with a file that is cut short or uses an unknown codec. */
export const parquetRows = async (bytes: Uint8Array): Promise<Frames> => {
  checkFrame(bytes)
  const [{ parquetMetadata, parquetRead, parquetSchema }, zlib] = await Promise.all([
    import("hyparquet"),
    import("node:zlib")
  ])
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
  const file = { byteLength: buffer.byteLength, slice: (from: number, to?: number) => buffer.slice(from, to) }
  const compressors = {
    GZIP: (input: Uint8Array, size: number) => zlib.gunzipSync(input, upTo(size)),
    ZSTD: (input: Uint8Array, size: number) => zlib.zstdDecompressSync(input, upTo(size)),
    BROTLI: (input: Uint8Array, size: number) => zlib.brotliDecompressSync(input, upTo(size)),
    LZ4: (input: Uint8Array, size: number) => lz4Parts(input, checked(size)),
    LZ4_RAW: (input: Uint8Array, size: number) => lz4Block(input, checked(size))
  }
  try {
    const metadata = footerOf(bytes, () => parquetMetadata(buffer))
    const schema = parquetSchema(metadata)
    checkPaths(schema, metadata)
    const columns = new Map<string, Array<unknown>>()
    const onChunk = ({ columnName, columnData, rowStart }: ColumnData) => {
      const values = columns.get(columnName) ?? []
      columns.set(columnName, values)
      for (let i = 0; i < columnData.length; i++) values[rowStart + i] = columnData[i]
    }
    await parquetRead({ file, metadata: withoutDecimals(metadata), compressors, utf8: false, onChunk })
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
    for (const [name, { length }] of columns)
      if (length !== rows) throw new Error(`the column "${name}" has ${length} values where ${rows} rows are told of`)
    const converted = schema.children.flatMap((column) => {
      const convert = conversionOf(column)
      const values = columns.get(column.element.name)
      return convert === undefined || values === undefined ? [] : [[column.element.name, convert(values)] as const]
    })
    return jsonColumnRows(rows, new Map<string, ReadonlyArray<unknown>>([...columns, ...converted]))
  } catch (error) {
    const { message } = error as Error
    const isOfCode = error instanceof TypeError || error instanceof RangeError
    throw new Error(`cannot be read as Parquet: ${isOfCode ? `its pages are damaged (${message})` : message}`)
  }
}

const checkFrame = (bytes: Uint8Array): void => {
  const mark = (at: number) => Buffer.from(bytes.subarray(at, at + 4)).toString("latin1")
  if (bytes.length < 12 || mark(0) !== "PAR1") throw new Error("is not a Parquet file: it does not start with PAR1")
  if (mark(bytes.length - 4) === "PARE") throw new Error("is an encrypted Parquet file, which cannot be read")
  if (mark(bytes.length - 4) !== "PAR1") throw new Error("is a truncated Parquet file: it does not end with PAR1")
}

const checked = (size: number): number => {
  if (size > mostBytes) throw new Error(`a page becomes ${size} bytes, where no more than ${mostBytes} are read`)
  return size
}

const upTo = (size: number) => ({ maxOutputLength: Math.max(1, checked(size)) })

/** The metadata at the end of the file. What the library says of damage there names its own insides. */
const footerOf = (bytes: Uint8Array, read: () => FileMetaData): FileMetaData => {
  const length = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(bytes.length - 8, true)
  const start = bytes.length - 8 - length
  const damaged = (cause?: unknown) =>
    new Error(`its footer (${length} bytes that end at byte ${bytes.length - 8}) is damaged or cut short`, { cause })
  if (start < 4) throw damaged()
  try {
    const metadata = read()
    if (Array.isArray(metadata.schema) && Array.isArray(metadata.row_groups)) return metadata
  } catch (cause) {
    throw damaged(cause)
  }
  throw damaged()
}

/** A column that the schema lacks must be refused before columns are read: their failures would be nobody's to catch. */
const checkPaths = (schema: SchemaNode, metadata: FileMetaData): void => {
  for (const group of metadata.row_groups)
    for (const { meta_data } of group.columns) {
      let node: SchemaNode | undefined = schema
      for (const name of meta_data?.path_in_schema ?? [])
        node = node?.children.find(({ element }) => element.name === name)
      if (node === undefined) throw new Error(`the schema has no column "${meta_data?.path_in_schema.join(".")}"`)
    }
}
