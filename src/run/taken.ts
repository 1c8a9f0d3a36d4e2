// Results that are taken whole from one earlier block: which of its rows they are, so that none is copied.
import type { Store } from "../store/store.ts"
import { bitsOf, rowsOf } from "../table/bits.ts"
import { type Column, takeColumn } from "../table/column.ts"
import { takeDigests } from "../table/digest.ts"
import type { Field } from "../table/field.ts"
import { readParquet } from "../table/parquet.ts"
import { section, type Taken } from "../table/view.ts"
import type { RowAction } from "./row-action.ts"
import type { Place } from "./row-reuse.ts"

/** A block is copied from where fewer than one of so many of its rows would be taken: who reads them reads them all. */
const mostBlock = 4

/** The rows of an action's block and pack that are its own, ascending; undefined where all are. */
export const ownRows = ({ taken }: Pick<RowAction, "taken">): Int32Array | undefined =>
  taken && rowsOf(taken.nth, taken.rows)

/** One earlier action that has all the rows, in their order, and which of the rows of its block they are; undefined where there is none. */
export const takenFrom = (
  places: ReadonlyArray<Place | undefined>
): { readonly action: RowAction; readonly taken: Taken | undefined } | undefined => {
  const action = places[0]?.action
  if (action === undefined || action.errors.length > 0) return undefined
  const size = action.taken?.rows ?? action.counts.in
  if (places.length * mostBlock < size) return undefined
  const own = ownRows(action)
  const flags = new Uint8Array(size)
  let last = -1
  for (const place of places) {
    if (place?.action !== action || place.row <= last) return undefined
    last = place.row
    flags[own?.[last] ?? last] = 1
  }
  return { action, taken: places.length === size ? undefined : { nth: bitsOf(flags), rows: size } }
}

/** The columns that an action made, of its own rows. */
export const storedColumns = async (
  store: Store,
  action: RowAction,
  fields: { readonly [name: string]: Field }
): Promise<{ readonly [name: string]: Column }> => {
  const block = await readParquet(store.get(action.block!), fields)
  const rows = ownRows(action)
  if (rows === undefined) return block
  return Object.fromEntries(Object.entries(block).map(([name, column]) => [name, takeColumn(column, rows)]))
}

/** The digests of a column that an action made, 16 bytes for each of its own rows. */
export const storedDigests = (store: Store, action: RowAction, column: string): Uint8Array => {
  const all = section(store, action.pack, `digest:${column}`)
  const rows = ownRows(action)
  return rows === undefined ? all : takeDigests(all, rows)
}
