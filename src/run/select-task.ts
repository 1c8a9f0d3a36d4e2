// Resolves a select: reads the prepared columns of all partitions, calls the author's `resolve`, applies the verdicts.
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import type { Table } from "../stage/batch.ts"
import type { SelectDeclaration } from "../stage/declaration.ts"
import { unlessDamaged } from "../store/damage.ts"
import type { Store } from "../store/store.ts"
import { type Column, columnValues, concatColumns, takeColumn } from "../table/column.ts"
import { firstRows } from "../table/digest-map.ts"
import { digestBytes, digestHex, takeDigests } from "../table/digest.ts"
import { float32Of, int32Of, readPack, uint16Of } from "../table/pack.ts"
import { idsIn, Partition, rowsIn } from "../table/view.ts"
import { type DatasetHead, viewsOf } from "./node-record.ts"
import type { RowAction } from "./row-action.ts"
import { openModels, type RowModels } from "./row-model.ts"
import { columnsAdded, namesAdded, partAdded, readAdded } from "./select-columns.ts"
import { fieldsOf } from "./row-function.ts"
import { storedColumns, storedDigests } from "./taken.ts"
import type { PreparedTable, ResolveResult, ResolveTask, SelectAction, SelectedView } from "./task.ts"
import { VerdictSheet } from "./verdict-sheet.ts"

export const resolveSelect = async (store: Store, node: GraphNode, task: ResolveTask): Promise<ResolveResult> => {
  const began = performance.now()
  const own = task.tables.find((table) => table.input === "rows")!
  let action = store.action<SelectAction>(task.key)
  if (action === undefined || !store.has(action.pack) || (action.block !== undefined && !store.has(action.block))) {
    action = (await decideAll(store, node, task.tables, openModels(node, task.models))).finish(store)
    store.compare(task.key, action, ({ pack, block }) => (block === undefined ? pack : `${pack} ${block}`))
    store.putAction(task.key, action)
  }
  const views = await applyVerdicts(store, node, action, own, task.before)
  return { action, views, seconds: (performance.now() - began) / 1000 }
}

/** The verdicts of a select on prepared tables; nothing is stored. */
export const decideAll = async (
  store: Store,
  node: GraphNode,
  tables: ReadonlyArray<PreparedTable>,
  models: RowModels
): Promise<VerdictSheet> => {
  const declaration = node.declaration as SelectDeclaration
  const own = tables.find((table) => table.input === "rows")!
  const { table: rows, good } = await readTable(store, node, declaration, own)
  const total = rowsIn(own.partitions.map(({ view }) => view))
  const verdicts = new VerdictSheet(node, declaration, total, good)
  const others: Record<string, Array<Table<Record<string, unknown>>>> = {}
  for (const input of Object.keys(declaration.inputs)) others[input] = []
  for (const table of tables) {
    if (table === own) continue
    others[table.input]!.push((await readTable(store, node, declaration, table)).table)
  }
  const returned = await declaration.resolve({ rows, ...others }, { ...seenOptions(node), ...models }, verdicts)
  verdicts.columns = columnsAdded(node, returned, total, good)
  verdicts.check()
  return verdicts
}

interface GoodTable {
  readonly table: Table<Record<string, unknown>>
  /** Where each row of the table stands among all rows; absent where none failed to be prepared. */
  readonly good: Int32Array | undefined
}

/** Where the rows stand whose prepare did not fail. */
const goodRows = (rows: number, { errors }: RowAction): Int32Array => {
  const failed = new Set(errors.map(({ row }) => row))
  return Int32Array.from({ length: rows }, (_, row) => row).filter((row) => !failed.has(row))
}

/** The prepared rows of a table as the stage sees them: without those that failed. */
const readTable = async (
  store: Store,
  node: GraphNode,
  declaration: SelectDeclaration,
  table: PreparedTable
): Promise<GoodTable> => {
  const fields = fieldsOf(declaration.prepares, node.name)
  const { readsValues: reads } = declaration
  const readsValues: boolean = typeof reads === "function" ? reads(seenOptions(node)) : reads
  const actions = table.partitions.map(({ prepared }) =>
    prepared === "" ? undefined : store.needed<RowAction>(prepared)
  )
  const counts = table.partitions.map(({ view }) => view.rows)
  const whole = actions.every((action) => action === undefined || action.errors.length === 0)
  const goods = whole ? undefined : actions.map((action, i) => goodRows(counts[i]!, action!))
  const blocks = await Promise.all(
    actions.map(async (action, i) => {
      if (action === undefined || !readsValues) return {}
      const block = await storedColumns(store, action, fields)
      if (action.errors.length === 0) return block
      return Object.fromEntries(Object.entries(block).map(([name, column]) => [name, takeColumn(column, goods![i]!)]))
    })
  )
  const digests = (name: string) =>
    Buffer.concat(
      actions.map((action, i) => {
        const all = storedDigests(store, action!, name)
        return action!.errors.length === 0 ? all : takeDigests(all, goods![i]!)
      })
    )
  const laid = (name: string) => {
    if (!readsValues) throw new Error(`${node.name}: a select that reads no values (readsValues) reads some`)
    return concatColumns(
      blocks.map((block) => (block as Record<string, Column>)[name]!),
      fields[name]!
    )
  }
  const column = keptByName(laid)
  const values = keptByName((name) => columnValues(column(name)))
  const columns = {}
  for (const name of Object.keys(fields))
    Object.defineProperty(columns, name, { enumerable: true, get: () => values(name) })
  const total = counts.reduce((sum, count) => sum + count, 0)
  const good = goods && allGood(goods, counts)
  let ids: Uint8Array | undefined
  const seen: Table<Record<string, unknown>> = {
    rows: good?.length ?? total,
    columns,
    column,
    first: (name, before = []) => {
      const earlier = before.map((table) => digestsBehind.get(table)!(name))
      const size = earlier.reduce((sum, { length }) => sum + length, 0)
      return firstRows(Buffer.concat([...earlier, digests(name)]))
        .subarray(size / digestBytes)
        .slice()
    },
    id: (row) => {
      if (!declaration.readsIds)
        throw new Error(`${node.name}: a select whose verdicts depend on row ids must be declared so (readsIds)`)
      ids ??= idsIn(
        table.partitions.map(({ view }) => view),
        store
      )
      return digestHex(ids, good?.[row] ?? row)
    }
  }
  digestsBehind.set(seen, digests)
  return { table: seen, good }
}

/** The digests of a table's values, which a stage does not see. */
const digestsBehind = new WeakMap<object, (name: string) => Uint8Array>()

const keptByName = <A>(make: (name: string) => A): ((name: string) => A) => {
  const kept = new Map<string, A>()
  return (name) => {
    if (!kept.has(name)) kept.set(name, make(name))
    return kept.get(name)!
  }
}

/** Rows of partitions as rows of the whole. */
const allGood = (goods: ReadonlyArray<Int32Array>, counts: ReadonlyArray<number>): Int32Array => {
  const all: Array<number> = []
  let from = 0
  goods.forEach((good, i) => {
    for (const row of good) all.push(from + row)
    from += counts[i]!
  })
  return Int32Array.from(all)
}

/** The verdicts of a select, as its pack holds them. */
export const verdictsOf = (store: Store, action: SelectAction) => {
  const pack = readPack(store.get(action.pack))
  return { codes: uint16Of(pack["codes"]!), into: int32Of(pack["into"]!), similarity: float32Of(pack["similarity"]!) }
}

const applyVerdicts = async (
  store: Store,
  node: GraphNode,
  action: SelectAction,
  own: PreparedTable,
  before: ResolveTask["before"]
): Promise<ResolveResult["views"]> => {
  const { codes } = verdictsOf(store, action)
  const declared = (node.declaration as SelectDeclaration).parts
  const parts = declared.length === 0 ? [""] : declared
  const added = action.block === undefined ? undefined : await readAdded(store, node, action.block)
  const known = parts.map((part) => viewsBefore(store, before[part]))
  const views: Record<string, Array<SelectedView>> = Object.fromEntries(parts.map((part) => [part, []]))
  let at = 0
  for (const [index, { view }] of own.partitions.entries()) {
    const bare = new Partition(view, store)
    const partition = added ? bare.widen(partAdded(store, node, added, at, view.rows), namesAdded(node)) : bare
    const slice = codes.subarray(at, at + view.rows)
    at += view.rows
    parts.forEach((part, code) => {
      const kept = Uint8Array.from(slice, (one) => (one === code ? 1 : 0))
      const { numbers, byIds } = known[code]!
      const next = partition.narrow(kept, byIds.get(view.ids)).view
      const number = numbers.get(next)
      views[part]!.push(next === view ? { own: index } : number === undefined ? next : { before: number })
    })
  }
  return views
}

/** The views of an earlier result with their numbers, and by what holds their ids; none where it cannot be read. */
const viewsBefore = (store: Store, head: DatasetHead | undefined) => {
  const views = unlessDamaged(() => (head === undefined ? [] : viewsOf(store, head)), [])
  const numbers = new Map(views.map((view, number) => [view, number]))
  return { numbers, byIds: Map.groupBy(views, ({ ids }) => ids) }
}
