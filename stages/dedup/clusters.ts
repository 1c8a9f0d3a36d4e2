// Joins rows that share a band into groups (locality-sensitive hashing, then union-find); each group's root is its first row.
import { mix32 } from "#sluice/text"
import type { Signatures } from "./signatures.ts"
import { rootOf, separate, settled, union } from "./union-find.ts"

/** `bands` × `rows` minima; an edge needs a whole band in common, and two rows that are alike. */
export interface Banding {
  readonly bands: number
  readonly rows: number
  readonly isAlike: (a: number, b: number) => boolean
}

const NONE = -1
/** Members of a bucket that a row is compared with before it counts as unlike them all; bounds the cost of boilerplate. */
const COMPARED = 64

/**
 * For each row the first row of its group. Independent of how rows were partitioned: buckets are filled in dataset order,
 * and a row is joined to the earliest member of its bucket that it agrees with.
 */
export const clusters = (signatures: Signatures, { bands, rows, isAlike }: Banding): Int32Array => {
  const { rows: all, minima, permutations, width, signed } = signatures
  const [words, bandWords] = [permutations * width, rows * width]
  const hashes = bandHashes(signatures, bands, bandWords)
  const parent = separate(all)
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, all * 2)))
  const [head, tail, next] = [new Int32Array(slots), new Int32Array(slots), new Int32Array(all)]
  for (let band = 0; band < bands; band++) {
    head.fill(NONE)
    next.fill(NONE)
    const hash = hashes.subarray(band * all, (band + 1) * all)
    for (let row = 0; row < all; row++) {
      if (signed[row] === 0) continue
      const at = row * words + band * bandWords
      const slot = hash[row]! & (slots - 1)
      let compared = 0
      for (let member = head[slot]!; member !== NONE && compared < COMPARED; member = next[member]!) {
        if (hash[member] !== hash[row]) continue
        if (!sameBand(minima, at, member * words + band * bandWords, bandWords)) continue
        compared++
        if (rootOf(parent, member) === rootOf(parent, row)) break
        if (!isAlike(member, row)) continue
        union(parent, member, row)
        break
      }
      if (head[slot] === NONE) head[slot] = row
      else next[tail[slot]!] = row
      tail[slot] = row
    }
  }
  return settled(parent)
}

/** A hash of each band of each row, band by band: most bands that differ are told apart without a look at their minima. */
const bandHashes = ({ rows, minima, permutations, width }: Signatures, bands: number, words: number): Int32Array => {
  const hashes = new Int32Array(bands * rows)
  for (let row = 0; row < rows; row++) {
    let at = row * permutations * width
    for (let band = 0; band < bands; band++) {
      let hash = words
      for (let i = 0; i < words; i++) hash = (Math.imul(hash, 0x9e3779b1) + minima[at++]!) | 0
      hashes[band * rows + row] = mix32(hash)
    }
  }
  return hashes
}

const sameBand = (minima: Uint32Array, a: number, b: number, rows: number): boolean => {
  for (let i = 0; i < rows; i++) if (minima[a + i] !== minima[b + i]) return false
  return true
}
