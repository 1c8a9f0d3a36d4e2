// Word n-grams of a text as 64-bit hashes: the items of an exact overlap index.
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
