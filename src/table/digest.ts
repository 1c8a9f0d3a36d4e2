// Digests of rows and columns: 16 bytes a value, and a content digest of a sequence that does not depend on how it is cut.
import { hash } from "node:crypto"
import type { Column } from "../stage/batch.ts"
import { columnLength } from "./column.ts"
import { base, polynomial, prime } from "./polynomial.ts"
import { sha256Into } from "./sha256.ts"

export const digestBytes = 16

const nullTag = 0xfe
const hashTag = 0xff

/**
 * One 16-byte digest per row. A value of up to 15 bytes stands for itself (length, bytes); a longer one is 120 bits of
 * its sha256; null has a tag of its own. Equal digests mean equal values, but for sha256 collisions.
 */
export const columnDigests = (column: Column): Uint8Array => {
  const n = columnLength(column)
  const out = new Uint8Array(n * digestBytes)
  if (column.type === "nested") {
    for (let row = 0; row < n; row++) {
      const value = column.values[row]
      if (value === null || value === undefined) out[row * digestBytes] = nullTag
      else {
        const bytes = Buffer.from(canonicalJson(value))
        writeDigest(out, row, bytes, 0, bytes.length)
      }
    }
    return out
  }
  const { valid } = column
  const view = new DataView(out.buffer)
  for (let row = 0; row < n; row++) {
    const at = row * digestBytes
    if (valid !== undefined && valid[row] === 0) out[at] = nullTag
    else if (column.type === "number") {
      out[at] = 8
      view.setFloat64(at + 1, column.values[row]! + 0)
    } else if (column.type === "flag") {
      out[at] = 1
      out[at + 1] = column.values[row]!
    } else writeDigest(out, row, column.bytes, column.offsets[row]!, column.offsets[row + 1]!)
  }
  return out
}

const writeDigest = (out: Uint8Array, row: number, bytes: Uint8Array, from: number, to: number) => {
  const at = row * digestBytes
  const length = to - from
  if (length < digestBytes) {
    out[at] = length
    for (let i = 0; i < length; i++) out[at + 1 + i] = bytes[from + i]!
    return
  }
  out[at] = hashTag
  sha256Into(bytes, from, to, out, at + 1, digestBytes - 1)
}

/** JSON with the keys of every object in order: equal values, equal text. NaN and ±Infinity stand as such. */
export const canonicalJson = (value: unknown): string => {
  if (typeof value === "number" && !Number.isFinite(value)) return String(value)
  if (value === null || typeof value !== "object") return JSON.stringify(value) ?? "null"
  let text = ""
  if (Array.isArray(value)) {
    for (let i = 0; i < value.length; i++) text += (i === 0 ? "" : ",") + canonicalJson(value[i])
    return `[${text}]`
  }
  for (const key of Object.keys(value).sort()) {
    const inner = (value as { readonly [key: string]: unknown })[key]
    if (inner !== undefined) text += `${text === "" ? "" : ","}${JSON.stringify(key)}:${canonicalJson(inner)}`
  }
  return `{${text}}`
}

/** Whether two values have the same canonical JSON. */
export const sameJson = (a: unknown, b: unknown): boolean => canonicalJson(a) === canonicalJson(b)

/** sha256 of a value's canonical JSON, as hex: what keys are made of. */
export const keyOf = (value: unknown): string => sha256(canonicalJson(value))

/** As hex; of a text, of its UTF-8. */
export const sha256 = (bytes: Uint8Array | string): string => hash("sha256", bytes, "hex")

const reduce = (x: bigint): bigint => {
  let y = (x & prime) + (x >> 127n)
  y = (y & prime) + (y >> 127n)
  return y >= prime ? y - prime : y
}

/** Powers computed before: a dataset's columns are joined over the same numbers of rows. */
const powers = new Map<number, bigint>()
const mostPowers = 10_000

/** base^n mod 2^127 − 1. */
const power = (n: number): bigint => {
  const known = powers.get(n)
  if (known !== undefined) return known
  let result = 1n
  let square = base
  for (let e = n; e > 0; e = Math.floor(e / 2)) {
    if (e % 2 === 1) result = reduce(result * square)
    square = reduce(square * square)
  }
  if (powers.size === mostPowers) powers.clear()
  powers.set(n, result)
  return result
}

/** The content of a sequence of 16-byte digests, with its length. */
export interface Content {
  readonly rows: number
  readonly hex: string
}

export const emptyContent: Content = { rows: 0, hex: "0" }

/**
 * The content digest of rows in order: a polynomial over the rows' digests modulo the prime 2^127 − 1 (Rabin–Karp), so
 * that the digest of a whole follows from those of its parts wherever it was cut.
 */
export const contentOf = (digests: Uint8Array): Content => ({
  rows: digests.byteLength / digestBytes,
  hex: polynomial(digests).toString(16)
})

/** The content of sequences one after another. */
export const joinContent = (parts: ReadonlyArray<Content>): Content => {
  let sum = 0n
  let rows = 0
  for (const part of parts) {
    sum = reduce(sum * power(part.rows) + BigInt(`0x${part.hex}`))
    rows += part.rows
  }
  return { rows, hex: sum.toString(16) }
}

/** Takes the 16-byte entries at `index`, in that order. */
export const takeDigests = (digests: Uint8Array, index: Int32Array): Uint8Array => {
  const words = wordsOf(digests)
  const out = new Int32Array(index.length * 4)
  for (let i = 0; i < index.length; i++) {
    const from = index[i]! * 4
    const to = i * 4
    out[to] = words[from]!
    out[to + 1] = words[from + 1]!
    out[to + 2] = words[from + 2]!
    out[to + 3] = words[from + 3]!
  }
  return new Uint8Array(out.buffer)
}

/** One digest per row for several columns together: what a row function's result depends on. */
export const combineDigests = (columns: ReadonlyArray<Uint8Array>, rows: number): Uint8Array => {
  if (columns.length === 1) return columns[0]!
  const out = new Uint8Array(rows * digestBytes)
  const joined = new Uint8Array(columns.length * digestBytes)
  for (let row = 0; row < rows; row++) {
    for (let c = 0; c < columns.length; c++)
      for (let i = 0; i < digestBytes; i++) joined[c * digestBytes + i] = columns[c]![row * digestBytes + i]!
    sha256Into(joined, 0, joined.length, out, row * digestBytes, digestBytes)
  }
  return out
}

/** The entry of a row as text, to be used as a map key. */
export const digestText = (digests: Uint8Array, row: number): string =>
  Buffer.from(digests.buffer, digests.byteOffset + row * digestBytes, digestBytes).toString("latin1")

export const digestHex = (digests: Uint8Array, row: number): string =>
  Buffer.from(digests.buffer, digests.byteOffset + row * digestBytes, digestBytes).toString("hex")

/** Digests as 32-bit words, four a row. */
export const wordsOf = (digests: Uint8Array): Int32Array =>
  digests.byteOffset % 4 === 0
    ? new Int32Array(digests.buffer, digests.byteOffset, digests.length / 4)
    : new Int32Array(digests.slice().buffer)
