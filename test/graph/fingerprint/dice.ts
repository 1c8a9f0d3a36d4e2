// Dice with a seed, for random modules and edits.

/** A seeded source of numbers, the same on every machine. */
export class Dice {
  #state: number

  constructor(seed: number) {
    this.#state = (seed * 2654435761) >>> 0 || 1
  }

  /** A whole number from 0 up to, not including, the bound. */
  below(bound: number): number {
    this.#state ^= this.#state << 13
    this.#state ^= this.#state >>> 17
    this.#state ^= this.#state << 5
    this.#state >>>= 0
    return this.#state % bound
  }

  pick<A>(from: ReadonlyArray<A>): A {
    return from[this.below(from.length)]!
  }

  chance(percent: number): boolean {
    return this.below(100) < percent
  }
}
