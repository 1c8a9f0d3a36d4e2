// Vectors of all rows, in signed bytes, and the cosine of two of them.
import type { BytesColumn } from "#sluice"

/** Row `r` is `values[r · dimensions .. (r + 1) · dimensions]`. */
export interface Vectors {
  readonly rows: number
  readonly dimensions: number
  readonly values: Int8Array
  /** The square of each one's length; 0 where the row has no vector. */
  readonly square: Float64Array
  /** 1 / length of each; 0 where the row has no vector. */
  readonly scale: Float64Array
}

/** Lays the prepared columns of tables end to end; a row without bytes has no vector. */
export const packVectors = (columns: ReadonlyArray<Pick<BytesColumn, "bytes" | "offsets">>): Vectors => {
  const rows = columns.reduce((sum, { offsets }) => sum + offsets.length - 1, 0)
  let dimensions = 0
  for (const { offsets } of columns)
    for (let row = 0; row + 1 < offsets.length; row++)
      dimensions = Math.max(dimensions, offsets[row + 1]! - offsets[row]!)
  const values = new Int8Array(rows * dimensions)
  const square = new Float64Array(rows)
  let at = 0
  for (const { bytes, offsets } of columns)
    for (let row = 0; row + 1 < offsets.length; row++, at++) {
      if (offsets[row + 1] === offsets[row]) continue
      values.set(bytes.subarray(offsets[row]!, offsets[row + 1]!), at * dimensions)
      square[at] = dotOf(values, at * dimensions, values, at * dimensions, dimensions)
    }
  const scale = square.map((sum) => (sum === 0 ? 0 : 1 / Math.sqrt(sum)))
  return { rows, dimensions, values, square, scale }
}

const dotOf = (a: Int8Array, from: number, b: Int8Array, to: number, dimensions: number): number => {
  let sum = 0
  for (let i = 0; i < dimensions; i++) sum += a[from + i]! * b[to + i]!
  return sum
}

/** The cosine of two rows that have vectors, 1 of equal ones: whole numbers are added up, in any order the same. */
export const cosineOf = ({ dimensions, values, square }: Vectors, a: number, b: number): number =>
  dotOf(values, a * dimensions, values, b * dimensions, dimensions) / Math.sqrt(square[a]! * square[b]!)
