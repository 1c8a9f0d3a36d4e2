// What dedup stages share about an earlier corpus: the input, and the verdicts on groups that may reach into it.
import type { Dataset, Verdicts } from "#sluice"

export interface Against {
  /** Say an earlier corpus: rows that it has are dropped. */
  readonly against?: ReadonlyArray<Dataset<unknown>>
}

/** Groups over all tables, those of `against` first. */
export interface Grouped {
  /** Rows of `against`. */
  readonly before: number
  /** For each row the first row of its group. */
  readonly group: Int32Array
  /** For the first row of each group the row that survives. */
  readonly into: Int32Array
  readonly similarity: (row: number, survivor: number) => number
}

/**
 * Drops the rows whose group an earlier corpus has, and merges the others into the survivors of their groups. Returns how many
 * rows go.
 */
export const giveVerdicts = <Reason extends string>(
  { before, group, into, similarity }: Grouped,
  verdicts: Verdicts<Reason | "seen-before", string>,
  reason: Reason
): number => {
  let removed = 0
  for (let row = before; row < group.length; row++) {
    const survivor = into[group[row]!]!
    if (group[row]! < before || survivor !== row) removed++
    if (group[row]! < before) verdicts.drop(row - before, "seen-before")
    else if (survivor !== row) verdicts.merge(row - before, survivor - before, similarity(row, survivor), reason)
  }
  return removed
}

/** The numbers of tables end to end. */
export const numbersOf = (columns: ReadonlyArray<ArrayLike<number>>): Float64Array => {
  const all = new Float64Array(columns.reduce((sum, { length }) => sum + length, 0))
  let at = 0
  for (const column of columns) {
    all.set(column, at)
    at += column.length
  }
  return all
}

interface Identified {
  readonly rows: number
  readonly id: (row: number) => string
}

/** The id of a row, counted over tables end to end. */
export const idsOver = (tables: ReadonlyArray<Identified>): ((row: number) => string) => {
  let total = 0
  const starts = tables.map(({ rows }) => {
    total += rows
    return total - rows
  })
  return (row) => {
    const table = starts.findLastIndex((start) => start <= row)
    return tables[table]!.id(row - starts[table]!)
  }
}
