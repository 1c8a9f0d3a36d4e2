// The columns of a token table: ids, mask, counts, and the problem of a row that cannot be trained on.
import * as Schema from "effect/Schema"
import type { Batch, BytesColumn, Column, NumberColumn, RowTokens, TextColumn } from "#sluice"

/** What a stage that makes tokens adds. `ids` are i32 in little endian; `mask` has a byte for each, 1 where it is supervised. */
export const tokenColumns = {
  ids: Schema.Uint8Array,
  mask: Schema.Uint8Array,
  tokens: Schema.Int,
  supervised: Schema.Int,
  cut: Schema.Int,
  problem: Schema.String,
  detail: Schema.String
}

/** What training reads of it. */
export const sequenceColumns = { ids: Schema.Uint8Array, mask: Schema.Uint8Array }

export const bytesColumn = (values: ReadonlyArray<Uint8Array>): BytesColumn => {
  const offsets = new Int32Array(values.length + 1)
  for (const [row, { length }] of values.entries()) offsets[row + 1] = offsets[row]! + length
  return { type: "bytes", offsets, bytes: new Uint8Array(Buffer.concat(values)), valid: undefined }
}

const textColumn = (values: ReadonlyArray<string>): TextColumn => ({
  ...bytesColumn(values.map((value) => Buffer.from(value))),
  type: "text"
})

const numberColumn = (values: ReadonlyArray<number>): NumberColumn => ({
  type: "number",
  integer: true,
  values: Float64Array.from(values),
  valid: undefined
})

const supervisedIn = (mask: Uint8Array): number => {
  let count = 0
  for (let at = 0; at < mask.length; at++) count += mask[at]!
  return count
}

/** Ids as bytes, four each, little endian. */
export const idBytes = (ids: Int32Array): Uint8Array => {
  const bytes = new Uint8Array(4 * ids.length)
  const view = new DataView(bytes.buffer)
  for (let at = 0; at < ids.length; at++) view.setInt32(4 * at, ids[at]!, true)
  return bytes
}

/** The ids in such bytes. */
export const bytesToIds = (bytes: Uint8Array): Int32Array => {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Int32Array.from({ length: bytes.length / 4 }, (_, at) => view.getInt32(4 * at, true))
}

/** The columns of tokenised rows. */
export const columnsOf = (rows: ReadonlyArray<RowTokens>): { readonly [K in keyof typeof tokenColumns]: Column } => ({
  ids: bytesColumn(rows.map(({ ids }) => idBytes(ids))),
  mask: bytesColumn(rows.map(({ mask }) => mask)),
  tokens: numberColumn(rows.map(({ ids }) => ids.length)),
  supervised: numberColumn(rows.map(({ mask }) => supervisedIn(mask))),
  cut: numberColumn(rows.map(({ cut }) => cut)),
  problem: textColumn(rows.map(({ problem }) => problem)),
  detail: textColumn(rows.map(({ detail }) => detail))
})

/** The texts of a text column, null as empty. */
export const textsOf = (batch: Batch, name: string): ReadonlyArray<string> => {
  const { bytes, offsets } = batch.columns[name] as TextColumn
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return Array.from({ length: batch.rows }, (_, row) => text.toString("utf8", offsets[row], offsets[row + 1]))
}
