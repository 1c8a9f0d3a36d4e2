// Scores of the texts of a batch as columns of numbers: what the filters that measure UTF-8 bytes have in common.
import type { Column, TextColumn } from "#sluice"

/** A text by itself as a column of one row. */
export const oneText = (text: string): TextColumn => {
  const bytes = Buffer.from(text, "utf8")
  return { type: "text", offsets: Int32Array.of(0, bytes.length), bytes, valid: undefined }
}

/** The scores of the first row by name. */
export const firstScores = <Name extends string>(
  columns: { readonly [K in Name]: Column }
): {
  readonly [K in Name]: number
} =>
  Object.fromEntries(
    Object.entries<Column>(columns).map(([name, column]) => [name, (column as { values: Float64Array }).values[0]])
  ) as never

/**
 * One column a name, from what `score` writes to `out` for a row, in the order of the names. It gets the texts it measures,
 * rather than keep them: what is made for each batch is compiled anew.
 */
export const scoreColumns = <Name extends string, Texts>(
  names: ReadonlyArray<Name>,
  integers: ReadonlyArray<Name>,
  rows: number,
  texts: Texts,
  score: (texts: Texts, row: number, out: Float64Array) => void
): { readonly [K in Name]: Column } => {
  const out = new Float64Array(names.length)
  const columns = names.map(() => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    score(texts, row, out)
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
