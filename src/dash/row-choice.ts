// Chooses rows to be shown: by lot, where the lot is drawn from the row's id, and those nearest to a threshold.

/** A generator's number from a row's lot and a name, the same in every run. */
export const drawn = (lot: number, seed: number): number => {
  let mixed = (lot ^ seed) >>> 0
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}

/** A number from a name (FNV-1a). */
export const seedOf = (name: string): number => {
  let seed = 0x811c9dc5
  for (let at = 0; at < name.length; at++) seed = Math.imul(seed ^ name.charCodeAt(at), 0x01000193)
  return seed >>> 0
}

/** Keeps the `most` rows of least rank among all that are offered; the earlier of two of one rank. */
export class Least {
  readonly #most: number
  readonly #ranks: Array<number> = []
  readonly #rows: Array<number> = []

  constructor(most: number) {
    this.#most = most
  }

  offer(rank: number, row: number): void {
    const ranks = this.#ranks
    if (ranks.length === this.#most && !(rank < ranks[ranks.length - 1]!)) return
    let at = ranks.length
    while (at > 0 && rank < ranks[at - 1]!) at--
    ranks.splice(at, 0, rank)
    this.#rows.splice(at, 0, row)
    if (ranks.length > this.#most) {
      ranks.pop()
      this.#rows.pop()
    }
  }

  /** The rows, least rank first. */
  get rows(): ReadonlyArray<number> {
    return this.#rows
  }
}
