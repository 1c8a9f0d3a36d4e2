// Texts and bytes read straight out of the pages of a Parquet file into a column's buffers, without an object for each value.
import type { ColumnMetaData } from "hyparquet"

/** The library's parts that know the format. */
export interface PageParts {
  readonly parquetHeader: typeof import("hyparquet/src/column.js").parquetHeader
  readonly readRleBitPackedHybrid: typeof import("hyparquet/src/encoding.js").readRleBitPackedHybrid
  /** Undoes the compression of a page that becomes `length` bytes. */
  readonly decompress: (bytes: Uint8Array, length: number) => Uint8Array
}

/** A page as it lies in the file. */
interface Page {
  readonly rows: number
  readonly nulls: number
  readonly levels: Uint8Array
  readonly body: Uint8Array
  readonly isCompressed: boolean
  /** Bytes that the body becomes: each value behind its length in 4 bytes. */
  readonly size: number
}

interface Texts {
  readonly offsets: Int32Array
  readonly bytes: Uint8Array
  readonly valid: Uint8Array | undefined
}

/** The values of some chunks, one after another; undefined where a chunk is not in plain encoding, as short values may be. */
export const readPlainChunks = (
  file: Uint8Array,
  chunks: ReadonlyArray<ColumnMetaData>,
  parts: PageParts
): Texts | undefined => {
  const pages: Array<Page> = []
  for (const chunk of chunks) if (!findPages(file, chunk, parts, pages)) return undefined
  let [rows, nulls, size] = [0, 0, 0]
  for (const page of pages) {
    rows += page.rows
    nulls += page.nulls
    size += page.size - 4 * (page.rows - page.nulls)
  }
  const offsets = new Int32Array(rows + 1)
  const bytes = new Uint8Array(size)
  const valid = nulls === 0 ? undefined : new Uint8Array(rows)
  let row = 0
  for (const page of pages) {
    const defined = valid?.subarray(row, row + page.rows)
    if (defined !== undefined) readLevels(page, defined, parts)
    const plain = page.isCompressed ? parts.decompress(page.body, page.size) : page.body
    if (plain.length !== page.size) throw new Error(`a page became ${plain.length} bytes, not ${page.size}`)
    const view = new DataView(plain.buffer, plain.byteOffset, plain.byteLength)
    let at = 0
    for (let i = 0; i < page.rows; i++, row++) {
      let end = offsets[row]!
      if (defined === undefined || defined[i] === 1) {
        const length = view.getUint32(at, true)
        at += 4
        bytes.set(plain.subarray(at, at + length), end)
        at += length
        end += length
      }
      offsets[row + 1] = end
    }
  }
  return { offsets, bytes, valid }
}

const readLevels = ({ rows, nulls, levels }: Page, out: Uint8Array, { readRleBitPackedHybrid }: PageParts): void => {
  if (nulls === 0) {
    out.fill(1)
    return
  }
  const found: Array<number> = new Array(rows)
  const reader = { view: new DataView(levels.buffer, levels.byteOffset, levels.byteLength), offset: 0 }
  readRleBitPackedHybrid(reader, 1, found, levels.length)
  for (let row = 0; row < rows; row++) out[row] = found[row]!
}

/** Adds the pages of a chunk; false where they are not plain, or not what this project writes. */
const findPages = (file: Uint8Array, chunk: ColumnMetaData, parts: PageParts, pages: Array<Page>): boolean => {
  if (chunk.type !== "BYTE_ARRAY" || chunk.codec !== "ZSTD" || chunk.dictionary_page_offset !== undefined) return false
  const begin = Number(chunk.data_page_offset)
  const length = Number(chunk.total_compressed_size)
  const reader = { view: new DataView(file.buffer, file.byteOffset + begin, length), offset: 0 }
  for (let left = Number(chunk.num_values); left > 0; ) {
    const { type, data_page_header_v2: header, ...sizes } = parts.parquetHeader(reader)
    if (type !== "DATA_PAGE_V2" || header?.encoding !== "PLAIN") return false
    const from = begin + reader.offset
    const levels = header.definition_levels_byte_length
    pages.push({
      rows: header.num_values,
      nulls: header.num_nulls,
      levels: file.subarray(from, from + levels),
      body: file.subarray(from + levels, from + sizes.compressed_page_size),
      isCompressed: header.is_compressed !== false,
      size: sizes.uncompressed_page_size - levels
    })
    reader.offset += sizes.compressed_page_size
    left -= header.num_values
  }
  return true
}
