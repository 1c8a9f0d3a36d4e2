// What differs between two finished runs of a pipeline: the edits, and for each output its rows, files and figures.
import { causeTexts } from "../graph/cause-text.ts"
import { type Cause, explainChange } from "../graph/plan.ts"
import { type Loss, Losses } from "../lineage/loss.ts"
import type { IdTable, PastRun } from "../lineage/past-run.ts"
import { codeBehind } from "../run/causes.ts"
import { fileChanges, recordsOf } from "../run/file-changes.ts"
import type { NodeRecord, OutputRef } from "../run/node-record.ts"
import { intact } from "../run/record-key.ts"
import { valueAt } from "../table/column.ts"
import { compareDatasets, type DatasetChanges } from "../table/compare.ts"
import { Partition } from "../table/view.ts"
import { type FigureChange, figureChanges } from "./figures.ts"
import { spread } from "./flips.ts"

export interface Edit {
  readonly node: string
  /** "gone" where the node differs and gc has taken what it was made of. */
  readonly change: "added" | "removed" | "changed" | "gone"
  readonly because: ReadonlyArray<string>
  readonly causes: ReadonlyArray<Cause>
}

export interface OutputDiff {
  readonly output: string
  readonly kind: "dataset" | "model" | "report"
  /** "gone" where gc has taken what one run made of it. */
  readonly change: "same" | "changed" | "added" | "removed" | "gone"
  readonly digests: { readonly before: string | null; readonly after: string | null }
  /** Of a dataset that both runs have. */
  readonly rows?: {
    readonly before: number
    readonly after: number
    readonly inserted: number
    readonly deleted: number
    readonly changed: number
  }
  readonly columns?: { readonly added: ReadonlyArray<string>; readonly removed: ReadonlyArray<string> }
  readonly figures?: ReadonlyArray<FigureChange>
  /** What a gate said, where that changed. */
  readonly passed?: { readonly before: boolean; readonly after: boolean }
}

export interface RunDiff {
  readonly pipeline: string
  readonly before: string
  readonly after: string
  readonly edits: ReadonlyArray<Edit>
  readonly outputs: ReadonlyArray<OutputDiff>
}

export interface RowDiff {
  readonly output: string
  readonly id: string
  readonly change: "inserted" | "deleted" | "changed"
  /** The row as it was, of a changed row the columns that differ. */
  readonly before: { readonly [column: string]: unknown } | null
  readonly after: { readonly [column: string]: unknown } | null
  /** Why the run that lacks the row does; null where that is not known. */
  readonly why: Loss | null
}

export interface Comparison {
  readonly summary: RunDiff
  /** The rows of an output that differ, `limit` at most. */
  readonly rows: (output: string, limit: number) => AsyncGenerator<RowDiff>
}

/** Compares two runs; `only` names one output. */
export const compareRuns = (before: PastRun, after: PastRun, only?: string): Comparison => {
  const names = [...new Set([...Object.keys(before.ref.outputs), ...Object.keys(after.ref.outputs)])]
  const changes = new Map<string, DatasetChanges>()
  const outputs = names
    .filter((name) => only === undefined || name === only)
    .map((name) => compareOutput(before, after, name, changes))
  const summary: RunDiff = {
    pipeline: after.ref.pipeline,
    before: before.ref.run,
    after: after.ref.run,
    edits: editsOf(before, after),
    outputs
  }
  return { summary, rows: (name, limit) => differingRows(before, after, name, changes.get(name), limit) }
}

/** A node's record, where the store still holds it. */
const recordOf = ({ store, ref }: PastRun, node: string): NodeRecord | undefined =>
  store.action<NodeRecord>(ref.nodes[node]!)

const editsOf = (before: PastRun, after: PastRun): ReadonlyArray<Edit> => {
  const edits: Array<Edit> = []
  const edit = (node: string, change: Edit["change"], causes: ReadonlyArray<Cause>) =>
    edits.push({ node, change, because: causeTexts(causes), causes })
  for (const node of after.nodes) {
    if (!(node in before.ref.nodes)) edit(node, "added", [])
    else if (before.ref.nodes[node] !== after.ref.nodes[node]) {
      const causes = nodeChanges(before, after, node)
      if (causes === undefined) edit(node, "gone", [])
      else if (causes.length > 0) edit(node, "changed", causes)
    }
  }
  for (const node of before.nodes) if (!(node in after.ref.nodes)) edit(node, "removed", [])
  return edits
}

/** What changed in a node itself: its options, code, files and wiring; undefined where the store no longer knows. */
const nodeChanges = (before: PastRun, after: PastRun, node: string): ReadonlyArray<Cause> | undefined => {
  const { store } = after
  const [old, now] = [recordOf(before, node), recordOf(after, node)]
  if (old === undefined || now === undefined) return undefined
  const hasCode = [old, now].every(({ ingredients }) => store.has(ingredients.code))
  const [oldCode, nowCode] = hasCode ? [codeBehind(store, old) ?? {}, codeBehind(store, now) ?? {}] : [{}, {}]
  const causes = [...explainChange({ ...old.ingredients, code: oldCode }, { ...now.ingredients, code: nowCode })]
  if (now.kind === "source") {
    const records = (record: NodeRecord) => (intact(store, record) ? recordsOf(store, record) : () => new Map())
    causes.push(...fileChanges(old.ingredients.inputs, now.ingredients.inputs, records(old), records(now)))
  } else
    for (const input of Object.keys(now.ingredients.inputs))
      if (!(input in old.ingredients.inputs)) causes.push({ cause: "input", input, change: "new" })
  return causes
}

const compareOutput = (
  before: PastRun,
  after: PastRun,
  name: string,
  changes: Map<string, DatasetChanges>
): OutputDiff => {
  const [old, now] = [before.ref.outputs[name], after.ref.outputs[name]]
  const digests = { before: old?.digest ?? null, after: now?.digest ?? null }
  const kind = (now ?? old)!.kind
  const base = { output: name, kind, digests }
  if (old === undefined) return { ...base, change: "added" }
  if (now === undefined) return { ...base, change: "removed" }
  const [was, is] = [recordOf(before, old.node), recordOf(after, now.node)]
  if (old.digest === now.digest) return { ...base, change: "same" }
  if (was === undefined || is === undefined || !intact(after.store, was) || !intact(after.store, is))
    return { ...base, change: "gone" }
  if (kind !== "dataset" || old.kind !== "dataset") {
    const [a, b] = [was.folder, is.folder]
    return {
      ...base,
      change: "changed",
      figures: figureChanges(a?.data, b?.data),
      ...(a === undefined || b === undefined || a.passed === b.passed
        ? {}
        : { passed: { before: a.passed, after: b.passed } })
    }
  }
  const [oldTable, nowTable] = [before.table(old.node, old.part), after.table(now.node, now.part)]
  const [oldColumns, nowColumns] = [columnsOf(oldTable), columnsOf(nowTable)]
  const shared = nowColumns.filter((column) => oldColumns.includes(column))
  const found = compareDatasets(after.store, oldTable.views, nowTable.views, shared)
  changes.set(name, found)
  return {
    ...base,
    change: "changed",
    rows: {
      before: oldTable.rows,
      after: nowTable.rows,
      inserted: found.inserted.length,
      deleted: found.deleted.length,
      changed: found.changed.length
    },
    ...(shared.length === oldColumns.length && shared.length === nowColumns.length
      ? {}
      : {
          columns: {
            added: nowColumns.filter((column) => !shared.includes(column)),
            removed: oldColumns.filter((column) => !shared.includes(column))
          }
        })
  }
}

const columnsOf = (table: IdTable): ReadonlyArray<string> => Object.keys(table.views[0]?.columns ?? {})

const differingRows = async function* (
  before: PastRun,
  after: PastRun,
  name: string,
  changes: DatasetChanges | undefined,
  limit: number
): AsyncGenerator<RowDiff> {
  if (changes === undefined) return
  const [old, now] = [before.ref.outputs[name]!, after.ref.outputs[name]!]
  const whole = [before, after].every((past) =>
    past.nodes.every((node) => {
      const record = recordOf(past, node)
      return record !== undefined && intact(past.store, record)
    })
  )
  const [gone, come] = [new Losses(before, after), new Losses(after, before)]
  const chosen = spread<{
    readonly id: string
    readonly change: RowDiff["change"]
    readonly columns?: ReadonlyArray<string>
  }>(
    [
      changes.deleted.map((id) => ({ id, change: "deleted" })),
      changes.inserted.map((id) => ({ id, change: "inserted" })),
      changes.changed.map((row) => ({ ...row, change: "changed" }))
    ],
    limit
  )
  for (const { id, change, columns } of chosen) {
    const losses = change === "deleted" ? gone : change === "inserted" ? come : undefined
    yield {
      output: name,
      id,
      change,
      before: change === "inserted" ? null : await rowOf(before, old, id, columns),
      after: change === "deleted" ? null : await rowOf(after, now, id, columns),
      why: whole && losses !== undefined ? losses.of(change === "deleted" ? old.node : now.node, id) : null
    }
  }
}

const rowOf = async (
  past: PastRun,
  output: OutputRef,
  id: string,
  columns?: ReadonlyArray<string>
): Promise<{ readonly [column: string]: unknown }> => {
  const table = past.table(output.node, output.part)
  const place = table.place(table.row(id))
  const partition = new Partition(table.views[place.partition]!, past.store)
  const names = columns ?? Object.keys(partition.view.columns)
  const read = await partition.columns(names)
  return Object.fromEntries(names.map((name) => [name, valueAt(read[name]!, place.row)]))
}
