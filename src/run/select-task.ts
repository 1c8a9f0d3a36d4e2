// Resolves a select: reads the prepared columns of all partitions, calls the author's `resolve`, applies the verdicts.
import { SluiceError } from "../errors.ts"
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import type { Table } from "../stage/batch.ts"
import type { SelectDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { columnValues, concatColumns } from "../table/column.ts"
import { digestHex } from "../table/digest.ts"
import { bytesOf, float32Of, int32Of, readPack, uint16Of, writePack } from "../table/pack.ts"
import { readParquet } from "../table/parquet.ts"
import { Partition, type View } from "../table/view.ts"
import type { RowAction } from "./row-action.ts"
import { fieldsOf } from "./row-function.ts"
import type { PreparedTable, ResolveResult, ResolveTask, SelectAction } from "./task.ts"

export const resolveSelect = async (store: Store, node: GraphNode, task: ResolveTask): Promise<ResolveResult> => {
  const declaration = node.declaration as SelectDeclaration
  const own = task.tables.find((table) => table.input === "rows")!
  let action = store.action<SelectAction>(task.key)
  if (action === undefined || !store.has(action.pack)) {
    action = await decideAll(store, node, declaration, task.tables, own)
    store.putAction(task.key, action)
  }
  return { action, views: applyVerdicts(store, declaration, action, own) }
}

const decideAll = async (
  store: Store,
  node: GraphNode,
  declaration: SelectDeclaration,
  tables: ReadonlyArray<PreparedTable>,
  own: PreparedTable
): Promise<SelectAction> => {
  const rows = await readTable(store, node, declaration, own)
  const verdicts = new VerdictSheet(node, declaration, rows.rows)
  const others: Record<string, Array<Table<Record<string, unknown>>>> = {}
  for (const input of Object.keys(declaration.inputs)) others[input] = []
  for (const table of tables) {
    if (table === own) continue
    others[table.input]!.push(await readTable(store, node, declaration, table))
  }
  declaration.resolve({ rows, ...others }, seenOptions(node), verdicts)
  return verdicts.finish(store)
}

const readTable = async (
  store: Store,
  node: GraphNode,
  declaration: SelectDeclaration,
  table: PreparedTable
): Promise<Table<Record<string, unknown>>> => {
  const fields = fieldsOf(declaration.prepares, node.name)
  const blocks = await Promise.all(
    table.partitions.map(({ prepared }) =>
      prepared === "" ? {} : readParquet(store.get(store.action<RowAction>(prepared)!.block!), fields)
    )
  )
  const columns = Object.fromEntries(
    Object.entries(fields).map(([name, field]) => [
      name,
      columnValues(
        concatColumns(
          blocks.map((block) => (block as Record<string, never>)[name]!),
          field
        )
      )
    ])
  )
  const counts = table.partitions.map(({ view }) => view.rows)
  const total = counts.reduce((sum, count) => sum + count, 0)
  let ids: Uint8Array | undefined
  const readIds = () => {
    const all = new Uint8Array(total * 16)
    let at = 0
    for (const { view } of table.partitions) {
      all.set(new Partition(view, store).ids(), at)
      at += view.rows * 16
    }
    return all
  }
  return {
    rows: total,
    columns,
    id: (row) => {
      if (!declaration.readsIds)
        throw new Error(`${node.name}: a select whose verdicts depend on row ids must be declared so (readsIds)`)
      ids ??= readIds()
      return digestHex(ids, row)
    }
  }
}

/** Collects verdicts and checks them: each row one verdict, merges into rows that are kept. */
class VerdictSheet {
  readonly #node: GraphNode
  readonly #declaration: SelectDeclaration
  readonly #codes: Uint16Array
  readonly #into: Int32Array
  readonly #similarity: Float32Array
  readonly #assigned: Uint8Array

  constructor(node: GraphNode, declaration: SelectDeclaration, rows: number) {
    this.#node = node
    this.#declaration = declaration
    this.#codes = new Uint16Array(rows)
    this.#into = new Int32Array(rows).fill(-1)
    this.#similarity = new Float32Array(rows)
    this.#assigned = new Uint8Array(rows)
  }

  drop(row: number, reason: string) {
    this.#set(row, this.#reason(reason))
  }

  merge(row: number, into: number, similarity: number, reason: string) {
    this.#set(row, this.#reason(reason))
    this.#into[row] = into
    this.#similarity[row] = similarity
  }

  assign(row: number, part: string) {
    const index = this.#declaration.parts.indexOf(part)
    if (index < 0) throw this.#wrong(`row ${row} was assigned to "${part}", which is none of its parts`)
    this.#set(row, index)
  }

  #set(row: number, code: number) {
    if (!(row >= 0 && row < this.#codes.length)) throw this.#wrong(`row ${row} does not exist`)
    if (this.#assigned[row] === 1) throw this.#wrong(`row ${row} was given two verdicts`)
    this.#assigned[row] = 1
    this.#codes[row] = code
  }

  #reason(reason: string): number {
    const index = this.#declaration.reasons.indexOf(reason)
    if (index < 0) throw this.#wrong(`"${reason}" is none of its reasons`)
    return index + 1
  }

  #wrong(what: string): SluiceError {
    return new SluiceError("SLUICE_CONSERVATION", `${this.#node.name}: ${what}`, { hint: "mend the stage's resolve" })
  }

  finish(store: Store): SelectAction {
    const { parts, reasons } = this.#declaration
    const rows = this.#codes.length
    if (parts.length > 0 && this.#assigned.includes(0))
      throw this.#wrong(`row ${this.#assigned.indexOf(0)} was assigned to no part`)
    const counts: Record<string, number> = {}
    const inPart: Record<string, number> = Object.fromEntries(parts.map((part) => [part, 0]))
    let merged = 0
    let dropped = 0
    for (let row = 0; row < rows; row++) {
      const code = this.#codes[row]!
      if (parts.length > 0) inPart[parts[code]!]!++
      else if (code > 0) {
        counts[reasons[code - 1]!] = (counts[reasons[code - 1]!] ?? 0) + 1
        if (this.#into[row]! >= 0) {
          merged++
          if (this.#codes[this.#into[row]!] !== 0)
            throw this.#wrong(`row ${row} was merged into a row that is not kept`)
        } else dropped++
      }
    }
    const pack = store.put(
      writePack({ codes: bytesOf(this.#codes), into: bytesOf(this.#into), similarity: bytesOf(this.#similarity) })
    )
    return { rows, pack, reasons: counts, merged, dropped, parts: inPart }
  }
}

/** The verdicts of a select, as its pack holds them. */
export const verdictsOf = (store: Store, action: SelectAction) => {
  const pack = readPack(store.get(action.pack))
  return { codes: uint16Of(pack["codes"]!), into: int32Of(pack["into"]!), similarity: float32Of(pack["similarity"]!) }
}

const applyVerdicts = (
  store: Store,
  declaration: SelectDeclaration,
  action: SelectAction,
  own: PreparedTable
): { readonly [part: string]: ReadonlyArray<View> } => {
  const { codes } = verdictsOf(store, action)
  const parts = declaration.parts.length === 0 ? [""] : declaration.parts
  const views: Record<string, Array<View>> = Object.fromEntries(parts.map((part) => [part, []]))
  let at = 0
  for (const { view } of own.partitions) {
    const partition = new Partition(view, store)
    const slice = codes.subarray(at, at + view.rows)
    at += view.rows
    parts.forEach((part, index) => {
      views[part]!.push(partition.narrow(Uint8Array.from(slice, (code) => (code === index ? 1 : 0))).view)
    })
  }
  return views
}
