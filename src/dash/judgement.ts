// What a node decided about each row of its main input, as one number a row, with the groups that it merged.
import type { IdTable, PastRun } from "../lineage/past-run.ts"
import { readVerdicts } from "../lineage/verdicts.ts"

/** The code of a row that failed; 0 stands for a row that went on, 1 + i for the i-th reason. */
export const failedRow = 0xffff

export interface Member {
  readonly row: number
  readonly similarity: number
}

export interface Judgement {
  readonly node: string
  readonly kind: string
  readonly input: IdTable
  readonly codes: Uint16Array
  readonly reasons: ReadonlyArray<string>
  /** Reasons that rows were merged for. */
  readonly merging: ReadonlySet<string>
  /** The rows merged into each survivor, by the survivor's row. */
  readonly clusters: ReadonlyMap<number, ReadonlyArray<Member>>
  /** The first errors by row. */
  readonly errors: ReadonlyMap<number, string>
}

/** Errors remembered with their text. */
const errorsKept = 100

/** Reads a node's verdicts; undefined where it left out none of the rows it met, and did not measure them either. */
export const readJudgement = (past: PastRun, node: string): Judgement | undefined => {
  const { totals, kind, reasons: counts } = past.record(node)
  if (kind === "source" || kind === "program") return undefined
  if (totals.dropped + totals.merged + totals.failed === 0 && kind !== "filter") return undefined
  const verdicts = readVerdicts(past, node)
  if (verdicts === undefined) return undefined
  const { input } = verdicts
  const reasons = Object.entries(counts)
    .sort((a, b) => b[1] - a[1])
    .map(([reason]) => reason)
  const codeOf = new Map(reasons.map((reason, at) => [reason, at + 1]))
  const codes = new Uint16Array(input.rows)
  const merging = new Set<string>()
  const merges = new Map<number, Member & { readonly into: number }>()
  const errors = new Map<number, string>()
  for (let row = 0; row < input.rows; row++) {
    const verdict = verdicts.of(row)
    if (verdict.kind === "failed") {
      codes[row] = failedRow
      if (errors.size < errorsKept) errors.set(row, verdict.error)
    } else if (verdict.kind === "dropped" || verdict.kind === "merged") {
      const known = codeOf.get(verdict.reason)
      codes[row] = known ?? reasons.push(verdict.reason)
      if (known === undefined) codeOf.set(verdict.reason, codes[row]!)
      if (verdict.kind === "merged") {
        merging.add(verdict.reason)
        merges.set(row, { row, into: input.row(verdict.into), similarity: verdict.similarity })
      }
    }
  }
  return { node, kind, input, codes, reasons, merging, clusters: groups(merges), errors }
}

const groups = (
  merges: ReadonlyMap<number, Member & { readonly into: number }>
): ReadonlyMap<number, ReadonlyArray<Member>> => {
  const found = new Map<number, Array<Member>>()
  for (const { row, into, similarity } of merges.values()) {
    let survivor = into
    for (let next = merges.get(survivor); next !== undefined; next = merges.get(survivor)) survivor = next.into
    const members = found.get(survivor)
    if (members === undefined) found.set(survivor, [{ row, similarity }])
    else members.push({ row, similarity })
  }
  return found
}

/** The rows by code: of a reason, or with 0 those that went on. */
export const rowsWith = ({ codes }: Judgement, code: number): number => {
  let rows = 0
  for (const one of codes) if (one === code) rows++
  return rows
}
