// Gathers what an auditor asks first: which files the rows come from, why rows were lost, and one row to trace.
import { type NodeRecord, type PipelineRef, refsOf, type SourceRefs, viewsOf } from "../run/node-record.ts"
import { acceptancesOf } from "../store/acceptance.ts"
import type { Store } from "../store/store.ts"
import { digestHex } from "../table/digest.ts"
import { int32Of, readPack } from "../table/pack.ts"
import { Partition } from "../table/view.ts"

export interface SourceFolder {
  readonly folder: string
  readonly files: number
  readonly records: number
}

export interface SourceAudit {
  readonly node: string
  readonly patterns: ReadonlyArray<string>
  readonly files: number
  readonly records: number
  readonly rows: number
  /** The folders with the most records. */
  readonly folders: ReadonlyArray<SourceFolder>
  /** What the other folders hold together. */
  readonly others: SourceFolder | null
}

export interface LossAudit {
  readonly node: string
  readonly reason: string
  readonly rows: number
  readonly share: number
}

/** How deep in the file tree records are counted, and how many folders are named. */
const folderDepth = 3
const foldersNamed = 6

const folderOf = (path: string): string => path.split("/").slice(0, -1).slice(0, folderDepth).join("/") || "."

/** Where a source's records stand, by folder. */
export const auditSource = (store: Store, record: NodeRecord): SourceAudit => {
  const refs = refsOf<Partial<SourceRefs>>(store, record)
  const files = refs.files ?? []
  const perFile = new Array<number>(files.length).fill(0)
  for (const digest of refs.places ?? [])
    for (const file of int32Of(readPack(store.get(digest)).file!)) perFile[file] = (perFile[file] ?? 0) + 1
  const folders = [...Map.groupBy(files.keys(), (file) => folderOf(files[file]!.path))]
    .map(([folder, members]) => ({
      folder,
      files: members.length,
      records: members.reduce((sum, file) => sum + perFile[file]!, 0)
    }))
    .sort((a, b) => b.records - a.records || (a.folder < b.folder ? -1 : 1))
  const rest = folders.slice(foldersNamed)
  const sum = (of: (one: SourceFolder) => number) => rest.reduce((total, one) => total + of(one), 0)
  const { path } = record.ingredients.options
  return {
    node: record.node,
    patterns: (Array.isArray(path) ? path : [path]).filter((one) => typeof one === "string"),
    files: files.length,
    records: record.totals.in,
    rows: record.totals.out,
    folders: folders.slice(0, foldersNamed),
    others:
      rest.length === 0
        ? null
        : { folder: `${rest.length} other folders`, files: sum((one) => one.files), records: sum((one) => one.records) }
  }
}

/** The reasons for which most rows were dropped, merged or skipped. */
export const auditLosses = (records: ReadonlyArray<NodeRecord>, most = 8): ReadonlyArray<LossAudit> =>
  records
    .flatMap(({ node, reasons, totals }) =>
      Object.entries(reasons).map(([reason, rows]) => ({ node, reason, rows, share: rows / Math.max(1, totals.in) }))
    )
    .sort((a, b) => b.rows - a.rows)
    .slice(0, most)

/** What stands in for code that ran: refactorings that somebody accepted for stages of the pipeline. */
export interface AcceptedAudit {
  readonly stage: string
  readonly because: string
  readonly by: string
  readonly at: string
  readonly changes: ReadonlyArray<string>
}

/** The refactorings that are accepted for the stages of some nodes, those taken back apart. */
export const auditAccepted = (store: Store, records: ReadonlyArray<NodeRecord>): ReadonlyArray<AcceptedAudit> => {
  const stages = new Set(records.map(({ stage }) => stage))
  return acceptancesOf(store.root, stages)
    .filter(({ revoked }) => revoked === undefined)
    .map(({ stage, because, by, at, changes }) => ({ stage, because, by, at, changes }))
}

/** The id of the first row of the pipeline's first dataset that has one. */
export const firstRow = (
  store: Store,
  ref: PipelineRef,
  records: ReadonlyMap<string, NodeRecord>
): { readonly id: string; readonly node: string } | null => {
  for (const { node, part } of Object.values(ref.outputs)) {
    const head = records.get(node)?.datasets[part ?? ""]
    const view = head === undefined ? undefined : viewsOf(store, head).find(({ rows }) => rows > 0)
    if (view !== undefined) return { id: digestHex(new Partition(view, store).ids(), 0), node }
  }
  return null
}
