// A stage's declaration as tests call it: its functions, with rows and options as plain objects.
import type { Batch } from "#sluice"
import { columnOf } from "#src/table/column.ts"
import { columnDigests } from "#src/table/digest.ts"
import { firstRows } from "#src/table/digest-map.ts"

type Plain = { readonly [name: string]: unknown }

export interface Filter {
  readonly options: Plain
  readonly measureOptions: Plain
  readonly measures?: Plain
  readonly reasons: ReadonlyArray<string>
  readonly measure: (row: Plain, options: Plain) => Plain
  readonly measureBatch?: (batch: Batch, options: Plain) => Batch
  readonly decide: (input: Plain, options: Plain) => string
}

export interface Select {
  readonly inputs?: Plain
  readonly options: Plain
  readonly reasons: ReadonlyArray<string>
  readonly prepare: (row: Plain, options: Plain) => Plain
  readonly prepareBatch?: (batch: Batch, options: Plain) => Batch
  readonly resolve: (tables: Plain, options: Plain, verdicts: object) => void | Promise<void>
}

export interface Apply {
  readonly reasons: ReadonlyArray<string>
  readonly apply: (row: Plain, options: Plain) => unknown
}

export interface Source {
  readonly list: (options: Plain) => string | ReadonlyArray<string>
  readonly frame: (bytes: Uint8Array, options: Plain, path: string) => unknown
  /** Those whose stage waits for a library give a promise. */
  readonly parse: (record: Uint8Array, options: Plain, path: string) => Plain
}

/** The defaults of declared options. */
export const decodedDefaults = (options: Plain): Plain =>
  Object.fromEntries(Object.entries(options).map(([name, spec]) => [name, (spec as { fallback: unknown }).fallback]))

/** One line a verdict, in the order given. */
export interface Recorded {
  readonly row: number
  readonly into?: number
  readonly similarity?: number
  readonly reason: string
}

/** Runs a select over prepared rows and returns its verdicts, by row. */
export const resolved = (
  select: Select,
  rows: ReadonlyArray<Plain>,
  options: Plain,
  others: { readonly [input: string]: ReadonlyArray<ReadonlyArray<Plain>> } = {},
  warn: (text: string) => void = () => undefined
): ReadonlyArray<Recorded> => {
  const recorded: Array<Recorded> = []
  resolve(select, rows, options, others, { warn, recorded })
  return recorded.sort((a, b) => a.row - b.row)
}

/** The same of a select that waits for a model. */
export const resolvedLater = async (...given: Parameters<typeof resolved>): Promise<ReadonlyArray<Recorded>> => {
  const [select, rows, options, others = {}, warn = () => undefined] = given
  const recorded: Array<Recorded> = []
  await resolve(select, rows, options, others, { warn, recorded })
  return recorded.sort((a, b) => a.row - b.row)
}

const resolve = (
  select: Select,
  rows: ReadonlyArray<Plain>,
  options: Plain,
  others: { readonly [input: string]: ReadonlyArray<ReadonlyArray<Plain>> },
  { warn, recorded }: { readonly warn: (text: string) => void; readonly recorded: Array<Recorded> }
): void | Promise<void> => {
  const verdicts = {
    warn,
    drop: (row: number, reason: string) => recorded.push({ row, reason }),
    merge: (row: number, into: number, similarity: number, reason: string) =>
      recorded.push({ row, into, similarity, reason })
  }
  const absent = Object.fromEntries(Object.keys(select.inputs ?? {}).map((name) => [name, []]))
  const given = Object.fromEntries(Object.entries(others).map(([name, tables]) => [name, tables.map(tableOf)]))
  return select.resolve({ rows: tableOf(rows), ...absent, ...given }, options, verdicts)
}

export const tableOf = (rows: ReadonlyArray<Plain>) => ({
  rows: rows.length,
  columns: Object.fromEntries(Object.keys(rows[0] ?? {}).map((name) => [name, rows.map((row) => row[name])])),
  column: (name: string) => bytesColumn(rows, name),
  digests: (name: string) => columnDigests(bytesColumn(rows, name)),
  first: (name: string, before: ReadonlyArray<{ readonly digests: (name: string) => Uint8Array }> = []) => {
    const earlier = before.map((table) => table.digests(name))
    const skipped = earlier.reduce((sum, { length }) => sum + length / 16, 0)
    return firstRows(Buffer.concat([...earlier, columnDigests(bytesColumn(rows, name))])).subarray(skipped)
  },
  id: (row: number) => row.toString(16).padStart(32, "0")
})

const bytesColumn = (rows: ReadonlyArray<Plain>, name: string) =>
  columnOf(
    rows.map((row) => row[name]),
    { type: "bytes", nullable: false, integer: false }
  )
