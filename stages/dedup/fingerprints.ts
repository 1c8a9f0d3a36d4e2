// SimHash fingerprints: how one is made, how far two are apart, and all pairs that are near.
import type { BytesColumn } from "#sluice"
import { mix32, readWord, writeWord } from "#sluice/text"
import { separate, settled, union } from "./union-find.ts"

/**
 * The fingerprint of 64-bit hashes: bit `i` is set where more of them have it than not (Charikar 2002). Eight bytes, least
 * significant first; none where there are no hashes.
 */
export const simhashOf = (hashes: Uint8Array): Uint8Array => {
  if (hashes.length === 0) return new Uint8Array(0)
  const balance = new Int32Array(64)
  for (let at = 0; at < hashes.length; at += 4) {
    const word = readWord(hashes, at)
    const from = (at & 4) << 3
    for (let bit = 0; bit < 32; bit++) balance[from + bit]! += ((word >>> bit) & 1) * 2 - 1
  }
  const print = new Uint8Array(8)
  for (const half of [0, 1]) {
    let word = 0
    for (let bit = 0; bit < 32; bit++) if (balance[half * 32 + bit]! > 0) word |= 1 << bit
    writeWord(print, half * 4, word)
  }
  return print
}

/** Fingerprints of all rows in two halves. */
export interface Fingerprints {
  readonly low: Int32Array
  readonly high: Int32Array
  /** 1 where the row has one. */
  readonly there: Uint8Array
}

/** Lays the prepared columns of tables end to end. */
export const packFingerprints = (columns: ReadonlyArray<Pick<BytesColumn, "bytes" | "offsets">>): Fingerprints => {
  const rows = columns.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
  const prints = { low: new Int32Array(rows), high: new Int32Array(rows), there: new Uint8Array(rows) }
  let row = 0
  for (const { bytes, offsets } of columns)
    for (let i = 0; i + 1 < offsets.length; i++, row++) {
      if (offsets[i + 1] === offsets[i]) continue
      prints.low[row] = readWord(bytes, offsets[i]!)
      prints.high[row] = readWord(bytes, offsets[i]! + 4)
      prints.there[row] = 1
    }
  return prints
}

const ones = (word: number): number => {
  let x = word - ((word >>> 1) & 0x55555555)
  x = (x & 0x33333333) + ((x >>> 2) & 0x33333333)
  return Math.imul((x + (x >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24
}

/** In how many bits the fingerprints of two rows differ. */
export const distanceOf = ({ low, high }: Fingerprints, a: number, b: number): number =>
  ones(low[a]! ^ low[b]!) + ones(high[a]! ^ high[b]!)

/** Bits that are looked up together, in two halves. */
interface Mask {
  readonly low: number
  readonly high: number
}

const maskOf = (from: number, to: number): Mask => {
  let low = 0
  let high = 0
  for (let bit = from; bit < to; bit++) {
    if (bit < 32) low |= 1 << bit
    else high |= 1 << (bit - 32)
  }
  return { low, high }
}

/**
 * Masks of which two fingerprints within `distance` agree on one at least: of `distance + shared` blocks of bits at most
 * `distance` differ, so that `shared` are equal. More shared blocks make more tables of fewer rows a slot.
 */
export const masksFor = (distance: number, shared: number): ReadonlyArray<Mask> => {
  const count = distance + shared
  const blocks = Array.from({ length: count }, (_, i) =>
    maskOf(Math.floor((64 * i) / count), Math.floor((64 * (i + 1)) / count))
  )
  const choose = (from: number, left: number): ReadonlyArray<Mask> =>
    left === 0
      ? [{ low: 0, high: 0 }]
      : blocks
          .slice(from, count - left + 1)
          .flatMap((block, i) =>
            choose(from + i + 1, left - 1).map(({ low, high }) => ({ low: low | block.low, high: high | block.high }))
          )
  return choose(0, shared)
}

/** Shared blocks so that a mask has about as many bits as there are rows to tell apart, within so many tables. */
const sharedFor = (rows: number, distance: number): number => {
  const most = 64
  let shared = 1
  while ((64 * shared) / (distance + shared) < Math.log2(rows + 1) + 2 && masksFor(distance, shared + 1).length <= most)
    shared++
  return shared
}

/** For each row the first row of its group: rows are joined where their fingerprints differ in at most `distance` bits. */
export const nearFingerprints = (prints: Fingerprints, distance: number): Int32Array => {
  const { low, high, there } = prints
  const rows = there.length
  const parent = separate(rows)
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, rows * 2)))
  const head = new Int32Array(slots)
  const next = new Int32Array(rows)
  const firsts: Array<number> = []
  const equal = new Map<bigint, number>()
  for (let row = 0; row < rows; row++) {
    if (there[row] === 0) continue
    const key = (BigInt(high[row]!) << 32n) | BigInt(low[row]! >>> 0)
    const first = equal.get(key)
    if (first !== undefined) union(parent, first, row)
    else {
      equal.set(key, row)
      firsts.push(row)
    }
  }
  if (distance === 0) return settled(parent)
  for (const mask of masksFor(distance, sharedFor(firsts.length, distance))) {
    head.fill(-1)
    for (const row of firsts) {
      const slot = mix32(Math.imul(low[row]! & mask.low, 0x9e3779b1) ^ mix32(high[row]! & mask.high)) & (slots - 1)
      for (let other = head[slot]!; other >= 0; other = next[other]!)
        if (distanceOf(prints, other, row) <= distance) union(parent, other, row)
      next[row] = head[slot]!
      head[slot] = row
    }
  }
  return settled(parent)
}
