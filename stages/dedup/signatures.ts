// The signatures of all rows in one array, and how far two of them agree.
import type { BytesColumn } from "#sluice"

/** Signatures end to end: row `i`, where it has one, holds `minima[i × permutations ..]`. */
export interface Signatures {
  readonly rows: number
  readonly permutations: number
  readonly minima: Uint32Array
  /** 1 where the row has a signature. */
  readonly signed: Uint8Array
}

/** Lays the prepared byte column out as 32-bit numbers. */
export const packSignatures = ({ bytes, offsets }: BytesColumn, rows: number, permutations: number): Signatures => {
  const width = permutations * 4
  const minima = new Uint8Array(rows * width)
  const signed = new Uint8Array(rows)
  for (let row = 0; row < rows; row++) {
    const from = offsets[row]!
    if (offsets[row + 1] === from) continue
    minima.set(bytes.subarray(from, from + width), row * width)
    signed[row] = 1
  }
  return { rows, permutations, minima: new Uint32Array(minima.buffer), signed }
}

/** The share of equal minima: the MinHash estimate of Jaccard similarity. */
export const equalShare = ({ minima, permutations }: Signatures, a: number, b: number): number => {
  let equal = 0
  for (let i = 0; i < permutations; i++) if (minima[a * permutations + i] === minima[b * permutations + i]) equal++
  return equal / permutations
}

/** The sets of all rows in one array: row `i` holds `members[ends[i] .. ends[i + 1]]`. */
export interface NgramSets {
  readonly members: Uint32Array
  readonly ends: Int32Array
}

/** Lays the prepared byte column out as 32-bit numbers. */
export const packSets = ({ bytes, offsets }: BytesColumn): NgramSets => ({
  members: new Uint32Array(bytes.slice().buffer),
  ends: offsets.map((at) => at / 4)
})

export const setOf = ({ members, ends }: NgramSets, row: number): Uint32Array =>
  members.subarray(ends[row]!, ends[row + 1]!)
