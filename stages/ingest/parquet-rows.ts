// The rows of a Parquet file as records of plain JSON with keys in a fixed order.
import type { ColumnData, FileMetaData } from "hyparquet"
import type { Frames } from "#sluice"
import { jsonColumnRows } from "./json-rows.ts"
import { lz4Block, lz4Parts } from "./lz4.ts"

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
    GZIP: (input: Uint8Array) => zlib.gunzipSync(input),
    ZSTD: (input: Uint8Array) => zlib.zstdDecompressSync(input),
    BROTLI: (input: Uint8Array) => zlib.brotliDecompressSync(input),
    LZ4: lz4Parts,
    LZ4_RAW: lz4Block
  }
  try {
    const metadata = parquetMetadata(buffer)
    checkPaths(parquetSchema(metadata), metadata)
    const columns = new Map<string, Array<unknown>>()
    const onChunk = ({ columnName, columnData, rowStart }: ColumnData) => {
      const values = columns.get(columnName) ?? []
      columns.set(columnName, values)
      for (let i = 0; i < columnData.length; i++) values[rowStart + i] = columnData[i]
    }
    await parquetRead({ file, metadata, compressors, onChunk })
    const rows = metadata.row_groups.reduce((sum, group) => sum + Number(group.num_rows), 0)
    for (const [name, { length }] of columns)
      if (length !== rows) throw new Error(`the column "${name}" has ${length} values where ${rows} rows are told of`)
    return jsonColumnRows(rows, columns)
  } catch (error) {
    throw new Error(`cannot be read as Parquet: ${(error as Error).message}`)
  }
}

const checkFrame = (bytes: Uint8Array): void => {
  const mark = (at: number) => Buffer.from(bytes.subarray(at, at + 4)).toString("latin1")
  if (bytes.length < 12 || mark(0) !== "PAR1") throw new Error("is not a Parquet file: it does not start with PAR1")
  if (mark(bytes.length - 4) === "PARE") throw new Error("is an encrypted Parquet file, which cannot be read")
  if (mark(bytes.length - 4) !== "PAR1") throw new Error("is a truncated Parquet file: it does not end with PAR1")
}

interface SchemaNode {
  readonly element: { readonly name: string }
  readonly children: ReadonlyArray<SchemaNode>
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
