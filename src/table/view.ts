// A view: a partition as references. Which blocks hold its columns, and which of its rows are alive; no row is copied.
import { allRows, bitsOf, rowsOf } from "./bits.ts"
import { columnLength, takeColumn, type Column } from "./column.ts"
import { type Content, columnDigests, contentOf, takeDigests } from "./digest.ts"
import { HeldColumns } from "./held-columns.ts"
import type { Field } from "./field.ts"
import { takeInts } from "./take.ts"
import { int32Of, readPack } from "./pack.ts"
import { readParquet } from "./parquet.ts"

/**
 * One step from a row of the view to a row of the block that holds its column: `alive` goes to the rank among these
 * rows, `parent` to the row that an expand made it from, `nth` from a rank back to the row.
 */
export type Step =
  | { readonly alive: string; readonly rows: number }
  | { readonly nth: string; readonly rows: number }
  | { readonly parent: string }

/** The rows of a block that are taken, as bits over all of them; the n-th of them is the n-th row. */
export type Taken = Extract<Step, { readonly nth: string }>

export interface ColumnRef {
  readonly field: Field
  /** Object with the Parquet block, and the column's name in it. */
  readonly block: string
  readonly name: string
  /** Object with the pack whose section `digest:<name>` has the column's row digests. */
  readonly pack: string
  readonly steps: ReadonlyArray<Step>
}

/** The description of a partition, as it stands in a manifest. */
export interface View {
  /** Rows of the partition before any filter. */
  readonly base: number
  /** Rows alive. */
  readonly rows: number
  /** Rows alive as bits; absent where all are. */
  readonly alive?: string
  /** Object with the pack that holds section `ids`. */
  readonly ids: string
  readonly columns: { readonly [name: string]: ColumnRef }
  /** Content digests over the rows alive: of the ids, and of each column. */
  readonly content: { readonly ids: Content; readonly columns: { readonly [name: string]: Content } }
}

/** Reads objects by digest, verified. */
export interface Reader {
  readonly get: (digest: string) => Uint8Array
}

/** The rows of several views together. */
export const rowsIn = (views: ReadonlyArray<View>): number => views.reduce((sum, view) => sum + view.rows, 0)

/** The ids of several views' rows, 16 bytes each, end to end. */
export const idsIn = (views: ReadonlyArray<View>, reader: Reader): Uint8Array =>
  Buffer.concat(views.map((view) => new Partition(view, reader).ids()))

/** A view with its bytes at hand: columns, digests and ids of the rows alive, read when asked for and kept. */
export class Partition {
  readonly view: View
  readonly #reader: Reader
  readonly #alive: Int32Array
  #columns = new HeldColumns()
  readonly #digests = new Map<string, Uint8Array>()
  #ids: Uint8Array | undefined

  constructor(view: View, reader: Reader) {
    this.view = view
    this.#reader = reader
    this.#alive = view.alive === undefined ? allRows(view.base) : rowsOf(view.alive, view.base)
  }

  /** A whole new block with what is in memory of it: what a source makes. */
  static fresh(block: Block, ids: Uint8Array, reader: Reader): Partition {
    const made = new Partition(freshView(block, ids), reader)
    made.#ids = ids
    made.#remember(block, {})
    return made
  }

  get rows(): number {
    return this.view.rows
  }

  /** 16 bytes per row alive. */
  ids(): Uint8Array {
    this.#ids ??= this.#compact(section(this.#reader, this.view.ids, "ids"))
    return this.#ids
  }

  #compact(digests: Uint8Array): Uint8Array {
    return this.view.alive === undefined ? digests : takeDigests(digests, this.#alive)
  }

  /** Row digests of a column, 16 bytes per row alive. */
  digests(name: string): Uint8Array {
    let found = this.#digests.get(name)
    if (found === undefined) {
      const ref = this.#ref(name)
      const all = section(this.#reader, ref.pack, `digest:${ref.name}`)
      const index = this.#places(ref)
      found = index === undefined ? all : takeDigests(all, index)
      this.#digests.set(name, found)
    }
    return found
  }

  /** Columns of the rows alive. */
  async columns(names: ReadonlyArray<string>): Promise<{ readonly [name: string]: Column }> {
    const missing = names.filter((name) => !this.#columns.has(name))
    const blocks = Map.groupBy(missing, (name) => this.#ref(name).block)
    for (const [block, wanted] of blocks) {
      const fields = Object.fromEntries(wanted.map((name) => [this.#ref(name).name, this.#ref(name).field]))
      const read = await readParquet(this.#reader.get(block), fields)
      for (const name of wanted) {
        const ref = this.#ref(name)
        const index = this.#places(ref)
        const column = read[ref.name]!
        this.#columns.set(name, index === undefined ? column : takeColumn(column, index))
      }
    }
    return Object.fromEntries(names.map((name) => [name, this.#columns.get(name)!]))
  }

  #ref(name: string): ColumnRef {
    const ref = this.view.columns[name]
    if (ref === undefined) throw new Error(`no column ${name}`)
    return ref
  }

  /** For each row alive its row in the block that holds a column; undefined where they are the same rows. */
  places(name: string): Int32Array | undefined {
    return this.#places(this.#ref(name))
  }

  #places(ref: ColumnRef): Int32Array | undefined {
    if (this.view.alive === undefined && ref.steps.length === 0) return undefined
    let index = this.#alive
    for (const step of ref.steps) index = applyStep(step, index, this.#reader)
    return index
  }

  /**
   * The same partition with only some of its alive rows kept; `kept` has one byte per row alive. Where the same was done
   * before, as one of `known` shows, its digests are not computed again.
   */
  narrow(kept: Uint8Array, known: ReadonlyArray<View> = []): Partition {
    let rows = 0
    for (const flag of kept) rows += flag
    if (rows === this.rows) return this
    const flags = new Uint8Array(this.view.base)
    const index = new Int32Array(rows)
    let n = 0
    for (let row = 0; row < kept.length; row++) {
      if (kept[row] === 0) continue
      flags[this.#alive[row]!] = 1
      index[n++] = row
    }
    const alive = bitsOf(flags)
    const same = known.find((one) => one.alive === alive && sameBlocks(one, this.view))
    if (same !== undefined) return new Partition(same, this.#reader)
    const columns = Object.fromEntries(
      Object.keys(this.view.columns).map((name) => [name, contentOf(takeDigests(this.digests(name), index))])
    )
    const ids = takeDigests(this.ids(), index)
    const view: View = { ...this.view, rows, alive, content: { ids: contentOf(ids), columns } }
    const next = new Partition(view, this.#reader)
    next.#ids = ids
    for (const [name, digests] of this.#digests) next.#digests.set(name, takeDigests(digests, index))
    next.#columns = this.#columns.take(index)
    return next
  }

  /** The same rows with columns added or replaced under `names`; the block's rows, or those taken of it, are the rows alive. */
  widen(block: Block, names: Names = {}): Partition {
    const steps: ReadonlyArray<Step> = [
      ...(this.view.alive === undefined ? [] : [{ alive: this.view.alive, rows: this.view.base }]),
      ...(block.taken === undefined ? [] : [block.taken])
    ]
    const view: View = {
      ...this.view,
      columns: { ...this.view.columns, ...refs(block, steps, names) },
      content: { ids: this.view.content.ids, columns: { ...this.view.content.columns, ...contents(block, names) } }
    }
    const next = new Partition(view, this.#reader)
    next.#ids = this.#ids
    for (const [name, digests] of this.#digests) next.#digests.set(name, digests)
    next.#columns = this.#columns.copy()
    next.#remember(block, names)
    return next
  }

  #remember(block: Block, names: Names) {
    for (const [name, digests] of Object.entries(block.digests)) {
      const as = names[name] ?? name
      this.#digests.set(as, digests)
      const column = block.columns[name]
      // Of what a column replaces nothing may be left.
      if (column === undefined) this.#columns.delete(as)
      else this.#columns.set(as, column)
    }
  }

  /** New rows, each made from one of these: own columns from the block, the others through the parent. */
  derive(block: Block, ids: Uint8Array, parents: Int32Array, names: Names = {}): Partition {
    const own = new Set(Object.keys(block.fields).map((name) => names[name] ?? name))
    const carried = Object.entries(this.view.columns).filter(([name]) => !own.has(name))
    const up: ReadonlyArray<Step> = [
      { parent: block.pack },
      ...(this.view.alive === undefined ? [] : [{ nth: this.view.alive, rows: this.view.base }])
    ]
    const columns: { [name: string]: ColumnRef } = {}
    const content: { [name: string]: Content } = {}
    for (const [name, ref] of carried) {
      columns[name] = { ...ref, steps: [...up, ...ref.steps] }
      content[name] = contentOf(takeDigests(this.digests(name), parents))
    }
    const view: View = {
      base: parents.length,
      rows: parents.length,
      ids: block.pack,
      columns: { ...columns, ...refs(block, [], names) },
      content: { ids: contentOf(ids), columns: { ...content, ...contents(block, names) } }
    }
    const next = new Partition(view, this.#reader)
    next.#remember(block, names)
    return next
  }
}

/** Whether two views are over the same rows and columns of the same blocks, whichever of these rows are alive. */
const sameBlocks = (one: View, other: View): boolean =>
  one.base === other.base && one.ids === other.ids && JSON.stringify(one.columns) === JSON.stringify(other.columns)

/** New columns together with where they are stored. */
export interface Block {
  readonly block: string
  readonly pack: string
  readonly taken?: Taken | undefined
  /** Those in memory: all of them, or none. */
  readonly columns: { readonly [name: string]: Column }
  readonly fields: { readonly [name: string]: Field }
  readonly digests: { readonly [name: string]: Uint8Array }
}

/** The dataset's name of a block's column, where it differs. */
export type Names = { readonly [column: string]: string }

const refs = (block: Block, steps: ReadonlyArray<Step>, names: Names): { readonly [name: string]: ColumnRef } =>
  Object.fromEntries(
    Object.keys(block.fields).map((name) => [
      names[name] ?? name,
      { field: block.fields[name]!, block: block.block, name, pack: block.pack, steps }
    ])
  )

const contents = (block: Block, names: Names): { readonly [name: string]: Content } =>
  Object.fromEntries(Object.entries(block.digests).map(([name, digests]) => [names[name] ?? name, contentOf(digests)]))

/** A view over a whole new block: what a source or a gather makes. */
export const freshView = (block: Block, ids: Uint8Array): View => ({
  base: ids.length / 16,
  rows: ids.length / 16,
  ids: block.pack,
  columns: refs(block, [], {}),
  content: { ids: contentOf(ids), columns: contents(block, {}) }
})

export const digestsOf = (columns: { readonly [name: string]: Column }): { readonly [name: string]: Uint8Array } =>
  Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, columnDigests(column)]))

export const section = (reader: Reader, pack: string, name: string): Uint8Array => {
  const found = readPack(reader.get(pack))[name]
  if (found === undefined) throw new Error(`pack ${pack} has no section ${name}`)
  return found
}

const applyStep = (step: Step, index: Int32Array, reader: Reader): Int32Array => {
  if ("parent" in step) return takeInts(int32Of(section(reader, step.parent, "parent")), index)
  if ("nth" in step) return takeInts(rowsOf(step.nth, step.rows), index)
  const rank = new Int32Array(step.rows).fill(-1)
  rowsOf(step.alive, step.rows).forEach((row, position) => {
    rank[row] = position
  })
  return takeInts(rank, index)
}

export const rowCount = (columns: { readonly [name: string]: Column }): number => {
  const first = Object.values(columns)[0]
  return first === undefined ? 0 : columnLength(first)
}
