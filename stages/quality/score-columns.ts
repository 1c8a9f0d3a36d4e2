// Scores of the texts of a batch as columns of numbers: what the filters that measure UTF-8 bytes have in common.
import type { Column, TextColumn } from "#sluice"

/** Bytes of the longest text: what working memory must hold. */
export const longestText = ({ offsets }: TextColumn, rows: number): number => {
  let longest = 0
  for (let row = 0; row < rows; row++) longest = Math.max(longest, offsets[row + 1]! - offsets[row]!)
  return longest
}

/** One column a name, from what `score` writes to `out` for the text `bytes[from .. to]`, in the order of the names. */
export const scoreColumns = <Name extends string>(
  names: ReadonlyArray<Name>,
  integers: ReadonlyArray<Name>,
  { offsets }: TextColumn,
  rows: number,
  score: (from: number, to: number, out: Float64Array) => void
): { readonly [K in Name]: Column } => {
  const out = new Float64Array(names.length)
  const columns = names.map(() => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    score(offsets[row]!, offsets[row + 1]!, out)
    for (let i = 0; i < names.length; i++) columns[i]![row] = out[i]!
  }
  const column = (name: Name, i: number): Column => ({
    type: "number",
    integer: integers.includes(name),
    values: columns[i]!,
    valid: undefined
  })
  return Object.fromEntries(names.map((name, i) => [name, column(name, i)])) as never
}
