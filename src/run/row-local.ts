// Runs a row-local node on one partition: takes from earlier results every row it can, computes the others, stores both.
import { SluiceError } from "../errors.ts"
import { columnName, type GraphNode, seenOptions } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import { earlyOptions } from "../graph/options.ts"
import type { Fields } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { type Column, columnLength, concatColumns } from "../table/column.ts"
import { combineDigests, contentOf } from "../table/digest.ts"
import type { Field } from "../table/field.ts"
import { writePack } from "../table/pack.ts"
import { writeParquet } from "../table/parquet.ts"
import type { Partition, Taken } from "../table/view.ts"
import { blockOf, keepAction, type Outcome, type RowAction, rowKey, storedKey } from "./row-action.ts"
import { type RowError, rowError } from "./row-error.ts"
import type { RowModels } from "./row-model.ts"
import { applyRows, type Caller } from "./row-calls.ts"
import { batchAt, callRows, columnsOf, fieldsOf, misfitOf, Rows } from "./row-function.ts"
import { assemble, type Origin, type RowReuse } from "./row-reuse.ts"
import { storedDigests, takenFrom } from "./taken.ts"

export interface RowTask {
  readonly store: Store
  readonly node: GraphNode
  readonly keys: NodeKeys
  readonly partition: Partition
  readonly reuse: RowReuse
  /** The earlier action that probably has the partition's rows. */
  readonly likely?: string | undefined
  /** The models that its functions ask. */
  readonly models: RowModels
  /** Makes the calls of a stage that calls a model. */
  readonly call: Caller
}

/** The columns a function needs, by the names of its needs. */
const neededColumns = async ({ node, partition }: RowTask): Promise<{ readonly [need: string]: Column }> => {
  const columns = await partition.columns([...new Set(Object.values(node.reads))])
  return Object.fromEntries(Object.entries(node.reads).map(([need, column]) => [need, columns[column]!]))
}

/** The rows at `todo` as the node's function sees them; nothing is read where there are none. */
export const neededRows = async (task: RowTask, todo: Int32Array): Promise<Rows> =>
  new Rows(todo.length === 0 ? {} : await neededColumns(task), todo, task.node.declaration.needs)

export const inputDigests = ({ node, partition }: RowTask): Uint8Array =>
  combineDigests(
    Object.values(node.reads).map((column) => partition.digests(column)),
    partition.rows
  )

/** The options that a map's apply, a filter's measure or a select's prepare sees. */
const functionOptions = ({ node, models }: RowTask): { readonly [name: string]: unknown } => {
  const { declaration } = node
  if (declaration.kind === "map" || declaration.kind === "expand") return { ...seenOptions(node), ...models }
  const early = earlyOptions(declaration)
  return { ...Object.fromEntries(Object.entries(node.options).filter(([name]) => name in early)), ...models }
}

export type AnyFunction = (...args: ReadonlyArray<never>) => unknown

interface Made {
  readonly action: RowAction
  /** None where they were taken as they stand. */
  readonly columns: { readonly [name: string]: Column }
  readonly digests: { readonly [name: string]: Uint8Array }
  readonly fields: { readonly [name: string]: Field }
  readonly computed: number
}

/** Computes columns for every row of the partition, with reuse; stores the block. */
export const makeColumns = async (
  task: RowTask,
  adds: Fields,
  perRow: AnyFunction | undefined,
  perBatch: AnyFunction | undefined
): Promise<Made> => {
  const { store, node, partition, reuse } = task
  const fields = fieldsOf(adds, node.name)
  const options = functionOptions(task)
  const input = inputDigests(task)
  const { places, todo } = reuse.match(input, partition.rows, task.likely)
  const from = takenFrom(places)
  if (from !== undefined) return takeMade(task, fields, from)
  let computed: { readonly [name: string]: Column }
  let errors: ReadonlyArray<RowError> = []
  if (perBatch !== undefined && todo.length > 0) {
    const called = await callBatch(node.name, perBatch, await neededColumns(task), todo, options, fields)
    computed = called.columns
    errors = called.errors
  } else {
    const rows = await neededRows(task, todo)
    const misfit = (made: unknown) => misfitOf(made, fields)
    const called =
      node.declaration.kind === "map"
        ? await applyRows(task, rows, options, misfit)
        : callRows(perRow as never, rows, options, misfit)
    computed = columnsOf(called.results, fields, node.name)
    errors = called.errors
  }
  let position = 0
  const origins: ReadonlyArray<Origin> = places.map((place) => place ?? { computed: position++ })
  const { columns, digests } = await assemble(store, fields, computed, todo.length, origins)
  const sections = Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [`digest:${name}`, bytes]))
  const block = store.put(writeParquet(columns, fields))
  const pack = store.put(writePack({ input, ...sections }))
  const content = Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [name, contentOf(bytes)]))
  const failed = errors.length
  const counts = { in: partition.rows, out: partition.rows - failed, dropped: 0, failed }
  return {
    action: { counts, reasons: {}, block, pack, content, errors },
    columns,
    digests,
    fields,
    computed: todo.length
  }
}

/** What an earlier action made of the rows: nothing is read or written but digests. */
const takeMade = (
  { store, partition }: RowTask,
  fields: { readonly [name: string]: Field },
  { action: { block, pack }, taken }: { readonly action: RowAction; readonly taken: Taken | undefined }
): Made => {
  const { rows } = partition
  const counts = { in: rows, out: rows, dropped: 0, failed: 0 }
  const action: RowAction = { counts, reasons: {}, block: block!, pack, content: {}, errors: [], taken }
  const digests = Object.fromEntries(Object.keys(fields).map((name) => [name, storedDigests(store, action, name)]))
  const content = Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [name, contentOf(bytes)]))
  return { action: { ...action, content }, columns: {}, digests, fields, computed: 0 }
}

interface CalledBatch {
  readonly columns: { readonly [name: string]: Column }
  readonly errors: ReadonlyArray<RowError>
}

/** Calls a batch function; where it throws, on halves, until the rows that make it throw are alone and fail. */
const callBatch = async (
  node: string,
  perBatch: AnyFunction,
  needs: { readonly [need: string]: Column },
  todo: Int32Array,
  options: unknown,
  fields: { readonly [name: string]: Field }
): Promise<CalledBatch> => {
  try {
    const { columns } = (await perBatch(batchAt(needs, todo) as never, options as never)) as CalledBatch
    checkBatch(node, columns, fields, todo.length)
    return { columns, errors: [] }
  } catch (cause) {
    if (cause instanceof SluiceError) throw cause
    if (todo.length === 1) return { columns: columnsOf([undefined], fields, node), errors: [rowError(todo[0]!, cause)] }
  }
  const half = todo.length >> 1
  const parts: Array<CalledBatch> = []
  for (const part of [todo.subarray(0, half), todo.subarray(half)])
    parts.push(await callBatch(node, perBatch, needs, part, options, fields))
  const columns = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      concatColumns(
        parts.map((part) => part.columns[name]!),
        field
      )
    ])
  )
  return { columns, errors: parts.flatMap((part) => part.errors) }
}

const checkBatch = (
  node: string,
  columns: { readonly [name: string]: Column },
  fields: { readonly [name: string]: Field },
  rows: number
) => {
  for (const [name, field] of Object.entries(fields)) {
    const column = columns[name]
    if (column === undefined || column.type !== field.type || columnLength(column) !== rows)
      throw new SluiceError(
        "SLUICE_SCHEMA",
        `${node}: the batch function returned no ${field.type} column "${name}" of ${rows} rows`
      )
  }
}

const withoutFailed = (partition: Partition, errors: ReadonlyArray<RowError>): Partition => {
  if (errors.length === 0) return partition
  const kept = new Uint8Array(partition.rows).fill(1)
  for (const error of errors) kept[error.row] = 0
  return partition.narrow(kept)
}

/** Runs a map (`widens`), or the prepare of a select, which adds no column to its rows. */
export const runColumns = async (
  task: RowTask,
  adds: Fields,
  perRow: AnyFunction | undefined,
  perBatch: AnyFunction | undefined,
  widens: boolean
) => {
  const { node, keys, partition } = task
  const key = rowKey(node, keys, partition.view)
  const made = await makeColumns(task, adds, perRow, perBatch)
  const names = Object.fromEntries(
    Object.keys(adds).map((name) => [name, columnName(node.declaration, node.options, name)])
  )
  const whole = widens
    ? partition.widen(blockOf(made.action, made.columns, made.fields, made.digests), names)
    : partition
  const next = withoutFailed(whole, made.action.errors)
  const action = keepAction(task, key, made.action, partition.view, next.view)
  return { outcome: outcomeOf(action, key, storedKey(key, action), next, made.computed), next }
}

/** `reuseKey` is that under which single rows stand. */
export const outcomeOf = (
  action: RowAction,
  key: string,
  reuseKey: string,
  next: Partition,
  computed: number
): Outcome => ({
  action,
  key: storedKey(key, action),
  reuseKey,
  view: next.view,
  computed,
  reused: action.counts.in - computed,
  hit: false
})
