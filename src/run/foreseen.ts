// Rows of a partition that is yet to be made, as far as earlier results tell what they will be: no row function runs.
import { columnName, type GraphNode } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import type { Store } from "../store/store.ts"
import { combineDigests, digestBytes, takeDigests } from "../table/digest.ts"
import { int32Of, readPack } from "../table/pack.ts"
import { lowerBound } from "../table/lower-bound.ts"
import { Partition, type View } from "../table/view.ts"
import { decideKey, type RowAction } from "./row-action.ts"
import type { Place, RowReuse } from "./row-reuse.ts"
import { ownRows } from "./taken.ts"
import { codesOf } from "./verdict-codes.ts"

export interface Foreseen {
  /** Rows that are known to come. */
  readonly rows: number
  readonly column: (name: string) => ForeseenColumn
  /** Rows besides, whose columns are not known. */
  readonly fresh: number
  /** Whether more may come, or fewer than `fresh`. */
  readonly open: boolean
  readonly atMost: boolean
}

/** The digests of a column, 16 bytes a row; of the rows flagged `missing` the value is not known yet. */
export interface ForeseenColumn {
  readonly digests: Uint8Array
  readonly missing?: Uint8Array | undefined
}

/** What a function has to do on a partition: rows it takes from earlier results, rows it computes at most. */
export interface Foresight {
  readonly reused: number
  readonly computed: number
  readonly open: boolean
  readonly atMost: boolean
  /** What it leads to, where that can be told. */
  readonly next: Foreseen | undefined
}

/** A partition that is there, seen the same way. */
export const foreseeView = (store: Store, view: View): Foreseen => {
  const partition = new Partition(view, store)
  return {
    rows: view.rows,
    column: (name) => ({ digests: partition.digests(name) }),
    fresh: 0,
    open: false,
    atMost: false
  }
}

/** Sections of packs, each pack read once. */
class Packs {
  readonly #store: Store
  readonly #read = new Map<string, { readonly [name: string]: Uint8Array }>()
  readonly #own = new Map<RowAction, Int32Array>()

  constructor(store: Store) {
    this.#store = store
  }

  section(pack: string, name: string): Uint8Array {
    let sections = this.#read.get(pack)
    if (sections === undefined) {
      sections = readPack(this.#store.get(pack))
      this.#read.set(pack, sections)
    }
    return sections[name]!
  }

  /** The row of its pack. */
  #row({ action, row }: Made): number {
    if (action.taken === undefined) return row
    let own = this.#own.get(action)
    if (own === undefined) {
      own = ownRows(action)!
      this.#own.set(action, own)
    }
    return own[row]!
  }

  /** A column of rows of earlier results; those without one are missing. */
  column(rows: ReadonlyArray<Made | undefined>, name: string): ForeseenColumn {
    const digests = new Uint8Array(rows.length * digestBytes)
    const missing = new Uint8Array(rows.length)
    for (const [at, made] of rows.entries()) {
      if (made === undefined) missing[at] = 1
      else {
        const from = this.#row(made) * digestBytes
        const all = this.section(made.action.pack, `digest:${name}`)
        digests.set(all.subarray(from, from + digestBytes), at * digestBytes)
      }
    }
    return { digests, missing: missing.includes(1) ? missing : undefined }
  }
}

/** A row of an earlier result. */
interface Made {
  readonly action: RowAction
  readonly row: number
}

/** The records of a source's partition: the rows that were parsed before, and how many were not. */
export const foreseeRecords = (store: Store, digests: Uint8Array, count: number, reuse: RowReuse): Foresight => {
  const { places, todo } = reuse.match(digests, count)
  const known = places.filter((place) => place !== undefined)
  const packs = new Packs(store)
  const next = {
    rows: known.length,
    column: (name: string) => packs.column(known, name),
    fresh: todo.length,
    open: false,
    atMost: todo.length > 0
  }
  return { reused: known.length, computed: todo.length, open: false, atMost: false, next }
}

/** A row-local function on foreseen rows. */
export const foreseeRows = (
  store: Store,
  node: GraphNode,
  keys: NodeKeys,
  rows: Foreseen,
  reuse: RowReuse
): Foresight => {
  const places = placesOf(node, rows, reuse)
  const reused = places.reduce((sum, place) => sum + (place === undefined ? 0 : 1), 0)
  const computed = rows.fresh + rows.rows - reused
  const counts = { reused, computed, open: rows.open, atMost: rows.atMost }
  const next = follow({ packs: new Packs(store), store, node, keys }, rows, places)
  if (next === undefined) return { ...counts, next }
  // How many rows an expand makes of one that it has not met, nobody knows.
  const expands = node.kind === "expand"
  const fresh = expands ? 0 : node.kind === "map" ? rows.fresh : computed
  const open = rows.open || (expands && computed > 0)
  // What is computed may be dropped here, or turn out to be what a node below has met before.
  const atMost = rows.atMost || computed > 0
  return { ...counts, next: { ...next, fresh, open, atMost } }
}

/** The earlier result of each row, where the columns that the function reads are known and were met before. */
const placesOf = (node: GraphNode, rows: Foreseen, reuse: RowReuse): ReadonlyArray<Place | undefined> => {
  if (reuse.size === 0) return new Array<undefined>(rows.rows).fill(undefined)
  const columns = Object.values(node.reads).map((name) => rows.column(name))
  const input = combineDigests(
    columns.map(({ digests }) => digests),
    rows.rows
  )
  const { places } = reuse.match(input, rows.rows)
  const missing = columns.flatMap((column) => column.missing ?? [])
  return missing.length === 0
    ? places
    : places.map((place, row) => (missing.some((flags) => flags[row] === 1) ? undefined : place))
}

interface Walk {
  readonly packs: Packs
  readonly store: Store
  readonly node: GraphNode
  readonly keys: NodeKeys
}

/** The rows that a node makes of those it has met before; undefined where its verdict on them is not known. */
const follow = (
  { packs, store, node, keys }: Walk,
  above: Foreseen,
  places: ReadonlyArray<Place | undefined>
): Pick<Foreseen, "rows" | "column"> | undefined => {
  switch (node.declaration.kind) {
    case "map": {
      const own = ownColumns(node, node.declaration.adds)
      const column = (name: string) => (own.has(name) ? packs.column(places, own.get(name)!) : above.column(name))
      return { rows: above.rows, column }
    }
    case "filter": {
      const { measures } = node.declaration
      const kept: Array<number> = []
      const decided = new Map<string, Uint16Array>()
      for (const [at, place] of places.entries()) {
        if (place === undefined) continue
        const { action, key, row } = place
        let codes = decided.get(key)
        if (codes === undefined) {
          const verdicts = measures === undefined ? action : store.action<RowAction>(decideKey(keys, key))
          if (verdicts === undefined || !store.has(verdicts.pack)) return undefined
          codes = codesOf(store, verdicts)
          decided.set(key, codes)
        }
        if (codes[row] === 0) kept.push(at)
      }
      return decided.size === 0 && above.rows > 0 ? undefined : { rows: kept.length, column: picked(above, kept) }
    }
    case "expand": {
      const own = ownColumns(node, node.declaration.emits)
      const children: Array<Made> = []
      const parents: Array<number> = []
      for (const [at, place] of places.entries()) {
        if (place === undefined) continue
        const { action, row } = place
        const parent = int32Of(packs.section(action.pack, "parent"))
        for (let child = lowerBound(parent, row); child < parent.length && parent[child] === row; child++) {
          children.push({ action, row: child })
          parents.push(at)
        }
      }
      const carried = picked(above, parents)
      const column = (name: string) => (own.has(name) ? packs.column(children, own.get(name)!) : carried(name))
      return { rows: children.length, column }
    }
    default:
      return undefined
  }
}

const picked = (above: Foreseen, rows: ReadonlyArray<number>): Foreseen["column"] => {
  const index = Int32Array.from(rows)
  return (name) => {
    const { digests, missing } = above.column(name)
    return { digests: takeDigests(digests, index), missing: missing && Uint8Array.from(index, (row) => missing[row]!) }
  }
}

/** A node's own columns: their names in the block by those in the dataset. */
const ownColumns = (node: GraphNode, columns: object): ReadonlyMap<string, string> =>
  new Map(Object.keys(columns).map((name) => [columnName(node.declaration, node.options, name), name]))
