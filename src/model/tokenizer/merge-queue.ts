// A binary heap of byte-pair candidates: most frequent first, then the smaller left id, then the smaller right id.

/** Pairs are kept as one number, left · 2²¹ + right. */
export const PAIR_BASE = 2 ** 21

/** Entries may be out of date; the reader compares the count with the present one. */
export class MergeQueue {
  private readonly counts: number[] = []
  private readonly pairs: number[] = []

  get size(): number {
    return this.counts.length
  }

  private isBefore(left: number, right: number): boolean {
    const difference = this.counts[left]! - this.counts[right]!
    return difference > 0 || (difference === 0 && this.pairs[left]! < this.pairs[right]!)
  }

  private exchange(left: number, right: number): void {
    const count = this.counts[left]!
    const pair = this.pairs[left]!
    this.counts[left] = this.counts[right]!
    this.pairs[left] = this.pairs[right]!
    this.counts[right] = count
    this.pairs[right] = pair
  }

  push(count: number, pair: number): void {
    let place = this.counts.length
    this.counts.push(count)
    this.pairs.push(pair)
    while (place > 0) {
      const parent = (place - 1) >> 1
      if (!this.isBefore(place, parent)) break
      this.exchange(place, parent)
      place = parent
    }
  }

  /** Removes and gives the first entry; the queue must not be empty. */
  pop(): { readonly count: number; readonly pair: number } {
    const first = { count: this.counts[0]!, pair: this.pairs[0]! }
    const count = this.counts.pop()!
    const pair = this.pairs.pop()!
    const size = this.counts.length
    if (size === 0) return first
    this.counts[0] = count
    this.pairs[0] = pair
    let place = 0
    for (;;) {
      const left = 2 * place + 1
      const right = left + 1
      let best = place
      if (left < size && this.isBefore(left, best)) best = left
      if (right < size && this.isBefore(right, best)) best = right
      if (best === place) return first
      this.exchange(place, best)
      place = best
    }
  }
}
