// Nodes that need a whole dataset: resolving a select, gathering groups.
import * as Effect from "effect/Effect"
import { SluiceError } from "../errors.ts"
import { type GraphNode, rowEdges } from "../graph/graph.ts"
import type { SelectDeclaration } from "../stage/declaration.ts"
import { keyOf } from "../table/digest.ts"
import { firstRows } from "../table/digest-map.ts"
import { idsIn, rowsIn } from "../table/view.ts"
import type { PreparedInput } from "./chain.ts"
import type { Lease } from "../store/lease.ts"
import { exclusively } from "./exclusive.ts"
import type { Execution, Failure } from "./execution.ts"
import { FailedRows } from "./failed-rows.ts"
import { failedEntries } from "./group-failures.ts"
import { datasetHead, type NodeRecord, rowRefs, type SelectRefs, viewsOf } from "./node-record.ts"
import { headOf } from "./record-key.ts"
import { Rechecks } from "./rechecks.ts"
import { preparedContent } from "./row-action.ts"
import type { Store } from "../store/store.ts"
import { sourcePlace } from "./source-place.ts"
import type { Made } from "./sealed-record.ts"
import { deathAt } from "./worker-death.ts"
import type { GatherAction, GatherTask, PreparedTable, ResolveResult, ResolveTask, SelectAction } from "./task.ts"

const submit = <T extends ResolveTask | GatherTask>(execution: Execution, node: GraphNode, task: T) =>
  execution.pool.submit(task).catch((cause: unknown) => {
    throw deathAt(cause, () => node)
  })

/** Resolves a select from its prepared columns and applies its verdicts; what they made is stored when it is asked for. */
export const runSelect = (execution: Execution, node: GraphNode): Effect.Effect<() => Made, Failure> =>
  Effect.gen(function* () {
    const tables: Array<PreparedTable> = []
    const contents: Array<ReadonlyArray<unknown>> = []
    const inputs: Array<PreparedInput> = []
    for (const edge of rowEdges(node)) {
      const made = yield* execution.prepared(edge)
      const views = made?.views ?? (yield* execution.views(edge))
      const prepared = views.map((_, i) => made?.prepared[i])
      tables.push({
        input: edge.input,
        partitions: views.map((view, i) => ({ view, prepared: prepared[i]?.key ?? "" }))
      })
      contents.push(prepared.map((one) => (one === undefined ? null : preparedContent(one.action))))
      if (made !== undefined) inputs.push(made)
    }
    if (node.declaration.name === "union.rows") return () => joinTables(execution, node, tables)
    const began = performance.now()
    const key = resolveKey(execution, node, tables, contents)
    execution.tally(node).seconds += (performance.now() - began) / 1000
    const { store } = execution.survey
    const before = execution.plan.lastRun.record(node.name)?.datasets ?? {}
    const resolve = (lease?: Lease) => {
      const models = execution.models(node)
      const task: ResolveTask = { kind: "resolve", node: node.name, key, tables, lease: lease?.folder, models, before }
      return execution.promise(() => submit(execution, node, task))
    }
    const settled = yield* exclusively(execution, {
      node: node.name,
      key,
      find: () => {
        const action = store.action<SelectAction>(key)
        if (action === undefined || !store.has(action.pack)) return undefined
        return action.block === undefined || store.has(action.block) ? action : undefined
      },
      work: resolve
    })
    const known = "found" in settled
    const result = known ? yield* resolve() : settled.made
    if (!known)
      yield* execution.promise(() =>
        new Rechecks(execution).resolve(node, execution.keys(node), { tables, made: [key] })
      )
    return () => resolved(execution, node, tables, inputs, key, result, known)
  })

/** Counts what a select decided. */
const resolved = (
  execution: Execution,
  node: GraphNode,
  tables: ReadonlyArray<PreparedTable>,
  inputs: ReadonlyArray<PreparedInput>,
  key: string,
  { action, views, seconds }: ResolveResult,
  known: boolean
): Made => {
  const { store } = execution.survey
  const declaration = node.declaration as SelectDeclaration
  const rows = rowsIn(tables[0]!.partitions.map(({ view }) => view))
  const tally = execution.tally(node)
  const parted = declaration.parts.length > 0
  tally.in = rows
  tally.dropped = action.dropped
  tally.merged = action.merged
  tally.kept = rows - action.dropped - action.merged - tally.failed
  tally.out = tally.kept
  tally.reason(action.reasons)
  if (Object.keys(declaration.prepares).length === 0) tally.reused = known ? rows : 0
  if (!known) tally.run++
  else tally.hit++
  tally.seconds += seconds
  if (!known) tally.bytes += store.size(action.pack) + (action.block === undefined ? 0 : store.size(action.block))
  const names = Object.keys(node.columns)
  const before = execution.plan.lastRun.record(node.name)?.datasets
  const datasets = Object.fromEntries(
    Object.entries(views).map(([part, list]) => {
      const given = list.some((one) => "before" in one) ? viewsOf(store, before![part]!) : []
      const all = list.map((one) => {
        if ("own" in one) return tables[0]!.partitions[one.own]!.view
        return "before" in one ? given[one.before]! : one
      })
      return [part, datasetHead(store, all, names)]
    })
  )
  for (const warning of action.warnings ?? [])
    execution.journal.write({ event: "warning", node: node.name, text: `${node.name} ${warning}` })
  if (parted) execution.journal.write({ event: "progress", node: node.name, done: rows, total: rows })
  const refs: SelectRefs = {
    action: key,
    tables: tables.map(({ input }) => input),
    prepares: inputs.map(({ prepared }) => rowRefs(execution.keys(node), prepared)),
    ...(tally.failed === 0 ? {} : { prepared: tables[0]!.partitions.map(({ prepared }) => prepared) })
  }
  return { datasets, folder: undefined, refs }
}

/** `contents` says of each partition of each table what was prepared. */
const resolveKey = (
  execution: Execution,
  node: GraphNode,
  tables: ReadonlyArray<PreparedTable>,
  contents: ReadonlyArray<ReadonlyArray<unknown>>
): string => {
  const declaration = node.declaration as SelectDeclaration
  const inputs = tables.map(({ input, partitions }, table) => [
    input,
    partitions.map(({ view }, i) => [view.rows, contents[table]![i], declaration.readsIds ? view.content.ids : null])
  ])
  return keyOf(["resolve", execution.keys(node).whole, inputs])
}

/** A union: the partitions of all its inputs, one after another, provided that no row id occurs twice. */
const joinTables = (execution: Execution, node: GraphNode, tables: ReadonlyArray<PreparedTable>): Made => {
  const { store } = execution.survey
  const views = tables.flatMap(({ partitions }) => partitions.map(({ view }) => view))
  const rows = rowsIn(views)
  const repeated = firstRows(idsIn(views, store)).reduce((sum, first, row) => sum + (first === row ? 0 : 1), 0)
  if (repeated > 0)
    throw new SluiceError(
      "SLUICE_DUPLICATE_KEY",
      `${node.name}: ${repeated === 1 ? "1 row occurs" : `${repeated} rows occur`} in more than one input`,
      {
        hint: "take them out of one input with without(…) before the union"
      }
    )
  const tally = execution.tally(node)
  tally.in = rows
  tally.kept = rows
  tally.out = rows
  tally.run++
  return {
    datasets: { "": datasetHead(store, views, Object.keys(node.columns)) },
    folder: undefined,
    refs: { union: true }
  }
}

export const runGather = (execution: Execution, node: GraphNode, lease: Lease): Effect.Effect<Made, Failure> =>
  Effect.gen(function* () {
    const edge = node.edges.find(({ input }) => input === "rows")!
    const views = yield* execution.views(edge)
    return yield* execution.promise(async () => {
      const before = performance.now()
      execution.started(node, rowsIn(views), views.length)
      const keys = execution.survey.keys.get(node)!
      const rechecks = new Rechecks(execution)
      const probes = rechecks.wants(node, keys)
      const task: GatherTask = { kind: "gather", node: node.name, keys, views, lease: lease.folder, probes }
      const { buckets, probe } = await submit(execution, node, task)
      const made = buckets.map(({ key }) => key)
      if (probe !== undefined) rechecks.groups(node, probe, made)
      await rechecks.settled()
      const tally = execution.tally(node)
      const failed = new FailedRows(node)
      const place = (id: string) => sourcePlace(execution.survey.store, execution.records, edge.node, id)
      for (const { action, computed, hit } of buckets) {
        const { failed: failing = 0, ...rows } = action.rows
        tally.in += rows.in
        tally.dropped += rows.dropped
        tally.failed += failing
        tally.kept += rows.in - rows.dropped - failing
        tally.out += rows.out
        tally.reason(action.reasons)
        tally.computed += computed
        tally.reused += rows.in - computed
        const entries = failedEntries(execution.survey.store, action)
        failed.add(rows.in, entries.errors, () => entries.ids, place)
        if (hit) tally.hit++
        else {
          tally.run++
          tally.bytes += gatheredBytes(execution.survey.store, action)
        }
      }
      const over = failed.over(execution.maxFailed)
      if (over !== undefined) throw over
      tally.seconds += (performance.now() - before) / 1000
      const { store } = execution.survey
      const gathered = buckets.map(({ action }) => action.view).filter((view) => view.rows > 0)
      return {
        datasets: { "": datasetHead(store, gathered, Object.keys(node.columns)) },
        folder: undefined,
        refs: { buckets: made }
      }
    })
  })

const gatheredBytes = (store: Store, { view, edges }: GatherAction): number => {
  const blocks = Object.values(view.columns).map(({ block }) => block)
  return [...new Set([edges, view.ids, ...blocks])].reduce((sum, digest) => sum + store.size(digest), 0)
}

export const outputDigest = (record: NodeRecord, part: string | undefined): string =>
  record.folder === undefined ? keyOf(headOf({ part }, record).content) : record.folder.digest
