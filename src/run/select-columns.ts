// The columns that a select's resolve gives to all rows: checked, stored whole, and cut into the partitions of its views.
import { SluiceError } from "../errors.ts"
import { columnName, type GraphNode } from "../graph/graph.ts"
import type { SelectDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { type Column, columnLength, columnOf, takeColumn } from "../table/column.ts"
import { writePack } from "../table/pack.ts"
import { readParquet, writeParquet } from "../table/parquet.ts"
import { type Block, digestsOf, type Names } from "../table/view.ts"
import { fieldsOf } from "./row-function.ts"

type Columns = { readonly [name: string]: Column }

const fieldsAdded = (node: GraphNode) => fieldsOf((node.declaration as SelectDeclaration).adds, node.name)

/** Whether a select gives its rows columns. */
export const addsColumns = (node: GraphNode): boolean =>
  Object.keys((node.declaration as SelectDeclaration).adds).length > 0

/** The names that the added columns have in the dataset. */
export const namesAdded = (node: GraphNode): Names =>
  Object.fromEntries(
    Object.keys(fieldsAdded(node)).map((name) => [name, columnName(node.declaration, node.options, name)])
  )

/**
 * What resolve returned, for all `rows`: those that failed to be prepared, which it did not see and which go no further, get
 * another row's values. Throws where a column is missing, of another type or of another length.
 */
export const columnsAdded = (
  node: GraphNode,
  returned: unknown,
  rows: number,
  good: Int32Array | undefined
): Columns | undefined => {
  if (!addsColumns(node)) return undefined
  const seen = good?.length ?? rows
  const columns: { [name: string]: Column } = {}
  for (const [name, field] of Object.entries(fieldsAdded(node))) {
    const column = (returned as Columns | undefined)?.[name]
    if (column === undefined || column.type !== field.type || columnLength(column) !== seen)
      throw new SluiceError(
        "SLUICE_SCHEMA",
        `${node.name}: resolve returned no ${field.type} column "${name}" of ${seen} rows`
      )
    columns[name] = good === undefined ? column : spread(column, good, rows, () => columnOf(new Array(rows), field))
  }
  return columns
}

const spread = (column: Column, good: Int32Array, rows: number, empty: () => Column): Column => {
  if (good.length === 0) return empty()
  const index = new Int32Array(rows)
  good.forEach((row, i) => {
    index[row] = i
  })
  return takeColumn(column, index)
}

/** Stores the added columns of all rows. */
export const putAdded = (store: Store, node: GraphNode, columns: Columns): string =>
  store.put(writeParquet(columns, fieldsAdded(node)))

/** The added columns of all rows, as they were stored. */
export const readAdded = (store: Store, node: GraphNode, block: string): Promise<Columns> =>
  readParquet(store.get(block), fieldsAdded(node))

/** Stores the part of the added columns that belongs to the rows `from .. from + rows`. */
export const partAdded = (store: Store, node: GraphNode, all: Columns, from: number, rows: number): Block => {
  const index = Int32Array.from({ length: rows }, (_, i) => from + i)
  const columns = Object.fromEntries(Object.entries(all).map(([name, column]) => [name, takeColumn(column, index)]))
  const fields = fieldsAdded(node)
  const digests = digestsOf(columns)
  const sections = Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [`digest:${name}`, bytes]))
  return {
    block: store.put(writeParquet(columns, fields)),
    pack: store.put(writePack(sections)),
    columns,
    fields,
    digests
  }
}
