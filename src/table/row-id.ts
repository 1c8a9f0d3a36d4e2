// Row ids: 128 bits that stay the same as long as a row comes from the same place, and are unique in their dataset.
import { digestBytes } from "./digest.ts"
import { sha256Into } from "./sha256.ts"

/** sha256 of the parts, each behind its length in bytes and a colon. */
const id = (parts: ReadonlyArray<string | Uint8Array>): Uint8Array => {
  let at = 0
  for (const part of parts) at = lay(part, at)
  const out = new Uint8Array(digestBytes)
  sha256Into(scratch.bytes, 0, at, out, 0, digestBytes)
  return out
}

/** Lays a part out at a place of the buffer; gives the place behind it. */
const lay = (part: string | Uint8Array, from: number): number => {
  const size = from + room(part)
  if (size > scratch.bytes.length) {
    const larger = Buffer.allocUnsafeSlow(2 * size)
    larger.set(scratch.bytes.subarray(0, from))
    scratch.bytes = larger
  }
  const { bytes } = scratch
  const length = typeof part === "string" ? Buffer.byteLength(part) : part.length
  let at = from
  for (const digit of `${length}:`) bytes[at++] = digit.charCodeAt(0)
  if (typeof part === "string") bytes.write(part, at, "utf8")
  else bytes.set(part, at)
  return at + length
}

/** One call for the digest and one buffer for what it reads: an id is made for every row. */
const scratch = { bytes: Buffer.allocUnsafeSlow(1024) }

/** Bytes of a part at most, its length included. */
const room = (part: string | Uint8Array): number => 3 * part.length + 16

/** Ids of source rows with a declared key, each a text or its UTF-8 bytes. */
export const keyedRowIds = (label: string, rows: number, key: (row: number) => string | Uint8Array): Uint8Array => {
  const ids = new Uint8Array(rows * digestBytes)
  const head = lay(label, lay("key", 0))
  for (let row = 0; row < rows; row++)
    sha256Into(scratch.bytes, 0, lay(key(row), head), ids, row * digestBytes, digestBytes)
  return ids
}

/** Id of a source row without a key: its path, the digest of its record, and how often that pair occurred before. */
export const placedRowId = (path: string, record: Uint8Array, occurrence: number): Uint8Array =>
  id(["place", path, record, String(occurrence)])

/** Id of the `ordinal`-th child that a stage with these options makes of a parent. */
export const childRowId = (parent: Uint8Array, stage: string, ordinal: number): Uint8Array =>
  id(["child", parent, stage, String(ordinal)])

/** Id of the `ordinal`-th row made of a group. */
export const groupRowId = (stage: string, key: string, ordinal: number): Uint8Array =>
  id(["group", stage, key, String(ordinal)])
