// Applies learned merges to one word: always the pair with the lowest rank, leftmost first.

/** Words up to this many symbols are scanned again per merge; longer ones use a heap. */
const SCAN_LIMIT = 48

/** Heap entries are one number, rank · 2³² + place. */
const PLACE_BASE = 2 ** 32

/** Merges as left id, right id, joined id by rank; found by pair in an open-addressed table of typed arrays. */
export class MergeTable {
  private readonly lefts: Int32Array
  private readonly rights: Int32Array
  private readonly results: Int32Array
  /** Rank plus one; 0 marks a free slot. */
  private readonly slots: Int32Array
  /** Ranks of the pairs of the word being scanned. */
  private readonly ranks = new Int32Array(SCAN_LIMIT)

  constructor(merges: readonly (readonly [number, number, number])[]) {
    this.lefts = Int32Array.from(merges, ([left]) => left)
    this.rights = Int32Array.from(merges, ([, right]) => right)
    this.results = Int32Array.from(merges, ([, , merged]) => merged)
    let size = 16
    while (size < 3 * merges.length) size *= 2
    this.slots = new Int32Array(size)
    // The last of two merges of one pair counts, as in a table that is written twice.
    for (let rank = merges.length - 1; rank >= 0; rank--) {
      if (this.rank(this.lefts[rank]!, this.rights[rank]!) < 0) {
        this.slots[this.slotOf(this.lefts[rank]!, this.rights[rank]!)] = rank + 1
      }
    }
  }

  /** The slot of a pair, or the free one where it would stand. */
  private slotOf(left: number, right: number): number {
    const mask = this.slots.length - 1
    let hash = Math.imul(left, 0x9e3779b1) ^ Math.imul(right, 0x85ebca6b)
    hash ^= hash >>> 15
    let slot = hash & mask
    for (;;) {
      const rank = this.slots[slot]! - 1
      if (rank < 0 || (this.lefts[rank] === left && this.rights[rank] === right)) return slot
      slot = (slot + 1) & mask
    }
  }

  private rank(left: number, right: number): number {
    return this.slots[this.slotOf(left, right)]! - 1
  }

  /** Merges `symbols` in place as far as it goes; gives the new length. */
  apply(symbols: Int32Array, length: number): number {
    return length > SCAN_LIMIT ? this.applyQueued(symbols, length) : this.applyScanning(symbols, length)
  }

  private applyScanning(symbols: Int32Array, length: number): number {
    const { ranks } = this
    let count = length
    for (let place = 0; place + 1 < count; place++) ranks[place] = this.rank(symbols[place]!, symbols[place + 1]!)
    while (count > 1) {
      let best = -1
      let place = -1
      for (let index = 0; index + 1 < count; index++) {
        const rank = ranks[index]!
        if (rank >= 0 && (best < 0 || rank < best)) {
          best = rank
          place = index
        }
      }
      if (place < 0) break
      symbols[place] = this.results[best]!
      symbols.copyWithin(place + 1, place + 2, count)
      ranks.copyWithin(place + 1, place + 2, count - 1)
      count--
      if (place + 1 < count) ranks[place] = this.rank(symbols[place]!, symbols[place + 1]!)
      if (place > 0) ranks[place - 1] = this.rank(symbols[place - 1]!, symbols[place]!)
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
