// Row ids: 128 bits that stay the same as long as a row comes from the same place, and are unique in their dataset.
import { createHash } from "node:crypto"
import { digestBytes } from "./digest.ts"

const id = (parts: ReadonlyArray<string | Uint8Array>): Buffer => {
  const hash = createHash("sha256")
  for (const part of parts) {
    const bytes = typeof part === "string" ? Buffer.from(part) : part
    hash.update(`${bytes.length}:`).update(bytes)
  }
  return hash.digest().subarray(0, digestBytes)
}

/** Id of a source row with a declared key. */
export const keyedRowId = (label: string, key: string): Buffer => id(["key", label, key])

/** Id of a source row without a key: its path, the digest of its record, and how often that pair occurred before. */
export const placedRowId = (path: string, record: Uint8Array, occurrence: number): Buffer =>
  id(["place", path, record, String(occurrence)])

/** Id of the `ordinal`-th child that a stage with these options makes of a parent. */
export const childRowId = (parent: Uint8Array, stage: string, ordinal: number): Buffer =>
  id(["child", parent, stage, String(ordinal)])

/** Id of the `ordinal`-th row made of a group. */
export const groupRowId = (stage: string, key: string, ordinal: number): Buffer =>
  id(["group", stage, key, String(ordinal)])
