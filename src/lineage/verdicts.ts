// What became of each row at a node: read from the codes, edges and ledgers that the run left in the store.
import type { GatherRefs, RowRefs, SelectRefs } from "../run/node-record.ts"
import { failedEntries } from "../run/group-failures.ts"
import { failedCode, type RowAction } from "../run/row-action.ts"
import { codesOf } from "../run/verdict-codes.ts"
import { rowErrorText } from "../run/row-error.ts"
import type { GatherAction, SelectAction } from "../run/task.ts"
import { digestBytes, digestHex } from "../table/digest.ts"
import { float32Of, int32Of, readPack, uint16Of } from "../table/pack.ts"
import { lowerBound } from "../table/lower-bound.ts"
import type { IdTable, PastRun } from "./past-run.ts"

export type Verdict =
  | { readonly kind: "kept" }
  | { readonly kind: "failed"; readonly error: string }
  | { readonly kind: "dropped"; readonly reason: string }
  | { readonly kind: "merged"; readonly reason: string; readonly into: string; readonly similarity: number }
  | { readonly kind: "part"; readonly part: string }
  /** Rows with these ids were made of it. */
  | { readonly kind: "made"; readonly ids: ReadonlyArray<string> }

/** The verdicts of one node on the rows of its main input. */
export interface Verdicts {
  readonly input: IdTable
  readonly of: (row: number) => Verdict
  /** Ids of the rows that one of the node's own rows was made from; none where the node keeps ids. */
  readonly parents: (row: number) => ReadonlyArray<string>
}

const kept: Verdict = { kind: "kept" }
const none = (): ReadonlyArray<string> => []

/**
 * Reasons by code. Codes number a stage's list of reasons; the counts beside them name the reasons in the order in
 * which their codes first occur, so the two together give the names without the stage.
 */
export const reasonsByCode = (
  codes: Uint16Array,
  counts: { readonly [reason: string]: number }
): ReadonlyMap<number, string> => {
  const names = Object.keys(counts)
  const found = new Map<number, string>()
  for (const code of codes)
    if (code !== 0 && code !== failedCode && !found.has(code)) found.set(code, names[found.size] ?? `reason ${code}`)
  return found
}

/** Reads the verdicts of a node; undefined for sources and programs, which have no main input of rows. */
export const readVerdicts = (past: PastRun, node: string): Verdicts | undefined => {
  const edge = past.main(node)
  if (edge === undefined) return undefined
  const input = past.input(edge)
  switch (past.record(node).kind) {
    case "map": {
      const failed = failures(past, node, "partitions")
      return { input, of: (row) => failed.get(row) ?? kept, parents: none }
    }
    case "filter":
      return { input, of: coded(past, node).of, parents: none }
    case "expand":
      return expanded(past, node, input)
    case "select":
      return selected(past, node, input)
    case "gather":
      return gathered(past, node, input)
    default:
      return undefined
  }
}

/** The rows that failed at a node, by their place in the input. */
const failures = (past: PastRun, node: string, by: "partitions" | "prepared"): ReadonlyMap<number, Verdict> => {
  const found = new Map<number, Verdict>()
  if (past.record(node).totals.failed === 0) return found
  const refs = past.refs<RowRefs & SelectRefs>(node)
  const keys = by === "prepared" ? refs.prepared! : refs.partitions.map(({ action }) => action)
  let from = 0
  for (const key of keys) {
    const { counts, errors } = past.action<RowAction>(node, key)
    for (const error of errors) found.set(from + error.row, { kind: "failed", error: rowErrorText(error) })
    from += counts.in
  }
  return found
}

interface Coded {
  readonly of: (row: number) => Verdict
  readonly actions: ReadonlyArray<RowAction>
}

/** The codes of a filter's or expand's partitions, end to end: in the order of the input's rows however that is cut. */
const coded = (past: PastRun, node: string): Coded => {
  const { partitions } = past.refs<RowRefs>(node)
  const actions = partitions.map(({ action }) => past.action<RowAction>(node, action))
  const failed = failures(past, node, "partitions")
  const verdicts: Array<Verdict> = []
  for (const action of actions) {
    const codes = codesOf(past.store, action)
    const reasons = reasonsByCode(codes, action.reasons)
    const byCode = new Map<number, Verdict>([
      [0, kept],
      ...[...reasons].map(([code, reason]) => [code, { kind: "dropped", reason } as const] as const)
    ])
    for (const code of codes) verdicts.push(code === failedCode ? failed.get(verdicts.length)! : byCode.get(code)!)
  }
  return { of: (row) => verdicts[row]!, actions }
}

const expanded = (past: PastRun, node: string, input: IdTable): Verdicts => {
  const { of, actions } = coded(past, node)
  const own = past.table(node)
  const parents = new Int32Array(own.rows)
  let child = 0
  let from = 0
  for (const action of actions) {
    for (const parent of int32Of(readPack(past.store.get(action.pack)).parent!)) parents[child++] = from + parent
    from += action.counts.in
  }
  const first = (row: number) => lowerBound(parents, row)
  return {
    input,
    of: (row) => {
      const verdict = of(row)
      if (verdict.kind !== "kept") return verdict
      const ids: Array<string> = []
      for (let at = first(row); at < parents.length && parents[at] === row; at++) ids.push(own.id(at))
      return { kind: "made", ids }
    },
    parents: (row) => [input.id(parents[row]!)]
  }
}

const selected = (past: PastRun, node: string, input: IdTable): Verdicts => {
  const refs = past.refs<SelectRefs | { readonly union: true }>(node)
  if ("union" in refs) return { input, of: () => kept, parents: none }
  const action = past.action<SelectAction>(node, refs.action)
  const pack = readPack(past.store.get(action.pack))
  const [codes, into, similarity] = [uint16Of(pack.codes!), int32Of(pack.into!), float32Of(pack.similarity!)]
  const parts = Object.keys(action.parts)
  const reasons = reasonsByCode(codes, action.reasons)
  const failed = failures(past, node, "prepared")
  return {
    input,
    parents: none,
    of: (row) => {
      const code = codes[row]!
      if (code === failedCode) return failed.get(row)!
      if (parts.length > 0) return { kind: "part", part: parts[code]! }
      if (code === 0) return kept
      const reason = reasons.get(code)!
      if (into[row]! < 0) return { kind: "dropped", reason }
      const rounded = Math.round(similarity[row]! * 1e4) / 1e4
      return { kind: "merged", reason, into: input.id(into[row]!), similarity: rounded }
    }
  }
}

const gathered = (past: PastRun, node: string, input: IdTable): Verdicts => {
  const own = past.table(node)
  const parents: Array<ReadonlyArray<string>> = []
  const made = new Map<string, Array<string>>()
  const dropped = new Map<string, string>()
  const failed = new Map<string, Verdict>()
  for (const key of past.refs<GatherRefs>(node).buckets) {
    const action = past.action<GatherAction>(node, key)
    const pack = readPack(past.store.get(action.edges))
    const edges = int32Of(pack.edges!)
    const ids = pack.parents!
    for (let row = 0; row < action.rows.out; row++) {
      const group: Array<string> = []
      for (let at = edges[row]!; at < edges[row + 1]!; at++) group.push(digestHex(ids, at))
      const id = own.id(parents.length)
      for (const parent of group) {
        const known = made.get(parent)
        if (known === undefined) made.set(parent, [id])
        else known.push(id)
      }
      parents.push(group)
    }
    const entries = failedEntries(past.store, action)
    for (const error of entries.errors)
      failed.set(digestHex(entries.ids, error.row), { kind: "failed", error: rowErrorText(error) })
    const reasons = Object.keys(action.reasons)
    for (let at = 0; at < pack.dropped!.length / digestBytes; at++)
      dropped.set(digestHex(pack.dropped!, at), reasons.length === 1 ? reasons[0]! : reasons.join(" or "))
  }
  return {
    input,
    parents: (row) => parents[row]!,
    of: (row) => {
      const id = input.id(row)
      const failure = failed.get(id)
      if (failure !== undefined) return failure
      const reason = dropped.get(id)
      return reason === undefined ? { kind: "made", ids: made.get(id) ?? [] } : { kind: "dropped", reason }
    }
  }
}
