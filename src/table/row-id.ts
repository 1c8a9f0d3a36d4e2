// Row ids: 128 bits that stay the same as long as a row comes from the same place, and are unique in their dataset.
import { hash } from "node:crypto"
import { digestBytes } from "./digest.ts"

/** sha256 of the parts, each behind its length in bytes and a colon. */
const id = (parts: ReadonlyArray<string | Uint8Array>): Buffer => {
  let size = 0
  for (const part of parts) size += room(part)
  if (size > scratch.bytes.length) scratch.bytes = Buffer.allocUnsafeSlow(2 * size)
  const { bytes } = scratch
  let at = 0
  for (const part of parts) {
    const length = typeof part === "string" ? Buffer.byteLength(part) : part.length
    at += bytes.write(`${length}:`, at, "latin1")
    if (typeof part === "string") bytes.write(part, at, "utf8")
    else bytes.set(part, at)
    at += length
  }
  return hash("sha256", bytes.subarray(0, at), "buffer").subarray(0, digestBytes)
}

/** One call for the digest and one buffer for what it reads: an id is made for every row. */
const scratch = { bytes: Buffer.allocUnsafeSlow(1024) }

/** Bytes of a part at most, its length included. */
const room = (part: string | Uint8Array): number => 3 * part.length + 16

/** Ids of source rows with a declared key, each a text or its UTF-8 bytes. */
export const keyedRowIds = (label: string, rows: number, key: (row: number) => string | Uint8Array): Uint8Array => {
  const ids = new Uint8Array(rows * digestBytes)
  for (let row = 0; row < rows; row++) ids.set(id(["key", label, key(row)]), row * digestBytes)
  return ids
}

/** Id of a source row without a key: its path, the digest of its record, and how often that pair occurred before. */
export const placedRowId = (path: string, record: Uint8Array, occurrence: number): Buffer =>
  id(["place", path, record, String(occurrence)])

/** Id of the `ordinal`-th child that a stage with these options makes of a parent. */
export const childRowId = (parent: Uint8Array, stage: string, ordinal: number): Buffer =>
  id(["child", parent, stage, String(ordinal)])

/** Id of the `ordinal`-th row made of a group. */
export const groupRowId = (stage: string, key: string, ordinal: number): Buffer =>
  id(["group", stage, key, String(ordinal)])
