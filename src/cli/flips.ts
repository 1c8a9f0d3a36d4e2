// What a change of a decision would flip: the last run's verdicts beside those that the changed options give.
import { SluiceError, unknownName } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import { causeTexts } from "../graph/cause-text.ts"
import { earlyOptions, optionFields } from "../graph/options.ts"
import type { Cause } from "../graph/plan.ts"
import { Origins, type SourcePlace } from "../lineage/origin.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { readScores, type Scores } from "../lineage/scores.ts"
import { readVerdicts } from "../lineage/verdicts.ts"
import { Causes } from "../run/causes.ts"
import type { Project } from "../run/project.ts"
import { loadGraph } from "../run/project.ts"
import { type Decision, replay } from "../run/replay.ts"
import { survey } from "../run/survey.ts"
import { valueAt } from "../table/column.ts"
import { Partition } from "../table/view.ts"
import { nodeNamed } from "./node-account.ts"

/** A verdict by name: "kept", a reason, or a part. */
export interface Judged {
  readonly verdict: "kept" | "dropped" | "merged" | "part" | "failed"
  readonly reason?: string
  readonly part?: string
}

export interface FlipKind {
  readonly before: string
  readonly after: string
  readonly rows: number
}

/** Rows by verdict: kept, or dropped and merged by reason, or by part. */
export type Counts = { readonly [verdict: string]: number }

export interface Flips {
  readonly pipeline: string
  readonly node: string
  readonly run: string
  readonly because: ReadonlyArray<string>
  readonly causes: ReadonlyArray<Cause>
  readonly rows: number
  readonly before: Counts
  readonly after: Counts
  readonly flips: { readonly rows: number; readonly kinds: ReadonlyArray<FlipKind> }
}

export interface FlippedRow {
  readonly id: string
  readonly before: Judged
  readonly after: Judged
  readonly scores: Scores | null
  /** The columns that the node reads. */
  readonly columns: { readonly [column: string]: unknown }
  readonly source: SourcePlace | null
}

export interface WhatIf {
  readonly summary: Flips
  /** All that is set: in the last run, and for the trial. */
  readonly sets: { readonly [target: string]: string }
  /** The first flipped rows, `limit` at most, of each kind of flip as evenly as can be. */
  readonly rows: (limit: number) => AsyncGenerator<FlippedRow>
}

/** Replays a node of a pipeline's last run with options set. */
export const whatIf = async (
  project: Project,
  file: string,
  past: PastRun,
  name: string,
  sets: { readonly [option: string]: string },
  threads: number
): Promise<WhatIf> => {
  const node = nodeNamed(await loadGraph(file, past.ref.sets, project), name)
  checkReplayable(past, node)
  const given = Object.fromEntries(
    Object.entries(sets).map(([option, text]) => [optionOf(past, node, option), text] as const)
  )
  const targets = Object.fromEntries(Object.entries(given).map(([option, text]) => [`${name}.${option}`, text]))
  const all = { ...past.ref.sets, ...targets }
  const surveyed = await survey(project, file, all, threads)
  const now = nodeNamed(surveyed.graph, name)
  const causes = new Causes(surveyed, new Map()).of(now, now.edges).filter(({ cause }) => cause !== "waits")
  if (causes.length === 0 && Object.keys(sets).length === 0)
    throw new SluiceError("SLUICE_BAD_OPTION", `there is nothing to try: ${name} is as it was in the last run`, {
      hint: `sluice what-if ${past.ref.pipeline} ${name} --set OPTION=VALUE; its options: ${freeOptions(node).join(", ") || "none"}`
    })
  const decisions = await replay(surveyed, past.ref, now)
  const verdicts = readVerdicts(past, name)!
  const kinds = new Map<string, { readonly before: string; readonly after: string; readonly rows: Array<number> }>()
  const [before, after] = [new Map<string, number>(), new Map<string, number>()]
  const judged = (row: number): Judged => {
    const verdict = verdicts.of(row)
    switch (verdict.kind) {
      case "dropped":
      case "merged":
        return { verdict: verdict.kind, reason: verdict.reason }
      case "part":
        return { verdict: "part", part: verdict.part }
      default:
        return { verdict: verdict.kind === "failed" ? "failed" : "kept" }
    }
  }
  for (const [row, decision] of decisions.entries()) {
    const [old, next] = [label(judged(row)), label(plain(decision))]
    before.set(old, (before.get(old) ?? 0) + 1)
    after.set(next, (after.get(next) ?? 0) + 1)
    if (old === next) continue
    const key = JSON.stringify([old, next])
    const kind = kinds.get(key)
    if (kind === undefined) kinds.set(key, { before: old, after: next, rows: [row] })
    else kind.rows.push(row)
  }
  const sorted = [...kinds.values()].sort((a, b) => b.rows.length - a.rows.length)
  const summary: Flips = {
    pipeline: past.ref.pipeline,
    node: name,
    run: past.ref.run,
    because: causeTexts(causes),
    causes,
    rows: decisions.length,
    before: inOrder(now, before),
    after: inOrder(now, after),
    flips: {
      rows: sorted.reduce((sum, { rows }) => sum + rows.length, 0),
      kinds: sorted.map((kind) => ({ ...kind, rows: kind.rows.length }))
    }
  }
  const rows = (limit: number) =>
    flippedRows(
      past,
      now,
      spread(
        sorted.map((kind) => kind.rows),
        limit
      ),
      judged,
      (row) => plain(decisions[row]!)
    )
  return { summary, sets: all, rows }
}

const plain = (decision: Decision): Judged =>
  decision.verdict === "merged" ? { verdict: "merged", reason: decision.reason } : decision

/** A verdict in a word. */
export const label = ({ verdict, reason, part }: Judged): string => reason ?? part ?? verdict

/** Counts in the order in which the stage declares its reasons and parts. */
const inOrder = (node: GraphNode, counts: ReadonlyMap<string, number>): Counts => {
  const { declaration } = node
  const parts = declaration.kind === "select" ? declaration.parts : []
  const names = new Set([...(parts.length > 0 ? parts : ["kept"]), ...declaration.reasons, ...counts.keys()])
  return Object.fromEntries([...names].map((name) => [name, counts.get(name) ?? 0]))
}

/** The first of several lists in turn, `limit` at most. */
export const spread = <A>(lists: ReadonlyArray<ReadonlyArray<A>>, limit: number): ReadonlyArray<A> => {
  const rows: Array<A> = []
  const longest = Math.max(0, ...lists.map((list) => list.length))
  for (let at = 0; at < longest && rows.length < limit; at++)
    for (const list of lists) if (at < list.length && rows.length < limit) rows.push(list[at]!)
  return rows
}

const flippedRows = async function* (
  past: PastRun,
  node: GraphNode,
  rows: ReadonlyArray<number>,
  before: (row: number) => Judged,
  after: (row: number) => Judged
): AsyncGenerator<FlippedRow> {
  const edge = past.main(node.name)!
  const input = past.input(edge)
  const scores = await readScores(past, node.name)
  const origins = new Origins(past)
  const names = [...new Set(Object.values(node.reads))]
  for (const row of rows) {
    const place = input.place(row)
    const columns = await new Partition(input.views[place.partition]!, past.store).columns(names)
    const id = input.id(row)
    yield {
      id,
      before: before(row),
      after: after(row),
      scores: scores?.[row] ?? null,
      columns: Object.fromEntries(names.map((name) => [name, valueAt(columns[name]!, place.row)])),
      source: origins.of(edge.node, id)[0] ?? null
    }
  }
}

/** The options of the decision itself. */
const freeOptions = ({ declaration }: GraphNode): ReadonlyArray<string> =>
  Object.entries(declaration.options).flatMap(([name, { kind }]) => (kind === "column" ? [] : [name]))

const checkReplayable = (past: PastRun, node: GraphNode): void => {
  const { declaration, name } = node
  const cost = { hint: `sluice plan ${past.ref.pipeline} --set ${name}.OPTION=VALUE says what a change would cost` }
  if ((declaration.kind !== "filter" && declaration.kind !== "select") || declaration.name === "union.rows")
    throw new SluiceError(
      "SLUICE_BAD_OPTION",
      `${name} is a ${kindText(node)}: it decides nothing that could be replayed`,
      cost
    )
  if (declaration.kind === "filter" && declaration.measures === undefined)
    throw new SluiceError("SLUICE_BAD_OPTION", `${name} has no scores: its decide reads the rows themselves`, cost)
  past.known(name)
}

const kindText = ({ declaration }: GraphNode): string =>
  declaration.name === "union.rows" ? "union" : declaration.kind

/** An option of the decision as a user names it: alone, or behind the node's name. */
const optionOf = (past: PastRun, node: GraphNode, given: string): string => {
  const option = given.startsWith(`${node.name}.`) ? given.slice(node.name.length + 1) : given
  const spec = optionFields(node.declaration)[option]
  if (spec === undefined)
    throw unknownName("SLUICE_UNKNOWN_OPTION", `${node.name} has no option`, option, freeOptions(node), "its options")
  const early = option in earlyOptions(node.declaration)
  if (!early && spec.kind !== "column") return option
  const what = node.declaration.kind === "filter" ? "measure" : "prepare"
  throw new SluiceError(
    "SLUICE_BAD_OPTION",
    `${node.name}.${option} ${early ? `is an option of its ${what}` : "names a column that it reads"}: the rows would have to be ${what}d again`,
    { hint: `sluice plan ${past.ref.pipeline} --set ${node.name}.${option}=VALUE says what that would cost` }
  )
}
