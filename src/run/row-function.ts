// Calls an author's row function on rows of a partition, and lays what it returns out as columns.
import type { Fields } from "../stage/declaration.ts"
import { type Batch, type Column, columnOf, columnValues, takeColumn } from "../table/column.ts"
import { type Field, fieldOf } from "../table/field.ts"
import type { RowError } from "./row-action.ts"

export type Row = { readonly [column: string]: unknown }

export const fieldsOf = (columns: Fields, where: string): { readonly [name: string]: Field } =>
  Object.fromEntries(Object.entries(columns).map(([name, schema]) => [name, fieldOf(schema, `${where}: ${name}`)]))

/** Row objects of the rows at `index`, by the names that the function's needs have. */
export const rowsAt = (columns: { readonly [need: string]: Column }, index: Int32Array): ReadonlyArray<Row> => {
  const names = Object.keys(columns)
  const values = names.map((name) => columnValues(takeColumn(columns[name]!, index)))
  return Array.from(index, (_, i) => {
    const row: Record<string, unknown> = {}
    for (let c = 0; c < names.length; c++) row[names[c]!] = values[c]![i]
    return row
  })
}

export interface Called {
  /** What the function returned, by position in `index`; undefined where it threw. */
  readonly results: ReadonlyArray<unknown>
  readonly errors: ReadonlyArray<RowError>
}

/** Calls a function on each row; one that throws becomes an error of its row and the rest goes on. */
export const callRows = (
  run: (row: Row, options: unknown) => unknown,
  rows: ReadonlyArray<Row>,
  index: Int32Array,
  options: unknown
): Called => {
  const errors: Array<RowError> = []
  const results = rows.map((row, i) => {
    try {
      return run(row, options)
    } catch (cause) {
      errors.push({ row: index[i]!, message: cause instanceof Error ? cause.message : String(cause) })
      return undefined
    }
  })
  return { results, errors }
}

/** Columns from result rows, in the order of `results`; a missing result is null. */
export const columnsOf = (
  results: ReadonlyArray<unknown>,
  fields: { readonly [name: string]: Field },
  where: string
): { readonly [name: string]: Column } =>
  Object.fromEntries(
    Object.entries(fields).map(([name, field]) => {
      try {
        return [
          name,
          columnOf(
            results.map((result) => (result as Row | undefined)?.[name]),
            field
          )
        ]
      } catch (cause) {
        throw new TypeError(`${where}: column ${name}: ${(cause as Error).message}`)
      }
    })
  )

/** The needed columns as a batch of the rows at `index`. */
export const batchAt = (columns: { readonly [need: string]: Column }, index: Int32Array, rows: number): Batch => ({
  rows: index.length,
  columns:
    index.length === rows
      ? columns
      : Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, takeColumn(column, index)]))
})

/** A column without values, in the layout of its field. */
export const emptyColumns = (fields: { readonly [name: string]: Field }): { readonly [name: string]: Column } =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, columnOf([], field)]))
