// A table of 64-bit hashes with a counter each, emptied in no time: for counting what recurs in one text after another.

/** An open-addressing table; entries of an earlier `generation` count as empty. */
export interface HashTable {
  generation: number
  mask: number
  readonly stamp: Int32Array
  readonly high: Int32Array
  readonly low: Int32Array
  readonly count: Int32Array
}

/** A table for at most `entries` hashes between two calls of `emptyTable`. */
export const makeTable = (entries: number): HashTable => {
  const size = 2 ** Math.ceil(Math.log2(Math.max(4, entries * 2)))
  return {
    generation: 1,
    mask: size - 1,
    stamp: new Int32Array(size),
    high: new Int32Array(size),
    low: new Int32Array(size),
    count: new Int32Array(size)
  }
}

/** Empties a table for at most `entries` hashes; few use few slots, so that a short text stays in the cache. */
export const emptyTable = (table: HashTable, entries: number): void => {
  table.generation++
  table.mask = Math.min(table.stamp.length, 2 << (31 - Math.clz32(Math.max(4, entries * 2)))) - 1
}

/**
 * Counts a hash and returns how often it has been counted, this time included.
 *
 * @example
 * import { countHash, countOf, makeTable } from "#sluice/text"
 * const table = makeTable(100)
 * countHash(table, 7, 9) // → 1
 * countHash(table, 7, 9) // → 2
 * countOf(table, 1, 1) // → 0
 */
export const countHash = (table: HashTable, high: number, low: number): number => {
  const slot = slotOf(table, high | 0, low | 0)
  if (table.stamp[slot] === table.generation) return ++table.count[slot]!
  table.stamp[slot] = table.generation
  table.high[slot] = high
  table.low[slot] = low
  table.count[slot] = 1
  return 1
}

/** How often a hash has been counted. */
export const countOf = (table: HashTable, high: number, low: number): number => {
  const slot = slotOf(table, high | 0, low | 0)
  return table.stamp[slot] === table.generation ? table.count[slot]! : 0
}

const slotOf = ({ generation, mask, stamp, high, low }: HashTable, h: number, l: number): number => {
  const mixed = Math.imul(h, 0x9e3779b1) ^ l
  let slot = (mixed ^ (mixed >>> 15)) & mask
  while (stamp[slot] === generation && (high[slot] !== h || low[slot] !== l)) slot = (slot + 1) & mask
  return slot
}
