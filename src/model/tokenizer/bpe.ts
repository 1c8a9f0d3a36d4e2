// Applies learned merges to one word: always the pair with the lowest rank, leftmost first.
import { PAIR_BASE } from "./merge-queue.ts"

/** A merge: left id, right id, id of the joined piece; the place in the list is its rank. */
export type Merge = readonly [number, number, number]

/** Words up to this many symbols are scanned again per merge; longer ones use a heap. */
const SCAN_LIMIT = 48

/** Heap entries are one number, rank · 2³² + place. */
const PLACE_BASE = 2 ** 32

/** Ranks and results of merges by pair. */
export class MergeTable {
  private readonly ranks = new Map<number, number>()
  private readonly results: Int32Array

  constructor(merges: readonly Merge[]) {
    this.results = Int32Array.from(merges, ([, , merged]) => merged)
    merges.forEach(([left, right], rank) => {
      this.ranks.set(left * PAIR_BASE + right, rank)
    })
  }

  private rank(left: number, right: number): number {
    return this.ranks.get(left * PAIR_BASE + right) ?? -1
  }

  /** Merges `symbols` in place as far as it goes; gives the new length. */
  apply(symbols: Int32Array, length: number): number {
    return length > SCAN_LIMIT ? this.applyQueued(symbols, length) : this.applyScanning(symbols, length)
  }

  private applyScanning(symbols: Int32Array, length: number): number {
    let count = length
    while (count > 1) {
      let best = -1
      let place = -1
      for (let index = 0; index + 1 < count; index++) {
        const rank = this.rank(symbols[index]!, symbols[index + 1]!)
        if (rank >= 0 && (best < 0 || rank < best)) {
          best = rank
          place = index
        }
      }
      if (place < 0) break
      symbols[place] = this.results[best]!
      symbols.copyWithin(place + 1, place + 2, count)
      count--
    }
    return count
  }

  /** The same through a linked list and a heap of (rank, place), n log n in the length of the word. */
  private applyQueued(symbols: Int32Array, length: number): number {
    const next = Int32Array.from({ length }, (_, index) => (index + 1 < length ? index + 1 : -1))
    const previous = Int32Array.from({ length }, (_, index) => index - 1)
    const alive = new Uint8Array(length).fill(1)
    const heap: number[] = []
    const offer = (place: number): void => {
      const after = place < 0 ? -1 : next[place]!
      if (after < 0) return
      const rank = this.rank(symbols[place]!, symbols[after]!)
      if (rank >= 0) pushSmallest(heap, rank * PLACE_BASE + place)
    }
    for (let place = 0; place + 1 < length; place++) offer(place)
    while (heap.length > 0) {
      const entry = popSmallest(heap)
      const place = entry % PLACE_BASE
      const rank = Math.floor(entry / PLACE_BASE)
      const after = next[place]!
      if (alive[place] === 0 || after < 0 || this.rank(symbols[place]!, symbols[after]!) !== rank) continue
      symbols[place] = this.results[rank]!
      alive[after] = 0
      next[place] = next[after]!
      if (next[place]! >= 0) previous[next[place]!] = place
      offer(place)
      offer(previous[place]!)
    }
    let count = 0
    for (let place = 0; place >= 0; place = next[place]!) symbols[count++] = symbols[place]!
    return count
  }
}

const pushSmallest = (heap: number[], value: number): void => {
  let place = heap.length
  heap.push(value)
  while (place > 0) {
    const parent = (place - 1) >> 1
    if (heap[parent]! <= value) break
    heap[place] = heap[parent]!
    place = parent
  }
  heap[place] = value
}

const popSmallest = (heap: number[]): number => {
  const first = heap[0]!
  const last = heap.pop()!
  const size = heap.length
  if (size === 0) return first
  let place = 0
  for (;;) {
    let child = 2 * place + 1
    if (child >= size) break
    if (child + 1 < size && heap[child + 1]! < heap[child]!) child++
    if (heap[child]! >= last) break
    heap[place] = heap[child]!
    place = child
  }
  heap[place] = last
  return first
}
