// Resolves a select: reads the prepared columns of all partitions, calls the author's `resolve`, applies the verdicts.
import { SluiceError } from "../errors.ts"
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import type { Table } from "../stage/batch.ts"
import type { SelectDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { type Column, columnValues, concatColumns, takeColumn } from "../table/column.ts"
import { digestBytes, digestHex, firstRows, takeDigests } from "../table/digest.ts"
import { bytesOf, float32Of, int32Of, readPack, uint16Of, writePack } from "../table/pack.ts"
import { readParquet } from "../table/parquet.ts"
import { idsIn, Partition, rowsIn, section, type View } from "../table/view.ts"
import { failedCode, type RowAction } from "./row-action.ts"
import { columnsAdded, namesAdded, partAdded, putAdded, readAdded } from "./select-columns.ts"
import { fieldsOf } from "./row-function.ts"
import type { PreparedTable, ResolveResult, ResolveTask, SelectAction } from "./task.ts"

export const resolveSelect = async (store: Store, node: GraphNode, task: ResolveTask): Promise<ResolveResult> => {
  const own = task.tables.find((table) => table.input === "rows")!
  let action = store.action<SelectAction>(task.key)
  if (action === undefined || !store.has(action.pack) || (action.block !== undefined && !store.has(action.block))) {
    action = (await decideAll(store, node, task.tables)).finish(store)
    store.compare(task.key, action, ({ pack, block }) => (block === undefined ? pack : `${pack} ${block}`))
    store.putAction(task.key, action)
  }
  return { action, views: await applyVerdicts(store, node, action, own) }
}

/** The verdicts of a select on prepared tables; nothing is stored. */
export const decideAll = async (
  store: Store,
  node: GraphNode,
  tables: ReadonlyArray<PreparedTable>
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
  const returned = declaration.resolve({ rows, ...others }, seenOptions(node), verdicts)
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
      const block = await readParquet(store.get(action.block!), fields)
      if (action.errors.length === 0) return block
      return Object.fromEntries(Object.entries(block).map(([name, column]) => [name, takeColumn(column, goods![i]!)]))
    })
  )
  const digests = (name: string) =>
    Buffer.concat(
      actions.map((action, i) => {
        const all = section(store, action!.pack, `digest:${name}`)
        return action!.errors.length === 0 ? all : takeDigests(all, goods![i]!)
      })
    )
  const laid = (name: string) => {
    if (!readsValues)
      throw new Error(`${node.name}: a select that reads no values (readsValues) reads some`)
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

/**
 * Collects verdicts and checks them: each row one verdict, merges into rows that are kept. The stage numbers the rows that
 * it was shown; the sheet has all rows, those that failed to be prepared with a code of their own.
 */
export class VerdictSheet {
  readonly #node: GraphNode
  readonly #declaration: SelectDeclaration
  readonly #codes: Uint16Array
  readonly #into: Int32Array
  readonly #similarity: Float32Array
  readonly #assigned: Uint8Array
  readonly #good: Int32Array | undefined
  /** The columns that resolve gave to all rows. */
  columns: { readonly [name: string]: Column } | undefined

  constructor(node: GraphNode, declaration: SelectDeclaration, rows: number, good?: Int32Array) {
    this.#node = node
    this.#declaration = declaration
    this.#codes = new Uint16Array(rows)
    this.#into = new Int32Array(rows).fill(-1)
    this.#similarity = new Float32Array(rows)
    this.#assigned = new Uint8Array(rows)
    this.#good = good
    if (good === undefined) return
    this.#codes.fill(failedCode)
    this.#assigned.fill(1)
    for (const row of good) this.#codes[row] = this.#assigned[row] = 0
  }

  /** The row of the sheet behind one that the stage was shown. */
  #at(row: number): number {
    const at = this.#good === undefined ? row : this.#good[row]
    if (at === undefined || !(at >= 0 && at < this.#codes.length)) throw this.#wrong(`row ${row} does not exist`)
    return at
  }

  drop(row: number, reason: string) {
    this.#set(row, this.#reason(reason))
  }

  merge(row: number, into: number, similarity: number, reason: string) {
    const at = this.#set(row, this.#reason(reason))
    this.#into[at] = this.#at(into)
    this.#similarity[at] = similarity
  }

  assign(row: number, part: string) {
    const index = this.#declaration.parts.indexOf(part)
    if (index < 0) throw this.#wrong(`row ${row} was assigned to "${part}", which is none of its parts`)
    this.#set(row, index)
  }

  #set(row: number, code: number): number {
    const at = this.#at(row)
    if (this.#assigned[at] === 1) throw this.#wrong(`row ${row} was given two verdicts`)
    this.#assigned[at] = 1
    this.#codes[at] = code
    return at
  }

  #reason(reason: string): number {
    const index = this.#declaration.reasons.indexOf(reason)
    if (index < 0) throw this.#wrong(`"${reason}" is none of its reasons`)
    return index + 1
  }

  #wrong(what: string): SluiceError {
    return new SluiceError("SLUICE_CONSERVATION", `${this.#node.name}: ${what}`, { hint: "mend the stage's resolve" })
  }

  /** A row's verdict: its part's place, or 0 keep and 1 + the reason's place, or that it failed; and the row it merged into. */
  code(row: number): number {
    return this.#codes[row]!
  }

  into(row: number): number | undefined {
    return this.#into[row]! < 0 ? undefined : this.#into[row]
  }

  /** Throws where a row has no part, or was merged into one that is not kept. */
  check() {
    if (this.#declaration.parts.length > 0 && this.#assigned.includes(0))
      throw this.#wrong(`row ${this.#assigned.indexOf(0)} was assigned to no part`)
    for (let row = 0; row < this.#codes.length; row++)
      if (this.#into[row]! >= 0 && this.#codes[this.#into[row]!] !== 0)
        throw this.#wrong(`row ${row} was merged into a row that is not kept`)
  }

  finish(store: Store): SelectAction {
    const { parts, reasons } = this.#declaration
    const rows = this.#codes.length
    const counts: Record<string, number> = {}
    const inPart: Record<string, number> = Object.fromEntries(parts.map((part) => [part, 0]))
    let merged = 0
    let dropped = 0
    for (let row = 0; row < rows; row++) {
      const code = this.#codes[row]!
      if (code === failedCode) continue
      if (parts.length > 0) inPart[parts[code]!]!++
      else if (code > 0) {
        counts[reasons[code - 1]!] = (counts[reasons[code - 1]!] ?? 0) + 1
        if (this.#into[row]! >= 0) merged++
        else dropped++
      }
    }
    const pack = store.put(
      writePack({ codes: bytesOf(this.#codes), into: bytesOf(this.#into), similarity: bytesOf(this.#similarity) })
    )
    const block = this.columns === undefined ? {} : { block: putAdded(store, this.#node, this.columns) }
    return { rows, pack, reasons: counts, merged, dropped, parts: inPart, ...block }
  }
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
  own: PreparedTable
): Promise<{ readonly [part: string]: ReadonlyArray<View> }> => {
  const { codes } = verdictsOf(store, action)
  const declared = (node.declaration as SelectDeclaration).parts
  const parts = declared.length === 0 ? [""] : declared
  const added = action.block === undefined ? undefined : await readAdded(store, node, action.block)
  const views: Record<string, Array<View>> = Object.fromEntries(parts.map((part) => [part, []]))
  let at = 0
  for (const { view } of own.partitions) {
    const bare = new Partition(view, store)
    const partition = added ? bare.widen(partAdded(store, node, added, at, view.rows), namesAdded(node)) : bare
    const slice = codes.subarray(at, at + view.rows)
    at += view.rows
    parts.forEach((part, index) => {
      views[part]!.push(partition.narrow(Uint8Array.from(slice, (code) => (code === index ? 1 : 0))).view)
    })
  }
  return views
}
