// Groups of a gather: rows with the key that the stage gives each, and what its `apply` makes of those of one key.
import { SluiceError } from "../errors.ts"
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import type { GatherDeclaration } from "../stage/declaration.ts"
import { allRows } from "../table/bits.ts"
import { combineDigests, digestBytes } from "../table/digest.ts"
import type { Partition } from "../table/view.ts"
import { type fieldsOf, misfitOf, type Row, Rows } from "./row-function.ts"

/** Where a row stands: its partition among those of the input, and its number there. */
export type RowPlace = readonly [partition: number, row: number]

/** A row on its way to a group. */
export interface Ungrouped {
  readonly row: Row
  readonly id: Uint8Array
  readonly digest: Uint8Array
  readonly place: RowPlace
}

/** A row whose group is known. */
export interface Grouped extends Ungrouped {
  readonly key: string
}

/** What came of a group: rows, or the reason why there are none. */
export type GroupMade = ReadonlyArray<unknown> | string

/** The rows of a partition as a gather sees them. */
export const ungrouped = async (node: GraphNode, partition: Partition, index: number): Promise<Array<Ungrouped>> => {
  const { needs } = node.declaration as GatherDeclaration
  const read = await partition.columns([...new Set(Object.values(node.reads))])
  const columns = Object.fromEntries(Object.entries(node.reads).map(([need, column]) => [need, read[column]!]))
  const digests = combineDigests(
    Object.values(node.reads).map((column) => partition.digests(column)),
    partition.rows
  )
  const ids = partition.ids()
  return Array.from(new Rows(columns, allRows(partition.rows), needs), (row, i) => {
    const [from, to] = [i * digestBytes, (i + 1) * digestBytes]
    return { row, id: ids.slice(from, to), digest: digests.slice(from, to), place: [index, i] }
  })
}

/** The group of a row; throws what the stage throws. */
export const groupKey = (node: GraphNode, row: Row): string =>
  String((node.declaration as GatherDeclaration).key(row, seenOptions(node)))

/** Calls `apply` on a group; throws where what it gives is neither rows of the declared columns nor a declared reason. */
export const applyGroup = (
  node: GraphNode,
  group: ReadonlyArray<Ungrouped>,
  key: string,
  fields: ReturnType<typeof fieldsOf>
): GroupMade => {
  const { apply, reasons } = node.declaration as GatherDeclaration
  const rows = group.map((entry) => entry.row)
  const made = apply(rows, seenOptions(node), key) as GroupMade
  if (typeof made === "string" || made.length === 0) {
    const reason = typeof made === "string" ? made : "no-rows"
    if (reasons.includes(reason)) return reason
    throw new SluiceError(
      "SLUICE_CONSERVATION",
      `${node.name}: group "${key}" made no row and gave no reason it declares`,
      { hint: "return rows, or a reason that the stage declares" }
    )
  }
  for (const row of made) {
    const wrong = misfitOf(row, fields)
    if (wrong !== undefined) throw new TypeError(wrong)
  }
  return made
}
