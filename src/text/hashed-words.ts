// The words of a text as two 32-bit hashes each, read from UTF-8 bytes: what sketches and n-gram indexes are made of.
import { mix32 } from "./hashing.ts"
import { classOf, lowerOf, SINGLE, WORD } from "./unicode.ts"

/** Word hashes of one text: `first` alone feeds MinHash, both together are the 64 bits of an exact index. */
export interface HashedWords {
  readonly first: Uint32Array
  readonly second: Uint32Array
}

const FNV = 0x811c9dc5
const FNV_PRIME = 0x01000193
const SECOND = 0x9747b28c
const SECOND_PRIME = 0x5bd1e995

/**
 * Hashes the words of a UTF-8 text: runs of letters, marks and digits in lower case; a Han, kana, Hangul or Thai letter is
 * a word by itself; everything else separates. FNV-1a over bytes (ASCII) or code points, mixed.
 *
 * @example
 * import { hashedWords } from "#sluice/text"
 * const { first } = hashedWords(Buffer.from("Open, open the gate!"))
 * first.length // → 4
 * first[0] === first[1] // → true
 */
export const hashedWords = (bytes: Uint8Array): HashedWords => {
  const first = new Uint32Array((bytes.length >> 1) + 2)
  const second = new Uint32Array((bytes.length >> 1) + 2)
  let words = 0
  let a = FNV
  let b = SECOND
  let inside = false
  for (let at = 0; at <= bytes.length; ) {
    const byte = at < bytes.length ? bytes[at]! : 32
    let point = byte
    let bits = 0
    if (byte < 128) {
      at++
      if (byte >= 65 && byte <= 90) point = byte | 32
      if ((point >= 97 && point <= 122) || (byte >= 48 && byte <= 57)) bits = WORD
    } else {
      const size = byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      point = byte & (0xff >> (size + 1))
      for (let k = 1; k < size; k++) point = (point << 6) | (bytes[at + k]! & 63)
      at += size
      bits = classOf(point)
      if ((bits & SINGLE) === 0) point = lowerOf(point)
    }
    if ((bits & WORD) !== 0 && (bits & SINGLE) === 0) {
      a = Math.imul(a ^ point, FNV_PRIME)
      b = Math.imul(b + point, SECOND_PRIME)
      b ^= b >>> 15
      inside = true
      continue
    }
    if (inside) {
      first[words] = mix32(a)
      second[words++] = mix32(b)
      a = FNV
      b = SECOND
      inside = false
    }
    if ((bits & SINGLE) !== 0) {
      first[words] = mix32(Math.imul(FNV ^ point, FNV_PRIME))
      second[words++] = mix32(Math.imul(SECOND + point, SECOND_PRIME))
    }
  }
  return { first: first.subarray(0, words), second: second.subarray(0, words) }
}
