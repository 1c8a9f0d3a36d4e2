// Columns in memory: building them from values, reading values back, and taking rows by index without row objects.
import type { BytesColumn, Column, FlagColumn, NestedColumn, NumberColumn, TextColumn } from "../stage/batch.ts"
import type { Field } from "./field.ts"
import { isInOrder, takeBytes } from "./take.ts"

export type { Batch, Column } from "../stage/batch.ts"

const encoder = new TextEncoder()
const decoder = new TextDecoder("utf-8", { ignoreBOM: true })

/** Lays values out as a column; `null` and `undefined` are null. Throws a TypeError where a value does not fit the field. */
export const columnOf = (values: ArrayLike<unknown>, field: Field): Column => {
  const n = values.length
  if (field.type === "nested") return { type: "nested", values: Array.from(values, settled) }
  const valid = validity(values)
  if (field.type === "number") return { type: "number", integer: field.integer, values: numbers(values, field), valid }
  if (field.type === "flag") {
    const flags = new Uint8Array(n)
    for (let i = 0; i < n; i++) {
      const value = values[i] ?? false
      if (typeof value !== "boolean") throw new TypeError(`expected a boolean, got ${typeof value}`)
      flags[i] = value ? 1 : 0
    }
    return { type: "flag", values: flags, valid }
  }
  if (field.type === "text") return { type: "text", ...encoded(values), valid }
  const parts: Array<Uint8Array> = new Array(n)
  for (let i = 0; i < n; i++) parts[i] = bytesOf(values[i], field.type)
  return { ...joinBytes(parts), type: field.type, valid }
}

/** Texts encoded one after another into one buffer of their size. */
const encoded = (values: ArrayLike<unknown>): { offsets: Int32Array; bytes: Uint8Array } => {
  const offsets = new Int32Array(values.length + 1)
  for (let i = 0; i < values.length; i++) offsets[i + 1] = offsets[i]! + encodedLength(values[i])
  const bytes = new Uint8Array(offsets[values.length]!)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (typeof value === "string") encoder.encodeInto(value, bytes.subarray(offsets[i]))
    else if (value instanceof Uint8Array) bytes.set(value, offsets[i])
  }
  return { offsets, bytes }
}

const encodedLength = (value: unknown): number => {
  if (value === null || value === undefined) return 0
  if (typeof value === "string") return Buffer.byteLength(value)
  return bytesOf(value, "text").length
}

/**
 * A nested value as it will be read back: plain JSON, else a later run would see another value than this one. It is
 * frozen, for rows of one partition share it with every function that reads the column.
 */
const settled = (value: unknown): unknown => {
  if (value === null || value === undefined) return null
  if (typeof value === "string" || typeof value === "boolean") return value
  if (typeof value === "number" && Number.isFinite(value)) return value
  if (typeof value !== "object") throw new TypeError(`expected JSON, got ${String(value)} (${typeof value})`)
  const prototype: unknown = Object.getPrototypeOf(value)
  if (!Array.isArray(value) && prototype !== Object.prototype && prototype !== null)
    throw new TypeError(`expected JSON, got a ${value.constructor.name}`)
  for (const inner of Object.values(value)) settled(inner)
  return Object.freeze(value)
}

const bytesOf = (value: unknown, type: "text" | "bytes"): Uint8Array => {
  if (value === null || value === undefined) return empty
  if (type === "text" && typeof value === "string") return encoder.encode(value)
  if (value instanceof Uint8Array) return value
  throw new TypeError(`expected ${type}, got ${typeof value}`)
}

const numbers = (values: ArrayLike<unknown>, field: Field): Float64Array => {
  const out = new Float64Array(values.length)
  for (let i = 0; i < values.length; i++) {
    const value = values[i]
    if (value === null || value === undefined) continue
    const number = typeof value === "bigint" ? Number(value) : value
    if (typeof number !== "number" || !Number.isFinite(number))
      throw new TypeError(`expected a finite number, got ${value}`)
    if (field.integer && !Number.isSafeInteger(number))
      throw new TypeError(`expected an integer within ±2^53, got ${value}`)
    out[i] = number + 0
  }
  return out
}

const validity = (values: ArrayLike<unknown>): Uint8Array | undefined => {
  let valid: Uint8Array | undefined
  for (let i = 0; i < values.length; i++) {
    if (values[i] !== null && values[i] !== undefined) continue
    valid ??= new Uint8Array(values.length).fill(1)
    valid[i] = 0
  }
  return valid
}

const empty = new Uint8Array(0)

/** What keeps a value out of a column of a field, as `columnOf` would say it; null fits every column. */
export const misfit = (value: unknown, field: Field): string | undefined => {
  if (value === null || value === undefined) return undefined
  if (field.type === "text" && typeof value === "string") return undefined
  try {
    columnOf([value], field)
  } catch (cause) {
    return (cause as Error).message
  }
  return undefined
}

/** Concatenates byte strings into one buffer with offsets. */
export const joinBytes = (parts: ReadonlyArray<Uint8Array>): { offsets: Int32Array; bytes: Uint8Array } => {
  const offsets = new Int32Array(parts.length + 1)
  let total = 0
  for (let i = 0; i < parts.length; i++) {
    total += parts[i]!.length
    offsets[i + 1] = total
  }
  const bytes = new Uint8Array(total)
  for (let i = 0; i < parts.length; i++) bytes.set(parts[i]!, offsets[i]!)
  return { offsets, bytes }
}

export const columnLength = (column: Column): number =>
  column.type === "text" || column.type === "bytes" ? column.offsets.length - 1 : column.values.length

/** The value of a row: string, Uint8Array, number, boolean, a JSON value, or null. */
export const valueAt = (column: Column, row: number): unknown => {
  if (column.type === "nested") return column.values[row] ?? null
  if (column.valid !== undefined && column.valid[row] === 0) return null
  switch (column.type) {
    case "text":
      return decoder.decode(column.bytes.subarray(column.offsets[row], column.offsets[row + 1]))
    case "bytes":
      return column.bytes.slice(column.offsets[row], column.offsets[row + 1])
    case "number":
      return column.values[row]
    case "flag":
      return column.values[row] === 1
  }
}

/** All values as an array that can be indexed: typed arrays stay as they are where there are no nulls. */
export const columnValues = (column: Column): ArrayLike<unknown> => {
  if (column.type === "nested" || (column.type === "number" && column.valid === undefined)) return column.values
  const rows = columnLength(column)
  const out = new Array<unknown>(rows)
  for (let row = 0; row < rows; row++) out[row] = valueAt(column, row)
  return out
}

/** The rows at `index`, in that order; the column itself where these are all of its rows as they stand. */
export const takeColumn = (column: Column, index: Int32Array): Column => {
  const n = index.length
  if (n === columnLength(column) && isInOrder(index)) return column
  if (column.type === "nested") return { type: "nested", values: Array.from(index, (row) => column.values[row]) }
  const valid = column.valid && takeBytes(column.valid, index)
  if (column.type === "number") {
    const values = new Float64Array(n)
    for (let i = 0; i < n; i++) values[i] = column.values[index[i]!]!
    return { ...column, values, valid }
  }
  if (column.type === "flag") return { ...column, values: takeBytes(column.values, index), valid }
  const offsets = new Int32Array(n + 1)
  for (let i = 0; i < n; i++) offsets[i + 1] = offsets[i]! + column.offsets[index[i]! + 1]! - column.offsets[index[i]!]!
  const bytes = new Uint8Array(offsets[n]!)
  // Rows that follow one another are copied together.
  for (let from = 0, to = 0; from < n; from = to) {
    const first = index[from]!
    for (to = from + 1; to < n && index[to] === first + to - from; ) to++
    bytes.set(column.bytes.subarray(column.offsets[first], column.offsets[first + to - from]), offsets[from])
  }
  return { ...column, offsets, bytes, valid }
}

/** Columns of one field, end to end. */
export const concatColumns = (columns: ReadonlyArray<Column>, field: Field): Column => {
  if (columns.length === 1) return columns[0]!
  if (field.type === "nested")
    return { type: "nested", values: columns.flatMap((column) => (column as NestedColumn).values) }
  const rows = columns.reduce((sum, column) => sum + columnLength(column), 0)
  const valid = concatValid(columns, rows)
  if (field.type === "number" || field.type === "flag") {
    const values = field.type === "number" ? new Float64Array(rows) : new Uint8Array(rows)
    let at = 0
    for (const column of columns as ReadonlyArray<NumberColumn | FlagColumn>) {
      values.set(column.values, at)
      at += column.values.length
    }
    return { type: field.type, integer: field.integer, values, valid } as Column
  }
  const offsets = new Int32Array(rows + 1)
  const bytes = new Uint8Array(byteLength(columns as ReadonlyArray<TextColumn | BytesColumn>))
  let [row, end] = [0, 0]
  for (const column of columns as ReadonlyArray<TextColumn | BytesColumn>) {
    for (let i = 1; i < column.offsets.length; i++) offsets[++row] = end + column.offsets[i]!
    bytes.set(column.bytes, end)
    end += column.bytes.length
  }
  return { type: field.type, offsets, bytes, valid }
}

const byteLength = (columns: ReadonlyArray<TextColumn | BytesColumn>): number => {
  const total = columns.reduce((sum, { bytes }) => sum + bytes.length, 0)
  if (total >= 2 ** 31) throw new RangeError(`${total} bytes in one column; 2^31 is the most`)
  return total
}

const concatValid = (columns: ReadonlyArray<Column>, rows: number): Uint8Array | undefined => {
  if (columns.every((column) => column.type === "nested" || column.valid === undefined)) return undefined
  const valid = new Uint8Array(rows).fill(1)
  let at = 0
  for (const column of columns) {
    if (column.type !== "nested" && column.valid !== undefined) valid.set(column.valid, at)
    at += columnLength(column)
  }
  return valid
}
