// Nodes that need a whole dataset: resolving a select, gathering groups, running a program.
import * as Effect from "effect/Effect"
import { join } from "node:path"
import { SluiceError } from "../errors.ts"
import type { Edge, GraphNode } from "../graph/graph.ts"
import { graphKey } from "../graph/key.ts"
import type { ProgramDeclaration, SelectDeclaration } from "../stage/declaration.ts"
import { keyOf } from "../table/digest.ts"
import { digestText } from "../table/digest.ts"
import { Partition, type View } from "../table/view.ts"
import type { Execution, Failure, Made } from "./execution.ts"
import { datasetHead, type NodeRecord } from "./node-record.ts"
import { headOf, programColumns, recordKey } from "./planner.ts"
import { programFolder, runProgram } from "./program.ts"
import { type InputSpec, resultFolder, writeDataset } from "./program-inputs.ts"
import type { RowAction } from "./row-action.ts"
import type { PreparedTable, ResolveTask } from "./task.ts"

const started = (execution: Execution, node: GraphNode, rows: number, partitions: number) =>
  execution.journal.write({ event: "node-started", node: node.name, kind: node.kind, rows, partitions })

const total = (views: ReadonlyArray<View>): number => views.reduce((sum, view) => sum + view.rows, 0)

/** Resolves a select from its prepared columns and applies its verdicts. */
export const runSelect = (execution: Execution, node: GraphNode): Effect.Effect<Made, Failure> =>
  Effect.gen(function* () {
    const tables: Array<PreparedTable> = []
    for (const edge of node.edges) {
      const views = yield* execution.views(edge)
      const prepared = yield* execution.prepared(edge)
      tables.push({ input: edge.input, partitions: views.map((view, i) => ({ view, prepared: prepared[i]! })) })
    }
    return yield* execution.promise(() =>
      node.declaration.name === "union.rows"
        ? joinTables(execution, node, tables)
        : resolveTables(execution, node, tables)
    )
  })

const resolveTables = async (
  execution: Execution,
  node: GraphNode,
  tables: ReadonlyArray<PreparedTable>
): Promise<Made> => {
  const before = performance.now()
  const { store } = execution.survey
  const declaration = node.declaration as SelectDeclaration
  const rows = total(tables[0]!.partitions.map(({ view }) => view))
  const task: ResolveTask = { kind: "resolve", node: node.name, key: resolveKey(execution, node, tables), tables }
  const known = store.action(task.key) !== undefined
  const { action, views } = await execution.pool.submit(task)
  const tally = execution.tally(node)
  const parted = declaration.parts.length > 0
  tally.in = rows
  tally.dropped = action.dropped
  tally.merged = action.merged
  tally.kept = rows - action.dropped - action.merged
  tally.out = tally.kept
  tally.reason(action.reasons)
  if (Object.keys(declaration.prepares).length === 0) tally.reused = known ? rows : 0
  if (!known) tally.run++
  else tally.hit++
  tally.seconds += (performance.now() - before) / 1000
  const names = Object.keys(node.columns)
  const datasets = Object.fromEntries(
    Object.entries(views).map(([part, list]) => [part, datasetHead(store, list, names)])
  )
  if (parted) execution.journal.write({ event: "progress", node: node.name, done: rows, total: rows })
  return { datasets, folder: undefined, refs: { action: task.key, tables: tables.map(({ input }) => input) } }
}

const resolveKey = (execution: Execution, node: GraphNode, tables: ReadonlyArray<PreparedTable>): string => {
  const { store } = execution.survey
  const declaration = node.declaration as SelectDeclaration
  const inputs = tables.map(({ input, partitions }) => [
    input,
    partitions.map(({ view, prepared }) => [
      view.rows,
      prepared === "" ? null : store.action<RowAction>(prepared)!.content,
      declaration.readsIds ? view.content.ids : null
    ])
  ])
  return keyOf(["resolve", execution.survey.keys.get(node)!.whole, inputs])
}

/** A union: the partitions of all its inputs, one after another, provided that no row id occurs twice. */
const joinTables = async (
  execution: Execution,
  node: GraphNode,
  tables: ReadonlyArray<PreparedTable>
): Promise<Made> => {
  const { store } = execution.survey
  const views = tables.flatMap(({ partitions }) => partitions.map(({ view }) => view))
  const seen = new Set<string>()
  for (const view of views) {
    const ids = new Partition(view, store).ids()
    for (let row = 0; row < view.rows; row++) seen.add(digestText(ids, row))
  }
  const rows = total(views)
  if (seen.size !== rows)
    throw new SluiceError(
      "SLUICE_DUPLICATE_KEY",
      `${node.name}: ${rows - seen.size} rows occur in more than one input`,
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

export const runGather = (execution: Execution, node: GraphNode): Effect.Effect<Made, Failure> =>
  Effect.gen(function* () {
    const edge = node.edges.find(({ input }) => input === "rows")!
    const views = yield* execution.views(edge)
    return yield* execution.promise(async () => {
      const before = performance.now()
      started(execution, node, total(views), views.length)
      const keys = execution.survey.keys.get(node)!
      const { buckets } = await execution.pool.submit({ kind: "gather", node: node.name, keys, views })
      const tally = execution.tally(node)
      for (const { action, hit } of buckets) {
        tally.in += action.rows.in
        tally.dropped += action.rows.dropped
        tally.kept += action.rows.in - action.rows.dropped
        tally.out += action.rows.out
        tally.reason(action.reasons)
        if (hit) {
          tally.hit++
          tally.reused += action.rows.in
        } else {
          tally.run++
          tally.computed += action.rows.in
        }
      }
      tally.seconds += (performance.now() - before) / 1000
      const { store } = execution.survey
      const made = buckets.map(({ action }) => action.view).filter((view) => view.rows > 0)
      return {
        datasets: { "": datasetHead(store, made, Object.keys(node.columns)) },
        folder: undefined,
        refs: { buckets: buckets.map(({ key }) => key) }
      }
    })
  })

const inputSpec = async (
  execution: Execution,
  node: GraphNode,
  edge: Edge,
  record: NodeRecord,
  views: ReadonlyArray<View>,
  folder: string
): Promise<InputSpec> => {
  const { store } = execution.survey
  if (record.folder === undefined) return writeDataset(store, views, programColumns(node, edge), folder)
  const place = resultFolder(store, record.folder, true)
  if (edge.node.emits === "model") return { kind: "model", folder: place, digest: record.folder.digest }
  return { kind: "report", folder: place, data: record.folder.data }
}

export const runProgramNode = (execution: Execution, node: GraphNode): Effect.Effect<Made, Failure> =>
  Effect.gen(function* () {
    const inputs: Array<{ readonly edge: Edge; readonly record: NodeRecord; readonly views: ReadonlyArray<View> }> = []
    for (const edge of node.edges) {
      const record = yield* execution.record(edge.node)
      inputs.push({ edge, record, views: record.folder === undefined ? yield* execution.views(edge) : [] })
    }
    return yield* execution.promise(async (signal) => {
      const before = performance.now()
      const { survey, journal, threads } = execution
      const key = recordKey(survey, node, execution.records)
      const rows = inputs.reduce((sum, { views }) => sum + total(views), 0)
      started(execution, node, rows, 1)
      const specs = await Promise.all(
        inputs.map(async ({ edge, record, views }, index) => {
          const folder = join(programFolder(survey.store, key), "inputs", `${index}`)
          return { edge, spec: await inputSpec(execution, node, edge, record, views, folder) }
        })
      )
      const made = await runProgram({
        store: survey.store,
        node,
        key,
        pipeline: survey.file,
        graph: graphKey(survey.graph),
        sets: survey.sets,
        threads,
        inputs: specs,
        sources: survey.sources,
        emit: (event) => journal.write(event),
        signal
      })
      const tally = execution.tally(node)
      Object.assign(tally, made.totals)
      tally.reason(made.reasons)
      tally.computed = rows
      tally.run = 1
      tally.seconds = (performance.now() - before) / 1000
      return { datasets: {}, folder: made.head, refs: { program: (node.declaration as ProgramDeclaration).name } }
    })
  })

export const outputDigest = (record: NodeRecord, part: string | undefined): string =>
  record.folder === undefined ? keyOf(headOf({ part }, record).content) : record.folder.digest
