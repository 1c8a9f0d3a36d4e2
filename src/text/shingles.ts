// Word n-grams of a text as 64-bit hashes: the items of an exact overlap index.
import { pointAt, sizeOf } from "./code-point.ts"
import { hashedWords } from "./hashed-words.ts"
import { mix32 } from "./hashing.ts"

/**
 * The 64-bit hashes of the word n-grams of a text, as pairs of little-endian 32-bit halves, in text order. A text of fewer
 * than `ngram` words gives one hash, of all its words and their number; a text without words gives none.
 *
 * @example
 * import { shingleKey, shingles } from "#sluice/text"
 * const keys = (text: string) => {
 *   const hashes = shingles(text, 3)
 *   return Array.from({ length: hashes.length / 8 }, (_, i) => shingleKey(hashes, i * 8))
 * }
 * keys("The north gate opens at dawn.").length // → 4
 * keys("At the north gate").includes(keys("The north gate opens")[0]!) // → true
 */
export const shingles = (text: string, ngram: number): Uint8Array => {
  const { first, second } = hashedWords(Buffer.from(text, "utf8"))
  const words = first.length
  if (words === 0) return new Uint8Array(0)
  const size = Math.min(words, ngram)
  const count = words - size + 1
  const out = new Uint8Array(count * 8)
  for (let i = 0; i < count; i++) {
    let a = size
    let b = ~size
    for (let k = i; k < i + size; k++) {
      a = (Math.imul(a, 0x9e3779b1) + first[k]!) | 0
      b = (Math.imul(b, 0x85ebca77) + second[k]!) | 0
    }
    writeWord(out, i * 8, mix32(a))
    writeWord(out, i * 8 + 4, mix32(b))
  }
  return out
}

const hashedCharacters = (bytes: Uint8Array): Uint32Array => {
  const hashes = new Uint32Array(bytes.length)
  let count = 0
  for (let at = 0; at < bytes.length; at += sizeOf(bytes[at]!))
    hashes[count++] = mix32(Math.imul(0x811c9dc5 ^ pointAt(bytes, at), 0x01000193))
  return hashes.subarray(0, count)
}

/**
 * The 32-bit hashes of the n-grams of words (or of characters, as they stand) of a UTF-8 text, in text order; none where it
 * has fewer than `ngram`.
 */
export const ngramHashes = (bytes: Uint8Array, ngram: number, unit?: "words" | "characters"): Uint32Array => {
  const words = unit === "characters" ? hashedCharacters(bytes) : hashedWords(bytes).first
  const hashes = new Uint32Array(Math.max(0, words.length - ngram + 1))
  for (let i = 0; i < hashes.length; i++) {
    let h = 0
    for (let k = i; k < i + ngram; k++) h = (Math.imul(h, 0x9e3779b1) + words[k]!) | 0
    hashes[i] = mix32(h)
  }
  return hashes
}

/**
 * The set of a text's n-grams, of words unless `unit` says otherwise: their hashes, each once, in ascending order; what a signature estimates the overlap of.
 *
 * @example
 * import { jaccard, ngramSet } from "#sluice/text"
 * const set = (text: string) => ngramSet(Buffer.from(text), 2)
 * set("the gate and the gate").length // → 3
 * jaccard(set("the north gate opens"), set("the north gate shuts")) // → 0.5
 */
export const ngramSet = (bytes: Uint8Array, ngram: number, unit?: "words" | "characters"): Uint32Array => {
  const sorted = ngramHashes(bytes, ngram, unit).sort()
  let count = 0
  for (let i = 0; i < sorted.length; i++) if (i === 0 || sorted[i] !== sorted[count - 1]) sorted[count++] = sorted[i]!
  return sorted.subarray(0, count)
}

/**
 * Jaccard similarity of two sets of hashes, each in ascending order: members in common over members in all. Gives up with 0
 * where it cannot reach `least`.
 */
export const jaccard = (a: Uint32Array, b: Uint32Array, least = 0): number => {
  const all = a.length + b.length
  // J ≥ t means that at least t / (1 + t) of all members, counted twice, are common.
  const needed = Math.ceil((least * all) / (1 + least) - 1e-9)
  let common = 0
  for (let i = 0, j = 0; i < a.length && j < b.length; ) {
    if (common + Math.min(a.length - i, b.length - j) < needed) return 0
    const [x, y] = [a[i]!, b[j]!]
    if (x === y) common++
    if (x <= y) i++
    if (y <= x) j++
  }
  return all === 0 ? 0 : common / (all - common)
}

/** Writes 32 bits, least significant byte first. */
export const writeWord = (out: Uint8Array, at: number, value: number): void => {
  out[at] = value
  out[at + 1] = value >>> 8
  out[at + 2] = value >>> 16
  out[at + 3] = value >>> 24
}

/** Reads 32 bits, least significant byte first. */
export const readWord = (bytes: Uint8Array, at: number): number =>
  (bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24)) >>> 0

/** The number that stands for the hash at `at` in a set: 53 of its 64 bits. */
export const shingleKey = (hashes: Uint8Array, at: number): number =>
  (readWord(hashes, at + 4) & 0x1fffff) * 2 ** 32 + readWord(hashes, at)
