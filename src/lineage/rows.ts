// The rows of a dataset as values, read partition by partition.
import { valueAt } from "../table/column.ts"
import { Partition, type View } from "../table/view.ts"
import type { Store } from "../store/store.ts"
import type { PastRun } from "./past-run.ts"

export interface IdentifiedRow {
  readonly id: string
  readonly columns: { readonly [name: string]: unknown }
}

/** The rows of views in order, with their ids. */
export const readRows = async function* (store: Store, views: ReadonlyArray<View>): AsyncGenerator<IdentifiedRow> {
  for (const view of views) {
    if (view.rows === 0) continue
    const partition = new Partition(view, store)
    const names = Object.keys(view.columns)
    const columns = await partition.columns(names)
    const ids = Buffer.from(partition.ids())
    for (let row = 0; row < view.rows; row++)
      yield {
        id: ids.toString("hex", row * 16, row * 16 + 16),
        columns: Object.fromEntries(names.map((name) => [name, valueAt(columns[name]!, row)]))
      }
  }
}

/** The columns of a row as the last node that still holds it has them. */
export const readRow = async (past: PastRun, id: string): Promise<{ readonly [name: string]: unknown }> => {
  for (const node of past.nodes.toReversed())
    for (const part of Object.keys(past.record(node).datasets)) {
      const ids = past.table(node, part)
      const row = ids.row(id)
      if (row < 0) continue
      const place = ids.place(row)
      const partition = new Partition(ids.views[place.partition]!, past.store)
      const names = Object.keys(partition.view.columns)
      const columns = await partition.columns(names)
      return Object.fromEntries(names.map((name) => [name, valueAt(columns[name]!, place.row)]))
    }
  return {}
}
