// Long texts and bytes as pages of a Parquet file, laid out straight from a column: no object for each value, one buffer for all.
import type { ColumnChunk, Encoding, OffsetIndex, SchemaElement } from "hyparquet"
import type { ByteWriter } from "hyparquet-writer"
import type { BytesColumn, TextColumn } from "../stage/batch.ts"

/** The library's parts that know the format. */
export interface PageParts {
  readonly writePageHeader: typeof import("hyparquet-writer/src/datapage.js").writePageHeader
  readonly writeRleBitPackedHybrid: typeof import("hyparquet-writer/src/encoding.js").writeRleBitPackedHybrid
  readonly levels: () => ByteWriter
  readonly compress: (bytes: Uint8Array) => Uint8Array
  /** Bytes of values in a page. */
  readonly pageSize: number
}

/** A buffer that is kept for the next page, unless one value needed more than is worth keeping. */
const scratch = { bytes: new Uint8Array(0) }
const keptBytes = 8 << 20

const room = (size: number): Uint8Array => {
  if (size <= scratch.bytes.length) return scratch.bytes
  const bytes = new Uint8Array(2 ** Math.ceil(Math.log2(size)))
  if (bytes.length <= keptBytes) scratch.bytes = bytes
  return bytes
}

/**
 * Writes the rows `from .. to` of a column as a chunk in plain encoding, to the byte as hyparquet-writer does. A page ends
 * before the value with which its values would come to `pageSize` bytes.
 */
export const writePlainChunk = (
  writer: ByteWriter,
  { name, type }: SchemaElement,
  column: TextColumn | BytesColumn,
  [from, to]: readonly [number, number],
  parts: PageParts
): { readonly chunk: ColumnChunk; readonly offsetIndex?: OffsetIndex } => {
  const { offsets } = column
  const begin = writer.offset
  const pages: OffsetIndex["page_locations"] = []
  let plain = 0
  for (let start = from, end = from; start < to; start = end) {
    for (end = start + 1; end < to && offsets[end + 1]! - offsets[start]! < parts.pageSize; ) end++
    const offset = writer.offset
    plain += writePage(writer, column, start, end, parts)
    pages.push({
      offset: BigInt(offset),
      compressed_page_size: writer.offset - offset,
      first_row_index: BigInt(start - from)
    })
  }
  const encodings: Array<Encoding> = ["PLAIN"]
  const chunk: ColumnChunk = {
    file_offset: BigInt(begin),
    meta_data: {
      type: type!,
      encodings,
      path_in_schema: [name],
      codec: "ZSTD",
      num_values: BigInt(to - from),
      total_compressed_size: BigInt(writer.offset - begin),
      total_uncompressed_size: BigInt(plain),
      data_page_offset: BigInt(begin)
    }
  }
  return pages.length > 1 ? { chunk, offsetIndex: { page_locations: pages } } : { chunk }
}

/** Bytes of a page that tell how dense the rest is. */
const sampled = 4096

/** Whether nothing is gained by compressing bytes, as signatures and vectors are. */
const isDense = (bytes: Uint8Array, compress: PageParts["compress"]): boolean =>
  bytes.length >= sampled && compress(bytes.subarray(0, sampled)).length > 0.95 * sampled

/** Writes one page; returns its size before compression, its header included. */
const writePage = (
  writer: ByteWriter,
  { type, bytes, offsets, valid }: TextColumn | BytesColumn,
  start: number,
  end: number,
  { writePageHeader, writeRleBitPackedHybrid, levels: newWriter, compress }: PageParts
): number => {
  const rows = end - start
  const page = room(offsets[end]! - offsets[start]! + 4 * rows)
  const view = new DataView(page.buffer)
  const defined = valid === undefined ? new Uint8Array(rows).fill(1) : valid.subarray(start, end)
  let at = 0
  let nulls = 0
  for (let row = start; row < end; row++) {
    if (defined[row - start] === 0) {
      nulls++
      continue
    }
    const size = offsets[row + 1]! - offsets[row]!
    view.setUint32(at, size, true)
    page.set(bytes.subarray(offsets[row]!, offsets[row + 1]!), at + 4)
    at += 4 + size
  }
  const levels = newWriter()
  const levelBytes = writeRleBitPackedHybrid(levels, defined, 1)
  const isCompressed = type === "text" || !isDense(page.subarray(0, at), compress)
  const compressed = isCompressed ? compress(page.subarray(0, at)) : page.subarray(0, at)
  const before = writer.offset
  writePageHeader(writer, {
    type: "DATA_PAGE_V2",
    uncompressed_page_size: levelBytes + at,
    compressed_page_size: levelBytes + compressed.length,
    data_page_header_v2: {
      num_values: rows,
      num_nulls: nulls,
      num_rows: rows,
      encoding: "PLAIN",
      definition_levels_byte_length: levelBytes,
      repetition_levels_byte_length: 0,
      is_compressed: isCompressed
    }
  })
  const header = writer.offset - before
  writer.appendBytes(levels.getBytes())
  writer.appendBytes(compressed)
  return header + levelBytes + at
}
