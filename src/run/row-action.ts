// The stored result of a row function on one partition, and how it turns the partition's view into the next one.
import type { NodeKeys } from "../graph/key.ts"
import { chosenColumns, type GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { type Content, keyOf } from "../table/digest.ts"
import { type Block, Partition, type View } from "../table/view.ts"

export interface RowCounts {
  readonly in: number
  readonly out: number
  readonly dropped: number
  readonly failed: number
}

export interface RowError {
  readonly row: number
  readonly message: string
}

/** What a row function made of the rows of one partition; dense over the rows that were alive then. */
export interface RowAction {
  readonly counts: RowCounts
  readonly reasons: { readonly [reason: string]: number }
  /** Parquet object with the columns made, if any. */
  readonly block?: string
  /** Pack with `input` digests, `digest:<column>` and, by kind, `codes`, `parent`, `ids`. */
  readonly pack: string
  /** Content of each column made. */
  readonly content: { readonly [column: string]: Content }
  readonly errors: ReadonlyArray<RowError>
  /** The view this led to, when it was computed from the view `from`. */
  readonly face?: { readonly from: string; readonly view: View }
}

/** What became of a partition at a node. */
export interface Outcome {
  readonly action: RowAction
  /** The key the action is stored under. */
  readonly key: string
  /** The key of the action that later runs take single rows from: the measure's where there is one. */
  readonly reuseKey: string
  readonly view: View
  readonly computed: number
  readonly reused: number
  readonly hit: boolean
}

/** Codes of the rows of a filter's partition: 0 keep, 1 + i the i-th reason, this one failed. */
export const failedCode = 0xffff

const needed = (node: GraphNode, view: View): unknown =>
  Object.entries(node.reads).map(([need, column]) => [need, view.columns[column]?.field, view.content.columns[column]])

/** The key of a row function's action on a view. */
export const rowKey = (node: GraphNode, keys: NodeKeys, view: View): string =>
  keyOf([keys.row, view.rows, needed(node, view), node.kind === "expand" ? view.content.ids : null])

/** The key of a filter's decision on measured scores. */
export const decideKey = (keys: NodeKeys, measured: string): string => keyOf([keys.whole, measured])

/** The key of the action that gives a node's view: its decision where it measures, else its row function. */
export const outcomeKey = (node: GraphNode, keys: NodeKeys, view: View): string => {
  const row = rowKey(node, keys, view)
  return node.declaration.kind === "filter" && node.declaration.measures !== undefined ? decideKey(keys, row) : row
}

/** What a face depends on beside the action: the view it was computed from, and the names of the columns written. */
const faceKey = (node: GraphNode, view: View): string => keyOf([view, chosenColumns(node)])

/** The outcome of a node on a view from earlier work alone; undefined where something must be computed. */
export const lookUp = (store: Store, node: GraphNode, keys: NodeKeys, view: View): Outcome | undefined => {
  const key = outcomeKey(node, keys, view)
  const action = store.action<RowAction>(key)
  if (action?.face?.from !== faceKey(node, view) || !viewIntact(store, action.face.view)) return undefined
  if (!store.has(action.pack) || (action.block !== undefined && !store.has(action.block))) return undefined
  const reuseKey = rowKey(node, keys, view)
  return { action, key, reuseKey, view: action.face.view, computed: 0, reused: view.rows, hit: true }
}

/** Whether every object behind a view is there. */
export const viewIntact = (store: Store, view: View): boolean =>
  store.has(view.ids) && Object.values(view.columns).every(({ block, pack }) => store.has(block) && store.has(pack))

/** Stores an action with the view it leads to. Actions with failed rows are kept for reuse, never as a result. */
export const keepAction = (
  { store, node }: { readonly store: Store; readonly node: GraphNode },
  key: string,
  action: RowAction,
  from: View,
  view: View
): RowAction => {
  const kept = { ...action, face: { from: faceKey(node, from), view } }
  if (action.errors.length === 0) store.putAction(key, kept)
  else store.putAction(partialKey(key), kept)
  return kept
}

/** Where the rows that did not fail are kept, so that the next run computes the failed ones only. */
export const partialKey = (key: string): string => keyOf(["partial", key])

/** The block of an action, with the columns in memory. */
export const blockOf = (
  action: RowAction,
  columns: Block["columns"],
  fields: Block["fields"],
  digests: Block["digests"]
): Block => ({ block: action.block ?? "", pack: action.pack, columns, fields, digests })

export const open = (store: Store, view: View): Partition => new Partition(view, store)
