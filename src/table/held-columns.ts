// Columns that a partition has in memory. Of rows that were kept, a column is copied when it is asked for: few of them are.
import { type Column, takeColumn } from "./column.ts"
import { takeInts } from "./take.ts"

interface Held {
  readonly column: Column
  /** The rows of it that are meant; all where absent. */
  readonly index?: Int32Array
}

export class HeldColumns {
  readonly #held: Map<string, Held>

  constructor(held: Iterable<readonly [string, Held]> = []) {
    this.#held = new Map(held)
  }

  has(name: string): boolean {
    return this.#held.has(name)
  }

  get(name: string): Column | undefined {
    const held = this.#held.get(name)
    if (held?.index === undefined) return held?.column
    const column = takeColumn(held.column, held.index)
    this.#held.set(name, { column })
    return column
  }

  set(name: string, column: Column): void {
    this.#held.set(name, { column })
  }

  delete(name: string): void {
    this.#held.delete(name)
  }

  copy(): HeldColumns {
    return new HeldColumns(this.#held)
  }

  /** The same columns of the rows at `index`. */
  take(index: Int32Array): HeldColumns {
    const taken = Array.from(this.#held, ([name, { column, index: own }]) => {
      return [name, { column, index: own === undefined ? index : takeInts(own, index) }] as const
    })
    return new HeldColumns(taken)
  }
}
