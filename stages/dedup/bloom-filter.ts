// A Bloom filter of 64-bit hashes: says "never seen" for certain and "seen" with a known chance of error.
import { mix32, readWord } from "#sluice/text"

export interface BloomFilter {
  readonly words: Int32Array
  /** Bits, a multiple of 32. */
  readonly bits: number
  readonly probes: number
}

const MOST_BITS = 2 ** 32

/**
 * An empty filter for `units` hashes with a chance of false positives of `error`: −units · ln(error) / ln²2 bits, looked at in
 * −log₂(error) places (Bloom 1970).
 */
export const makeBloom = (units: number, error: number): BloomFilter => {
  const wanted = Math.max(64, (-units * Math.log(error)) / Math.LN2 ** 2)
  if (wanted > MOST_BITS)
    throw new RangeError(
      `dedup.bloom: ${units} units at ${error} need ${Math.ceil(wanted / 2 ** 23)} MiB of at most 512; raise falsePositives or take paragraphs`
    )
  const words = new Int32Array(Math.ceil(wanted / 32))
  return { words, bits: words.length * 32, probes: Math.max(1, Math.round(-Math.log2(error))) }
}

/** The place of probe `i`: double hashing (Kirsch and Mitzenmacher 2006) over the two halves of a hash, mixed again. */
const placeOf = (a: number, b: number, i: number, scale: number): number =>
  Math.floor(mix32((a + Math.imul(i, b | 1)) ^ (b >>> 7)) * scale)

/** Puts the hashes in `bytes[from .. to]` in. */
export const insert = ({ words, bits, probes }: BloomFilter, bytes: Uint8Array, from: number, to: number): void => {
  const scale = bits / 2 ** 32
  for (let at = from; at < to; at += 8) {
    const [a, b] = [readWord(bytes, at), readWord(bytes, at + 4)]
    for (let i = 0; i < probes; i++) {
      const place = placeOf(a, b, i, scale)
      words[place >>> 5]! |= 1 << (place & 31)
    }
  }
}

/** Whether the hash at `at` may have been put in. */
export const mayHold = ({ words, bits, probes }: BloomFilter, bytes: Uint8Array, at: number): boolean => {
  const scale = bits / 2 ** 32
  const a = readWord(bytes, at)
  const b = readWord(bytes, at + 4)
  for (let i = 0; i < probes; i++) {
    const place = placeOf(a, b, i, scale)
    if ((words[place >>> 5]! & (1 << (place & 31))) === 0) return false
  }
  return true
}
