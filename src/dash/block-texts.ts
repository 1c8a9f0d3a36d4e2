// Texts of chosen rows, and how many bytes every row's texts have: each block is read once, whoever asks for rows of it.
import type { Store } from "../store/store.ts"
import { type Column, columnLength, valueAt } from "../table/column.ts"
import type { Field } from "../table/field.ts"
import { readParquet } from "../table/parquet.ts"
import { Partition, type View } from "../table/view.ts"

interface Wanted {
  readonly field: Field
  readonly rows: Set<number>
}

/** The columns of text that were made where the rows were: not those that they have from the row they were made of. */
export const ownTexts = (views: ReadonlyArray<View>): ReadonlyArray<string> => {
  const columns = Object.entries(views.find(({ rows }) => rows > 0)?.columns ?? {})
  const texts = columns.filter(([, { field }]) => field.type === "text")
  const own = texts.filter(([, { steps }]) => steps.every((step) => !("parent" in step)))
  return (own.length > 0 ? own : texts).map(([name]) => name)
}

/** The column that is the text of some rows, where every row has one; else all columns of text that they were made with. */
export const bodyTexts = (views: ReadonlyArray<View>): ReadonlyArray<string> => {
  const own = ownTexts(views)
  const { text } = views.find(({ rows }) => rows > 0)?.columns ?? {}
  return own.includes("text") && text?.field.nullable === false ? ["text"] : own
}

export class BlockTexts {
  readonly #store: Store
  readonly #partitions = new Map<View, Partition>()
  /** By block, the columns to read and the rows whose texts are asked for. */
  readonly #wanted = new Map<string, Map<string, Wanted>>()
  readonly #sizes = new Map<string, Int32Array>()
  readonly #texts = new Map<string, string>()

  constructor(store: Store) {
    this.#store = store
  }

  /** Asks for the bytes of the texts in a column. */
  wantSizes(view: View, name: string): void {
    if (view.rows > 0) this.#want(view, name)
  }

  /** Asks for the text of a row. */
  want(view: View, row: number, name: string): void {
    this.#want(view, name).rows.add(this.#place(view, row, name))
  }

  #want(view: View, name: string): Wanted {
    const { block, name: inBlock, field } = view.columns[name]!
    const columns = this.#wanted.get(block) ?? new Map<string, Wanted>()
    this.#wanted.set(block, columns)
    const wanted = columns.get(inBlock) ?? { field, rows: new Set() }
    columns.set(inBlock, wanted)
    return wanted
  }

  #partition(view: View): Partition {
    const partition = this.#partitions.get(view) ?? new Partition(view, this.#store)
    this.#partitions.set(view, partition)
    return partition
  }

  #place(view: View, row: number, name: string): number {
    return this.#partition(view).places(name)?.[row] ?? row
  }

  /** Reads what was asked for, block by block. */
  async read(): Promise<void> {
    for (const [block, columns] of this.#wanted) {
      const fields = Object.fromEntries([...columns].map(([name, { field }]) => [name, field]))
      const read = await readParquet(this.#store.get(block), fields)
      for (const [name, { rows }] of columns) {
        const column = read[name]!
        this.#sizes.set(`${block} ${name}`, sizesOf(column))
        for (const row of rows) {
          const value = valueAt(column, row)
          if (value === null) continue
          this.#texts.set(`${block} ${name} ${row}`, typeof value === "string" ? value : JSON.stringify(value))
        }
      }
    }
    this.#wanted.clear()
  }

  /** The text of a row that was asked for; null where it has none. */
  text(view: View, row: number, name: string): string | null {
    const { block, name: inBlock } = view.columns[name]!
    return this.#texts.get(`${block} ${inBlock} ${this.#place(view, row, name)}`) ?? null
  }

  /** Adds the bytes of a column's texts, row by row alive, to `sums` from `at` on. */
  addSizes(view: View, name: string, sums: Float64Array, at: number): void {
    if (view.rows === 0) return
    const { block, name: inBlock } = view.columns[name]!
    const sizes = this.#sizes.get(`${block} ${inBlock}`)!
    const places = this.#partition(view).places(name)
    for (let row = 0; row < view.rows; row++) sums[at + row]! += sizes[places === undefined ? row : places[row]!]!
  }
}

/** Bytes of UTF-8 by row; nothing for what is no text. */
const sizesOf = (column: Column): Int32Array => {
  const sizes = new Int32Array(columnLength(column))
  if (column.type !== "text") return sizes
  for (let row = 0; row < sizes.length; row++) sizes[row] = column.offsets[row + 1]! - column.offsets[row]!
  return sizes
}
