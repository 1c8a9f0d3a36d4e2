// Row-level reuse: finds, among earlier results of the same function, the rows whose inputs have the same digest.
import type { Store } from "../store/store.ts"
import { concatColumns, takeColumn, type Column } from "../table/column.ts"
import { DigestMap } from "../table/digest-map.ts"
import type { Field } from "../table/field.ts"
import { takeDigests } from "../table/digest.ts"
import { int32Of, readPack } from "../table/pack.ts"
import { lowerBound } from "../table/lower-bound.ts"
import { digestsOf } from "../table/view.ts"
import type { RowAction } from "./row-action.ts"
import { ownRows, storedColumns, storedDigests } from "./taken.ts"
import { codesOf } from "./verdict-codes.ts"

export interface Place {
  readonly action: RowAction
  /** The key the action is stored under. */
  readonly key: string
  /** Among the action's own rows. */
  readonly row: number
}

/** Earlier results by the digest of their input. A result that is damaged or gone is left out: its rows are computed. */
export class RowReuse {
  readonly #store: Store
  readonly #inputs = new DigestMap()
  /** By the number of the input; none where its row failed. */
  readonly #places: Array<Place | undefined> = []
  /** The actions that are yet to be read. */
  readonly #unread: Set<string>

  constructor(store: Store, actionKeys: ReadonlyArray<string>) {
    this.#store = store
    this.#unread = new Set(actionKeys)
  }

  /** Reads an action. The first place of an input counts: lists begin with what this node itself gave, the latest first. */
  #read(key: string) {
    this.#unread.delete(key)
    const action = this.#store.action<RowAction>(key)
    if (action === undefined) return
    const usable = [action.pack, ...(action.block ? [action.block] : [])].every((digest) => this.#store.has(digest))
    if (!usable) return
    const { input, good } = readPack(this.#store.get(action.pack))
    if (input === undefined) return
    const failed = new Set(good === undefined ? action.errors.map((error) => error.row) : [])
    const own = ownRows(action)
    const numbers = this.#inputs.put(own === undefined ? input : takeDigests(input, own))
    for (let row = 0; row < numbers.length; row++)
      if (!failed.has(row)) this.#places[numbers[row]!] ??= { action, key, row }
  }

  /** Inputs that are known. */
  get size(): number {
    this.#readAll()
    return this.#inputs.size
  }

  #readAll() {
    for (const key of this.#unread) this.#read(key)
  }

  /**
   * For each row the earlier place of its result, or undefined; and the rows left to compute. `likely` is the action that
   * probably has them: where it has them all, no other is read.
   */
  match(input: Uint8Array, rows: number, likely?: string): Matched {
    if (likely !== undefined && this.#unread.has(likely)) this.#read(likely)
    const matched = this.#matchRead(input, rows)
    if (matched.todo.length === 0 || this.#unread.size === 0) return matched
    this.#readAll()
    return this.#matchRead(input, rows)
  }

  #matchRead(input: Uint8Array, rows: number): Matched {
    const places: Array<Place | undefined> = new Array(rows)
    const todo: Array<number> = []
    const numbers = this.#inputs.size === 0 ? undefined : this.#inputs.find(input)
    for (let row = 0; row < rows; row++) {
      places[row] = numbers === undefined || numbers[row] === -1 ? undefined : this.#places[numbers[row]!]
      if (places[row] === undefined) todo.push(row)
    }
    return { places, todo: Int32Array.from(todo) }
  }
}

export interface Matched {
  readonly places: ReadonlyArray<Place | undefined>
  readonly todo: Int32Array
}

/** Reads what earlier actions hold about single rows. */
export class Earlier {
  readonly #store: Store

  constructor(store: Store) {
    this.#store = store
  }

  code(place: Place): number {
    return codesOf(this.#store, place.action)[place.row]!
  }

  /** The rows that an expand made of one parent: their range in the earlier block. */
  children(place: Place): readonly [number, number] {
    const parents = int32Of(readPack(this.#store.get(place.action.pack))["parent"]!)
    let from = lowerBound(parents, place.row)
    const start = from
    while (from < parents.length && parents[from] === place.row) from++
    return [start, from]
  }
}

/** One row of the columns to be made: from what was computed now, or a row of what an earlier action made. */
export type Origin = { readonly computed: number } | { readonly action: RowAction; readonly row: number }

export interface Assembled {
  readonly columns: { readonly [name: string]: Column }
  /** 16 bytes per row of each column. */
  readonly digests: { readonly [name: string]: Uint8Array }
}

/** Puts columns together, row by row, from computed ones and from earlier blocks, whose digests are known. */
export const assemble = async (
  store: Store,
  fields: { readonly [name: string]: Field },
  computed: { readonly [name: string]: Column },
  computedRows: number,
  origins: ReadonlyArray<Origin>
): Promise<Assembled> => {
  const made: Assembled = { columns: computed, digests: digestsOf(computed) }
  if (origins.length === computedRows && areComputed(origins)) return made
  const starts = new Map<RowAction, number>()
  const blocks: Array<Assembled> = [made]
  let next = computedRows
  const index = new Int32Array(origins.length)
  for (let row = 0; row < origins.length; row++) {
    const origin = origins[row]!
    if ("computed" in origin) index[row] = origin.computed
    else {
      let start = starts.get(origin.action)
      if (start === undefined) {
        start = next
        starts.set(origin.action, start)
        blocks.push(await storedBlock(store, origin.action, fields))
        next += Math.max(...Object.values(origin.action.content).map((content) => content.rows))
      }
      index[row] = start + origin.row
    }
  }
  const columns: Record<string, Column> = {}
  const digests: Record<string, Uint8Array> = {}
  for (const [name, field] of Object.entries(fields)) {
    const parts = blocks.map((block) => block.columns[name]!)
    columns[name] = takeColumn(concatColumns(parts, field), index)
    digests[name] = takeDigests(Buffer.concat(blocks.map((block) => block.digests[name]!)), index)
  }
  return { columns, digests }
}

const areComputed = (origins: ReadonlyArray<Origin>): boolean => {
  for (let row = 0; row < origins.length; row++) {
    const origin = origins[row]!
    if (!("computed" in origin) || origin.computed !== row) return false
  }
  return true
}

const storedBlock = async (
  store: Store,
  action: RowAction,
  fields: { readonly [name: string]: Field }
): Promise<Assembled> => ({
  columns: await storedColumns(store, action, fields),
  digests: Object.fromEntries(Object.keys(fields).map((name) => [name, storedDigests(store, action, name)]))
})
