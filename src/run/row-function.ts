// Calls an author's row function on rows of a partition, and lays what it returns out as columns.
import type { Fields } from "../stage/declaration.ts"
import { type Batch, type Column, columnOf, misfit, takeColumn, valueAt } from "../table/column.ts"
import { type Field, fieldOf } from "../table/field.ts"
import { type RowError, rowError } from "./row-error.ts"

export type Row = { readonly [column: string]: unknown }

export const fieldsOf = (columns: Fields, where: string): { readonly [name: string]: Field } =>
  Object.fromEntries(Object.entries(columns).map(([name, schema]) => [name, fieldOf(schema, `${where}: ${name}`)]))

/**
 * Row objects of the rows at `index`, by the names that the function's needs have; a missing value is null, or no property.
 * Each is made when it is asked for: a text that lives for one call is not copied by collections of young objects.
 */
export class Rows {
  readonly index: Int32Array
  readonly #columns: ReadonlyArray<readonly [name: string, column: Column, absent: boolean]>

  constructor(columns: { readonly [need: string]: Column }, index: Int32Array, needs: Fields) {
    this.index = index
    this.#columns = Object.entries(columns).map(([name, column]) => [
      name,
      column,
      fieldOf(needs[name]!, name).absent === true
    ])
  }

  get length(): number {
    return this.index.length
  }

  /** The row at `index[i]`. */
  at(i: number): Row {
    const row: Record<string, unknown> = {}
    for (const [name, column, absent] of this.#columns) {
      const value = valueAt(column, this.index[i]!)
      if (value !== null || !absent) row[name] = value
    }
    return row
  }

  *[Symbol.iterator](): Generator<Row> {
    for (let i = 0; i < this.length; i++) yield this.at(i)
  }
}

export interface Called {
  /** What the function returned, by position in `index`; undefined where it threw. */
  readonly results: ReadonlyArray<unknown>
  readonly errors: ReadonlyArray<RowError>
}

/** What is wrong with the columns of a result, if anything. */
export const misfitOf = (made: unknown, fields: { readonly [name: string]: Field }): string | undefined => {
  if (typeof made !== "object" || made === null) return `gave ${made === null ? "null" : typeof made}, no columns`
  for (const [name, field] of Object.entries(fields)) {
    const value = (made as Row)[name]
    if ((value ?? null) === null && !field.nullable) return `gave no value for the column "${name}"`
    const wrong = misfit(value, field)
    if (wrong !== undefined) return `column "${name}": ${wrong}`
  }
  return undefined
}

let current = new Int32Array(1)

/** Has the row that a function is called for written to shared memory, to know it when the thread dies. */
export const watchRows = (shared: Int32Array) => {
  current = shared as Int32Array<ArrayBuffer>
}

/** Says that the function is called for a row now. */
export const nowAt = (row: number) => {
  current[0] = row
}

/** Calls a function on each row; one that throws, or gives what no column holds, fails alone and the rest goes on. */
export const callRows = (
  run: (row: Row, options: unknown) => unknown,
  rows: Rows,
  options: unknown,
  misfit: (made: unknown) => string | undefined = () => undefined
): Called => {
  const errors: Array<RowError> = []
  const results = new Array<unknown>(rows.length)
  for (let i = 0; i < rows.length; i++) {
    nowAt(rows.index[i]!)
    try {
      const made = run(rows.at(i), options)
      const wrong = misfit(made)
      if (wrong !== undefined) throw new TypeError(wrong)
      results[i] = made
    } catch (cause) {
      errors.push(rowError(rows.index[i]!, cause))
      results[i] = undefined
    }
  }
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
export const batchAt = (columns: { readonly [need: string]: Column }, index: Int32Array): Batch => ({
  rows: index.length,
  columns: Object.fromEntries(Object.entries(columns).map(([name, column]) => [name, takeColumn(column, index)]))
})

/** A column without values, in the layout of its field. */
export const emptyColumns = (fields: { readonly [name: string]: Field }): { readonly [name: string]: Column } =>
  Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, columnOf([], field)]))
