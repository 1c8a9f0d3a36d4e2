// Parses a source's records into rows of one partition, with reuse of rows that were parsed before.
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { NodeKeys } from "../graph/key.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { SourceDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import type { ParsedBatch } from "../stage/batch.ts"
import { type Column, columnLength, concatColumns, valueAt } from "../table/column.ts"
import { combineDigests, contentOf, digestBytes, keyOf, takeDigests } from "../table/digest.ts"
import { type Field, plainColumns } from "../table/field.ts"
import { writePack } from "../table/pack.ts"
import { writeParquet } from "../table/parquet.ts"
import { keyedRowIds, placedRowId } from "../table/row-id.ts"
import { Partition, rowCount } from "../table/view.ts"
import { putRows, type RowAction } from "./row-action.ts"
import type { RowError } from "./row-error.ts"
import { columnsOf, fieldsOf, misfitOf } from "./row-function.ts"
import type { Stretch } from "./stretch.ts"
import { assemble, type Origin, type RowReuse } from "./row-reuse.ts"

/** The records of one partition, as they travel to a worker. */
export interface ParseInput {
  /** Memory that several threads may share; empty where the records are yet to be read from their files. */
  readonly bytes: Uint8Array
  readonly stretches?: ReadonlyArray<Stretch> | undefined
  readonly offsets: Int32Array
  readonly paths: ReadonlyArray<string>
  /** Index into `paths` of each record. */
  readonly files: Int32Array
  readonly digests: Uint8Array
  /** How often the same record occurred before in its file. */
  readonly occurrences: Int32Array
}

/** Some of the records, by their numbers in order. */
export const someRecords = (input: ParseInput, rows: Int32Array): ParseInput => {
  const offsets = new Int32Array(rows.length + 1)
  rows.forEach((row, i) => {
    offsets[i + 1] = offsets[i]! + input.offsets[row + 1]! - input.offsets[row]!
  })
  const bytes = new Uint8Array(offsets[rows.length]!)
  rows.forEach((row, i) => {
    bytes.set(input.bytes.subarray(input.offsets[row], input.offsets[row + 1]), offsets[i])
  })
  const files = Int32Array.from(rows, (row) => input.files[row]!)
  const occurrences = Int32Array.from(rows, (row) => input.occurrences[row]!)
  return { bytes, offsets, paths: input.paths, files, digests: takeDigests(input.digests, rows), occurrences }
}

/** What parsing a partition gave: rows that are good, and what is wrong with the others. */
export interface ParseOutcome {
  readonly action: RowAction
  readonly key: string
  readonly computed: number
}

/** A path's 16-byte digest per record: part of what a parse that reads the path depends on. */
const pathDigests = (input: Pick<ParseInput, "paths" | "files">): Uint8Array => {
  const perPath = input.paths.map((path) => Buffer.from(keyOf(path), "hex").subarray(0, digestBytes))
  const out = new Uint8Array(input.files.length * digestBytes)
  input.files.forEach((file, row) => {
    out.set(perPath[file]!, row * digestBytes)
  })
  return out
}

/** What each record's row depends on: its bytes, and its path where the parser reads it. */
export const recordDigests = (
  declaration: SourceDeclaration,
  input: Pick<ParseInput, "digests" | "paths" | "files">
): Uint8Array =>
  declaration.readsPath ? combineDigests([input.digests, pathDigests(input)], input.files.length) : input.digests

/** What the ids of a partition's rows depend on beside their records: nothing where a key is declared, else their places. */
const placesOf = (node: GraphNode, { paths, files, occurrences }: Omit<ParseInput, "bytes" | "offsets">): unknown => {
  if (typeof node.options["key"] === "string") return null
  const stretches: Array<readonly [path: string, rows: number]> = []
  for (let from = 0, to = 0; from < files.length; from = to) {
    while (to < files.length && files[to] === files[from]) to++
    stretches.push([paths[files[from]!]!, to - from])
  }
  return [stretches, Array.from(occurrences.entries()).filter(([, before]) => before > 0)]
}

const placedIds = ({ paths, files, digests, occurrences }: ParseInput): Uint8Array => {
  const ids = new Uint8Array(digests.length)
  for (let row = 0; row < files.length; row++) {
    const digest = digests.subarray(row * digestBytes, (row + 1) * digestBytes)
    ids.set(placedRowId(paths[files[row]!]!, digest, occurrences[row]!), row * digestBytes)
  }
  return ids
}

/** The key of a parsed partition: the parser, the records, and what their ids are made of. */
export const parseKey = (node: GraphNode, keys: NodeKeys, input: Omit<ParseInput, "bytes" | "offsets">): string => {
  const declaration = node.declaration as SourceDeclaration
  return keyOf([keys.row, contentOf(recordDigests(declaration, input)), placesOf(node, input)])
}

const decoder = (node: GraphNode) =>
  Schema.decodeUnknownResult(Schema.Struct(node.columns as never) as unknown as Schema.Codec<unknown>)

/** Parses the records that no earlier result has. A record that cannot be parsed becomes an error of its row. */
export const parseRecords = async (
  store: Store,
  node: GraphNode,
  keys: NodeKeys,
  input: ParseInput,
  reuse: RowReuse
): Promise<{ readonly outcome: ParseOutcome; readonly partition: Partition }> => {
  const declaration = node.declaration as SourceDeclaration
  const fields = fieldsOf(node.columns, node.name)
  const decode = decoder(node)
  const digests = recordDigests(declaration, input)
  const rows = input.files.length
  const { places, todo } = reuse.match(digests, rows)
  const errors: Array<RowError> = []
  const results: Array<unknown> = []
  const plain = declaration.parseBatch === undefined ? undefined : plainColumns(node.columns)
  const batch: ParsedBatch | undefined =
    plain === undefined || todo.length === 0
      ? undefined
      : declaration.parseBatch!(todo.length === rows ? input : someRecords(input, todo), plain, node.options)
  const left = batch === undefined ? todo : todo.filter((_, i) => batch.wasRead[i] === 0)
  for (const row of left) {
    // A copy: parsers of others need not take memory that threads share.
    const record = input.bytes.slice(input.offsets[row], input.offsets[row + 1])
    try {
      let parsed = declaration.parse(record, node.options, input.paths[input.files[row]!]!)
      if (parsed instanceof Promise) parsed = await parsed
      const decoded = decode(parsed)
      if (Result.isFailure(decoded)) throw new Error(`does not fit the row schema: ${oneLine(decoded.failure.message)}`)
      const wrong = misfitOf(decoded.success, fields)
      if (wrong !== undefined) throw new TypeError(wrong)
      results.push(decoded.success)
    } catch (cause) {
      errors.push({ row, message: (cause as Error).message })
      results.push(undefined)
    }
  }
  const failed = new Set(errors.map((error) => error.row))
  const { columns: computed, order } = joined(batch, columnsOf(fill(results, fields), fields, node.name), fields)
  let position = 0
  const origins = places.map<Origin>((place) => place ?? { computed: order(position++) })
  const good = Int32Array.from(Array.from({ length: rows }, (_, row) => row).filter((row) => !failed.has(row)))
  const kept = Array.from(good, (row) => origins[row]!)
  const { columns, digests: columnDigests } = await assemble(store, fields, computed, rowCount(computed), kept)
  const { key } = node.options
  const ids = typeof key === "string" ? keyedIds(node, columns[key]!) : takeDigests(placedIds(input), good)
  const sections = Object.fromEntries(Object.entries(columnDigests).map(([name, bytes]) => [`digest:${name}`, bytes]))
  const pack = store.put(
    writePack({
      input: takeDigests(digests, good),
      ids,
      good: new Uint8Array(good.buffer.slice(0, good.byteLength)),
      ...sections
    })
  )
  const block = store.put(writeParquet(columns, fields))
  const partition = Partition.fresh({ block, pack, columns, fields, digests: columnDigests }, ids, store)
  const { view } = partition
  const action: RowAction = {
    counts: { in: rows, out: good.length, dropped: 0, failed: errors.length },
    reasons: {},
    block,
    pack,
    content: view.content.columns,
    errors,
    face: { from: "", view, as: keyOf(view) }
  }
  const actionKey = parseKey(node, keys, input)
  putRows({ store, node }, actionKey, action)
  return { outcome: { action, key: actionKey, computed: todo.length }, partition }
}

/** Rows that were parsed together, with those that were parsed one by one behind them, and where each is found. */
const joined = (
  batch: ParsedBatch | undefined,
  columns: { readonly [name: string]: Column },
  fields: { readonly [name: string]: Field }
): { readonly columns: typeof columns; readonly order: (position: number) => number } => {
  if (batch === undefined) return { columns, order: (position) => position }
  const rows = batch.wasRead.length
  if (rowCount(columns) === 0) return { columns: batch.columns, order: (position) => position }
  let next = rows
  const both = Object.entries(fields).map(([name, field]) => [
    name,
    concatColumns([batch.columns[name]!, columns[name]!], field)
  ])
  return {
    columns: Object.fromEntries(both),
    order: (position) => (batch.wasRead[position] === 1 ? position : next++)
  }
}

const oneLine = (message: string): string => message.replace(/\s*\n\s*/g, " ")

/** A row that failed still needs values in its place until it is left out. */
const fill = (results: ReadonlyArray<unknown>, fields: object): ReadonlyArray<unknown> =>
  results.map((result) => result ?? Object.fromEntries(Object.keys(fields).map((name) => [name, null])))

const keyedIds = (node: GraphNode, column: Column): Uint8Array =>
  keyedRowIds(JSON.stringify(node.options["path"] ?? node.name), columnLength(column), (row) =>
    column.type === "text" && column.valid?.[row] !== 0
      ? column.bytes.subarray(column.offsets[row], column.offsets[row + 1])
      : String(valueAt(column, row))
  )
