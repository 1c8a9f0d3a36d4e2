// The signatures of all rows in one array, and how far two of them agree.
import type { BytesColumn } from "#sluice"

/** Signatures end to end: row `i`, where it has one, holds `minima[i × permutations × width ..]`. */
export interface Signatures {
  readonly rows: number
  readonly permutations: number
  /** 32-bit words of a minimum. */
  readonly width: number
  readonly minima: Uint32Array
  /** 1 where the row has a signature. */
  readonly signed: Uint8Array
}

/** Lays the prepared byte columns of tables end to end as 32-bit numbers. */
export const packSignatures = (columns: ReadonlyArray<BytesColumn>, permutations: number, width = 1): Signatures => {
  const size = permutations * width * 4
  const rows = columns.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
  const minima = new Uint8Array(rows * size)
  const signed = new Uint8Array(rows)
  let row = 0
  for (const { bytes, offsets } of columns)
    for (let i = 0; i + 1 < offsets.length; i++, row++) {
      const from = offsets[i]!
      if (offsets[i + 1] === from) continue
      minima.set(bytes.subarray(from, from + size), row * size)
      signed[row] = 1
    }
  return { rows, permutations, width, minima: new Uint32Array(minima.buffer), signed }
}

/** The share of equal minima: the MinHash estimate of Jaccard similarity. */
export const equalShare = ({ minima, permutations, width }: Signatures, a: number, b: number): number => {
  const words = permutations * width
  const [x, y] = [a * words, b * words]
  let equal = 0
  for (let i = 0; i < words; i += width)
    if (minima[x + i] === minima[y + i] && minima[x + i + width - 1] === minima[y + i + width - 1]) equal++
  return equal / permutations
}

/** The sets of all rows in one array: row `i` holds `members[ends[i] .. ends[i + 1]]`. */
export interface NgramSets {
  readonly members: Uint32Array
  readonly ends: Int32Array
}

/** Lays the prepared byte columns of tables end to end as 32-bit numbers. */
export const packSets = (columns: ReadonlyArray<BytesColumn>): NgramSets => {
  const rows = columns.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
  const ends = new Int32Array(rows + 1)
  let row = 0
  for (const { offsets } of columns)
    for (let i = 0; i + 1 < offsets.length; i++, row++) ends[row + 1] = ends[row]! + (offsets[i + 1]! - offsets[i]!) / 4
  const bytes = new Uint8Array(Buffer.concat(columns.map((column) => column.bytes)))
  return { members: new Uint32Array(bytes.buffer), ends }
}

export const setOf = ({ members, ends }: NgramSets, row: number): Uint32Array =>
  members.subarray(ends[row]!, ends[row + 1]!)
