// The stored result of a row function on one partition, and how it turns the partition's view into the next one.
import type { NodeKeys } from "../graph/key.ts"
import { chosenColumns, type GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { canonicalJson, type Content, keyOf, sha256 } from "../table/digest.ts"
import { type Block, Partition, type Taken, type View } from "../table/view.ts"
import { viewIntact } from "./reach.ts"
import type { RowError } from "./row-error.ts"

export interface RowCounts {
  readonly in: number
  readonly out: number
  readonly dropped: number
  readonly failed: number
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
  /** Where its rows are some of those of an earlier block and pack, which. */
  readonly taken?: Taken | undefined
  /** Of a decision on scores: the codes of the rows. */
  readonly codes?: string
  /** Of a decision: where the scores are that it is about. */
  readonly measured?: Pick<RowAction, "pack" | "block">
  /** The view this led to, when it was computed from the view `from`; `as` is its key. */
  readonly face?: { readonly from: string; readonly view: View; readonly as?: string }
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

/** The key of a row function's action on a view. Views without rows are all alike, but lead to different ones: each has its own. */
export const rowKey = (node: GraphNode, keys: NodeKeys, view: View): string =>
  view.rows === 0
    ? keyOf([keys.row, viewKey(view)])
    : keyOf([keys.row, view.rows, needed(node, view), node.kind === "expand" ? view.content.ids : null])

/** The key of a filter's decision on measured scores. */
export const decideKey = (keys: NodeKeys, measured: string): string => keyOf([keys.whole, measured])

/** The key of the action that gives a node's view: its decision where it measures, else its row function. */
export const outcomeKey = (node: GraphNode, keys: NodeKeys, view: View, row = rowKey(node, keys, view)): string =>
  node.declaration.kind === "filter" && node.declaration.measures !== undefined ? decideKey(keys, row) : row

/** Keys of views as they were read or made: the same view is looked at by node after node. */
const viewKeys = new WeakMap<View, string>()

/** The key of a view: of its rows and columns, and where they stand. */
export const viewKey = (view: View): string => {
  const known = viewKeys.get(view)
  if (known !== undefined) return known
  const key = keyOf(view)
  viewKeys.set(view, key)
  return key
}

/** The view that an action led to. */
export const viewOf = ({ face }: RowAction): View => {
  const { view, as } = face!
  if (as !== undefined) viewKeys.set(view, as)
  return view
}

/** Names of the columns that nodes write, as JSON: asked for with each partition. */
const written = new WeakMap<GraphNode, string>()

/** What a face depends on beside the action: the view it was computed from, and the names of the columns written. */
export const faceKey = (node: GraphNode, view: View): string => {
  const names = written.get(node) ?? canonicalJson(chosenColumns(node))
  written.set(node, names)
  return sha256(`["${viewKey(view)}",${names}]`)
}

/** The outcome of a node on a view from earlier work alone; undefined where something must be computed. */
export const lookUp = (store: Store, node: GraphNode, keys: NodeKeys, view: View): Outcome | undefined => {
  const reuseKey = rowKey(node, keys, view)
  const key = outcomeKey(node, keys, view, reuseKey)
  const action = store.action<RowAction>(key)
  if (action?.face?.from !== faceKey(node, view) || !viewIntact(store, action.face.view)) return undefined
  for (const one of key === reuseKey ? [action] : [action, measuredBy(store, action, reuseKey)])
    if (one === undefined || !store.has(one.pack) || (one.block !== undefined && !store.has(one.block)))
      return undefined
  return { action, key, reuseKey, view: viewOf(action), computed: 0, reused: view.rows, hit: true }
}

/** What measured the scores behind a decision, which is stored apart. */
const measuredBy = (store: Store, { measured }: RowAction, key: string): RowAction["measured"] =>
  measured !== undefined && store.hasAction(key) ? measured : store.action<RowAction>(key)

/** Stores an action with the view it leads to. Actions with failed rows are kept for reuse, never as a result. */
export const keepAction = (
  { store, node }: { readonly store: Store; readonly node: GraphNode },
  key: string,
  action: RowAction,
  from: View,
  view: View
): RowAction => {
  const kept = { ...action, face: { from: faceKey(node, from), view, as: viewKey(view) } }
  if (action.errors.length === 0) putRows({ store, node }, key, kept)
  else store.putAction(partialKey(key), kept)
  return kept
}

/** Stores what a row function made: under one key always the same content, wherever and in whatever bytes it stands. */
export const putRows = (
  { store, node }: { readonly store: Store; readonly node: GraphNode },
  key: string,
  action: RowAction
): void => {
  store.compare(key, action, ({ pack, content, codes, counts, reasons }) => {
    const mayBeTaken = node.kind !== "expand" && node.kind !== "source" && Object.keys(content).length > 0
    return [mayBeTaken ? content : pack, codes, counts, reasons]
  })
  store.putAction(key, action)
}

/** Where the rows that did not fail are kept, so that the next run computes the failed ones only. */
export const partialKey = (key: string): string => keyOf(["partial", key])

/** The key that an action stands under: one with failed rows is no result. */
export const storedKey = (key: string, { errors }: Pick<RowAction, "errors">): string =>
  errors.length === 0 ? key : partialKey(key)

/** What a select knows of prepared rows: their columns, and which are missing because they failed. */
export const preparedContent = ({ content, errors }: RowAction): unknown =>
  errors.length === 0 ? content : [content, errors.map(({ row }) => row)]

/** Bytes that an action was written to: its columns too where any row was computed, none where all were there. */
export const writtenBytes = (store: Store, { block, pack, codes, taken }: RowAction, computed: number): number => {
  if (computed === 0 && (codes ?? taken) !== undefined) return 0
  return store.size(pack) + (computed > 0 && block !== undefined ? store.size(block) : 0)
}

/** The block of an action, with the columns in memory. */
export const blockOf = (
  action: RowAction,
  columns: Block["columns"],
  fields: Block["fields"],
  digests: Block["digests"]
): Block => ({ block: action.block ?? "", pack: action.pack, taken: action.taken, columns, fields, digests })

export const open = (store: Store, view: View): Partition => new Partition(view, store)
