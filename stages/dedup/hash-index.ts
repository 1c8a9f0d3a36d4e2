// A table from 64-bit hashes to numbers that remembers the first number given for each hash.
import { mix32 } from "#sluice/text"

export interface HashIndex {
  readonly mask: number
  readonly low: Int32Array
  readonly high: Int32Array
  /** The number plus one; 0 where the slot is free. */
  readonly value: Int32Array
}

/** A table for at most `entries` hashes. */
export const makeIndex = (entries: number): HashIndex => {
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, entries * 2)))
  return { mask: slots - 1, low: new Int32Array(slots), high: new Int32Array(slots), value: new Int32Array(slots) }
}

/** The number that was given first for a hash: `value` where it is new. */
export const firstOf = (index: HashIndex, low: number, high: number, value: number): number => {
  const [l, h] = [low | 0, high | 0]
  let slot = mix32(l ^ Math.imul(h, 0x9e3779b1)) & index.mask
  for (; index.value[slot] !== 0; slot = (slot + 1) & index.mask)
    if (index.low[slot] === l && index.high[slot] === h) return index.value[slot]! - 1
  index.low[slot] = l
  index.high[slot] = h
  index.value[slot] = value + 1
  return value
}
