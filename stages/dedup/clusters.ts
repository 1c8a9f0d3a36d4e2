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
export const clusters = (signatures: Signatures, banding: Banding): Int32Array => {
  const { bands, isAlike } = banding
  const rows = banding.rows * signatures.width
  const parent = separate(signatures.rows)
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, signatures.rows * 2)))
  const chains = { head: new Int32Array(slots), tail: new Int32Array(slots), next: new Int32Array(signatures.rows) }
  for (let band = 0; band < bands; band++) {
    chains.head.fill(NONE)
    chains.next.fill(NONE)
    for (let row = 0; row < signatures.rows; row++) {
      if (signatures.signed[row] === 0) continue
      const slot = bandHash(signatures, row, band * rows, rows) & (slots - 1)
      join(signatures, parent, chains, { slot, row, offset: band * rows, rows, isAlike })
      if (chains.head[slot] === NONE) chains.head[slot] = row
      else chains.next[chains.tail[slot]!] = row
      chains.tail[slot] = row
    }
  }
  return settled(parent)
}

interface Chains {
  readonly head: Int32Array
  readonly tail: Int32Array
  readonly next: Int32Array
}

interface Place {
  readonly slot: number
  readonly row: number
  readonly offset: number
  readonly rows: number
  readonly isAlike: Banding["isAlike"]
}

const join = (signatures: Signatures, parent: Int32Array, chains: Chains, place: Place): void => {
  const { slot, row, offset, rows, isAlike } = place
  const { minima } = signatures
  const words = signatures.permutations * signatures.width
  const at = row * words + offset
  let compared = 0
  for (let member = chains.head[slot]!; member !== NONE && compared < COMPARED; member = chains.next[member]!) {
    if (!sameBand(minima, at, member * words + offset, rows)) continue
    compared++
    if (rootOf(parent, member) === rootOf(parent, row)) return
    if (isAlike(member, row)) {
      union(parent, member, row)
      return
    }
  }
}

const bandHash = (signatures: Signatures, row: number, offset: number, rows: number): number => {
  const { minima, permutations, width } = signatures
  const at = row * permutations * width + offset
  let hash = rows
  for (let i = 0; i < rows; i++) hash = (Math.imul(hash, 0x9e3779b1) + minima[at + i]!) | 0
  return mix32(hash)
}

const sameBand = (minima: Uint32Array, a: number, b: number, rows: number): boolean => {
  for (let i = 0; i < rows; i++) if (minima[a + i] !== minima[b + i]) return false
  return true
}
