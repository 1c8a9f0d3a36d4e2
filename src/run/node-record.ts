// What a finished node leaves in the store: one small record under its key, and a body with its partitions or files.
import type { Store } from "../store/store.ts"
import { type Content, joinContent, keyOf } from "../table/digest.ts"
import { rowsIn, type View } from "../table/view.ts"
import type { NodeKeys } from "../graph/key.ts"
import type { RowAction } from "./row-action.ts"

/** Rows by what became of them. */
export interface RowTotals {
  readonly in: number
  readonly kept: number
  readonly dropped: number
  readonly merged: number
  readonly failed: number
  readonly out: number
}

/** The content of a dataset: what reads it depends on. */
export interface DatasetContent {
  readonly rows: number
  readonly ids: Content
  readonly columns: { readonly [name: string]: Content }
}

export interface DatasetHead {
  readonly content: DatasetContent
  readonly partitions: number
  /** Object with the views, as JSON. */
  readonly body: string
}

/** One partition of a node: the action behind it and the key that later runs take rows from. */
export interface PartitionRef {
  readonly action: string
  readonly reuse: string
  /** What the action says, but for the view that it led to; absent where rows failed. Older records lack it. */
  readonly made?: MadePartition | undefined
}

export interface MadePartition extends Omit<RowAction, "face" | "codes" | "measured"> {
  /** As in the action's face. */
  readonly from: string
  readonly as: string
}

interface PassedPartition {
  readonly key: string
  readonly reuseKey: string
  readonly action: RowAction
}

/** What became of the partitions that were made under a node's keys. */
export const rowRefs = ({ row, whole }: NodeKeys, passed: ReadonlyArray<PassedPartition>): RowRefs => ({
  partitions: passed.map(({ key, reuseKey, action }) => ({ action: key, reuse: reuseKey, made: madeBy(action) })),
  keys: { row, whole }
})

const madeBy = ({ face, codes: _, measured: __, ...rest }: RowAction): MadePartition | undefined => {
  const { from, as } = face!
  return rest.errors.length > 0 || as === undefined ? undefined : { ...rest, from, as }
}

export interface ProgramFile {
  readonly path: string
  readonly object: string
  readonly bytes: number
}

export interface FolderHead {
  /** Digest of the files: the identity of a model or report. */
  readonly digest: string
  readonly files: ReadonlyArray<ProgramFile>
  readonly data: unknown
  readonly passed: boolean
  /** Whether the program gave a verdict at all; older records do not say. */
  readonly gate?: boolean
  /** What the stage's judge has against it, a sentence each; undefined where nothing was judged. */
  readonly objections?: ReadonlyArray<string>
  /** Object with the ledger: which input rows were used, which skipped for what reason. */
  readonly ledger: string
}

/** What a node's key was made of, to be able to say later what changed. */
export interface Ingredients {
  /** Object with the fingerprint record of each function. */
  readonly code: string
  readonly options: { readonly [name: string]: unknown }
  readonly inputs: { readonly [label: string]: string }
  readonly runtime: unknown
  /** Digest of what else is in the key; older records lack it. */
  readonly declared?: string
}

export interface NodeRecord {
  readonly key: string
  readonly node: string
  readonly stage: string
  readonly kind: string
  readonly totals: RowTotals
  readonly reasons: { readonly [reason: string]: number }
  /** A dataset per part ("" where the node has none). */
  readonly datasets: { readonly [part: string]: DatasetHead }
  readonly folder: FolderHead | undefined
  /** Object with the PartitionRefs, and for a select or gather what else lineage needs. */
  readonly refs: string
  readonly partitions: number
  readonly ingredients: Ingredients
  readonly seconds: number
  /** Of the runs that led here, the one that tells best what a row costs; absent where none computed any. */
  readonly work?: RowWork | undefined
}

/** Rows that a run computed at a node, and the seconds that it took. */
export interface RowWork {
  readonly computed: number
  readonly seconds: number
}

/** What must come out the same whenever a node runs again under its key. */
export const contentOfRecord = ({ datasets, folder }: NodeRecord): unknown => [
  Object.entries(datasets).map(([part, { content }]) => [part, content]),
  folder?.digest
]

export const contentOfViews = (views: ReadonlyArray<View>, names: ReadonlyArray<string>): DatasetContent => {
  return {
    rows: rowsIn(views),
    ids: joinContent(views.map((view) => view.content.ids)),
    columns: Object.fromEntries(
      names.map((name) => [name, joinContent(views.map((view) => view.content.columns[name]!))])
    )
  }
}

/** The digest of a dataset's content: ordered row ids and logical values, however it is stored or cut. */
export const datasetDigest = (content: DatasetContent): string => keyOf(content)

export const datasetHead = (store: Store, views: ReadonlyArray<View>, names: ReadonlyArray<string>): DatasetHead => {
  const body = store.put(Buffer.from(JSON.stringify(views)))
  keepViews(store, body, views)
  return { content: contentOfViews(views, names), partitions: views.length, body }
}

/** The partitions of a dataset: the same objects, where they were read or made not long ago, for their keys are known. */
export const viewsOf = (store: Store, { body }: DatasetHead): ReadonlyArray<View> => {
  const kept = keptViews.get(store)?.get(body)
  if (kept !== undefined) return kept
  const views = JSON.parse(Buffer.from(store.get(body)).toString()) as ReadonlyArray<View>
  keepViews(store, body, views)
  return views
}

/** By store, the views of some datasets by the objects that hold them. */
const keptViews = new WeakMap<Store, Map<string, ReadonlyArray<View>>>()
/** Views of a store that are kept; each takes some 2 KB. */
const mostViews = 5000

const keepViews = (store: Store, body: string, views: ReadonlyArray<View>) => {
  const kept = keptViews.get(store) ?? new Map<string, ReadonlyArray<View>>()
  keptViews.set(store, kept.set(body, views))
  let size = 0
  for (const one of kept.values()) size += one.length
  for (const [oldest, { length }] of kept) {
    if (size <= mostViews) return
    kept.delete(oldest)
    size -= length
  }
}

export const refsOf = <R>(store: Store, record: NodeRecord): R =>
  JSON.parse(Buffer.from(store.get(record.refs)).toString()) as R

/** The refs object of each kind of node. */
export interface RowRefs {
  readonly partitions: ReadonlyArray<PartitionRef>
  /** The keys under which they were made; older records lack them. */
  readonly keys?: NodeKeys
}

export interface SourceRefs extends RowRefs {
  /** Places of the records of each partition. */
  readonly files: ReadonlyArray<{ readonly path: string; readonly digest: string }>
  /** Per partition a pack with `file` (Int32) and `start`, `end` (Float64; `end` −1 where `start` is a line). */
  readonly places: ReadonlyArray<string>
  /** Of each partition the first and the last of the files that it has records of; older records lack it. */
  readonly spans?: ReadonlyArray<readonly [first: number, last: number]>
}

export interface SelectRefs {
  readonly action: string
  /** Content keys are by input view; these are the views that the verdicts are about, in order. */
  readonly tables: ReadonlyArray<string>
  /** Where rows failed to be prepared, the actions that prepared the partitions. */
  readonly prepared?: ReadonlyArray<string>
  /** What was prepared of each input that has rows, in their order; older records lack it. */
  readonly prepares?: ReadonlyArray<RowRefs>
}

/** A program that is judged. */
export interface JudgedRefs {
  /** What its run made, for a judgement by other bounds. */
  readonly ran: string
}

export interface GatherRefs {
  readonly buckets: ReadonlyArray<string>
}

/** What a pipeline's ref holds: the nodes and outputs of its last finished run. */
export interface PipelineRef {
  readonly pipeline: string
  readonly file: string
  readonly run: string
  readonly sets: { readonly [target: string]: string }
  /** Record key by node name, in pipeline order. */
  readonly nodes: { readonly [node: string]: string }
  readonly edges: { readonly [node: string]: ReadonlyArray<EdgeRef> }
  readonly outputs: { readonly [output: string]: OutputRef }
}

export interface EdgeRef {
  readonly input: string
  readonly label: string | undefined
  readonly node: string
  readonly part: string | undefined
}

export interface OutputRef {
  readonly node: string
  readonly part: string | undefined
  readonly kind: "dataset" | "model" | "report"
  readonly digest: string
  readonly rows: number | undefined
}
