// A plan: for every node whether it is a hit, runs, or may run, and its causes as data and in sentences.
import type { Kind } from "../stage/declaration.ts"
import { canonicalJson } from "../table/digest.ts"
import { diffRecords, type FingerprintRecord } from "./fingerprint/index.ts"

export type PlanVerdict = "hit" | "run" | "may-run"

/** Rows of an input that differ from those of the last run. */
export interface RowChanges {
  readonly inserted: number
  readonly changed: number
  readonly deleted: number
}

interface BeforeAfter {
  readonly before: unknown
  readonly after: unknown
}

/** One thing that makes a node run, or that a hit rests on. */
export type Cause =
  | { readonly cause: "new" }
  | { readonly cause: "impure"; readonly why: string }
  /** `before` or `after` is absent where the option was not or is no longer set. */
  | { readonly cause: "option"; readonly option: string; readonly before?: unknown; readonly after?: unknown }
  /** `change` names the symbol and its file, the package and its versions, or the asset. */
  | { readonly cause: "code"; readonly functions: ReadonlyArray<string>; readonly change: string }
  /** What of the system differs: versions, and for a program the compute class. */
  | { readonly cause: "runtime"; readonly changes: ReadonlyArray<{ readonly name: string } & BeforeAfter> }
  /** Columns, reasons or inputs that the stage declares, or the way in which sluice computes its kind. */
  | { readonly cause: "declaration" }
  /** Nothing differs from the last run, but its result is not in the store. */
  | { readonly cause: "gone" }
  | FileCause
  | { readonly cause: "input"; readonly input: string; readonly change: "new" | "changed"; readonly rows?: RowChanges }
  | { readonly cause: "partitions"; readonly new: number; readonly of: number; readonly rows: number }
  /** Something that its result names is damaged or gone. */
  | { readonly cause: "damaged" }
  /** Rows that failed in the last run are tried again. */
  | { readonly cause: "failed"; readonly rows: number }
  | { readonly cause: "waits"; readonly for: ReadonlyArray<string> }
  | { readonly cause: "equivalent"; readonly because: string; readonly at: string; readonly by: string }
  | { readonly cause: "revoked"; readonly because: string; readonly at: string; readonly by: string }

/** A source's input file; `rows` where the records behind it are known. */
export interface FileCause {
  readonly cause: "file"
  readonly path: string
  readonly change: "edited" | "added" | "removed" | "renamed"
  /** The earlier path of a renamed file. */
  readonly from?: string
  readonly rows?: RowChanges
}

/** A low and a high end. */
export type Range = readonly [low: number, high: number]

/** Calls of models that are to be bought, and what they cost where prices are known. */
export interface PlannedCalls {
  readonly count: Range
  readonly money?: Range
}

/** What a node is expected to cost, from what earlier runs did. */
export interface Expected {
  readonly seconds: Range
  readonly bytes: Range
}

export interface PlannedRows {
  readonly reusable: number
  readonly new: number
  /** More rows come than stated: how many, only the run shows. */
  readonly open?: true
  /** No more are new than stated: a node before may still drop some. */
  readonly atMost?: true
}

export interface NodePlan {
  readonly name: string
  readonly kind: Kind
  readonly verdict: PlanVerdict
  /** The causes in sentences. */
  readonly because: ReadonlyArray<string>
  readonly causes: ReadonlyArray<Cause>
  readonly partitions: { readonly hit: number; readonly run: number }
  readonly rows: PlannedRows
  /** Absent where no earlier run tells. */
  readonly expected?: Expected
  /** Of a node that calls a model. */
  readonly calls?: PlannedCalls
}

/** What a node's key is made of, in a form that can be compared and told. */
export interface NodeIngredients {
  readonly code: { readonly [name: string]: FingerprintRecord }
  readonly options: { readonly [name: string]: unknown }
  /** Content digest of each input, by its label. */
  readonly inputs: { readonly [label: string]: string }
  readonly runtime: unknown
  /** Digest of everything that enters the key but code and content; absent in older records. */
  readonly declared?: string
}

/** What differs between an earlier result's ingredients and today's. Inputs are told by who has their rows. */
export const explainChange = (before: NodeIngredients, after: NodeIngredients): ReadonlyArray<Cause> => {
  const causes: Array<Cause> = []
  for (const option of new Set([...Object.keys(before.options), ...Object.keys(after.options)])) {
    const [old, now] = [before.options[option], after.options[option]]
    if (canonicalJson(old ?? null) === canonicalJson(now ?? null)) continue
    causes.push({
      cause: "option",
      option,
      ...(old === undefined ? {} : { before: old }),
      ...(now === undefined ? {} : { after: now })
    })
  }
  causes.push(...codeChanges(before.code, after.code))
  const changes = fieldChanges(before.runtime, after.runtime)
  if (changes.length > 0) causes.push({ cause: "runtime", changes })
  return causes
}

/** The fields of two objects that both have and that differ. */
const fieldChanges = (before: unknown, after: unknown) => {
  const [old, now] = [before, after] as ReadonlyArray<{ readonly [name: string]: unknown }>
  return Object.keys(now!)
    .filter((name) => name in old! && canonicalJson(old![name]) !== canonicalJson(now![name]))
    .map((name) => ({ name, before: old![name], after: now![name] }))
}

/** What differs between two states of a stage's functions; a change that several functions share is told once. */
export const codeChanges = (before: NodeIngredients["code"], after: NodeIngredients["code"]): ReadonlyArray<Cause> => {
  const functions = new Map<string, Array<string>>()
  for (const name of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const [old, now] = [before[name], after[name]]
    const changes =
      old === undefined ? [`${name} was added`] : now === undefined ? [`${name} was removed`] : diffRecords(old, now)
    for (const change of changes) functions.set(change, [...(functions.get(change) ?? []), name])
  }
  return [...functions].map(([change, names]) => ({ cause: "code", functions: names, change }))
}
