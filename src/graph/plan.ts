// A plan: for every node whether it is a hit, runs, or may run, and a sentence that says why.
import type { Kind } from "../stage/declaration.ts"
import { canonicalJson } from "../table/digest.ts"
import { diffRecords, type FingerprintRecord } from "./fingerprint/index.ts"

export type PlanVerdict = "hit" | "run" | "may-run"

export interface NodePlan {
  readonly name: string
  readonly kind: Kind
  readonly verdict: PlanVerdict
  readonly because: ReadonlyArray<string>
  readonly partitions: { readonly hit: number; readonly run: number }
  readonly rows: { readonly reusable: number; readonly new: number }
}

/** What a node's key is made of, in a form that can be compared and told. */
export interface NodeIngredients {
  readonly code: { readonly [name: string]: FingerprintRecord }
  readonly options: { readonly [name: string]: unknown }
  /** Content digest of each input, by its label. */
  readonly inputs: { readonly [label: string]: string }
  readonly runtime: unknown
}

const show = (value: unknown): string => {
  const text = value === undefined ? "not set" : canonicalJson(value)
  return text.length > 60 ? `${text.slice(0, 57)}…` : text
}

/** What differs between an earlier result's ingredients and today's, a sentence each. Inputs are told by the planner. */
export const explainChange = (before: NodeIngredients, after: NodeIngredients): ReadonlyArray<string> => {
  const sentences: Array<string> = []
  for (const name of new Set([...Object.keys(before.options), ...Object.keys(after.options)])) {
    const [old, now] = [before.options[name], after.options[name]]
    if (canonicalJson(old ?? null) !== canonicalJson(now ?? null)) sentences.push(`${name} ${show(old)} → ${show(now)}`)
  }
  const told = new Set<string>()
  for (const name of new Set([...Object.keys(before.code), ...Object.keys(after.code)])) {
    const [old, now] = [before.code[name], after.code[name]]
    const changes =
      old === undefined ? [`${name} was added`] : now === undefined ? [`${name} was removed`] : diffRecords(old, now)
    for (const change of changes) if (!told.has(change)) sentences.push(change)
    for (const change of changes) told.add(change)
  }
  if (canonicalJson(before.runtime) !== canonicalJson(after.runtime))
    sentences.push(`the runtime changed: ${show(before.runtime)} → ${show(after.runtime)}`)
  return sentences
}
