// A filter's stored scores as columns, each end to end over all rows the filter met: for figures over many rows.
import type { RowRefs } from "../run/node-record.ts"
import type { RowAction } from "../run/row-action.ts"
import { type Column, concatColumns } from "../table/column.ts"
import type { Field } from "../table/field.ts"
import { parquetFields, readParquet } from "../table/parquet.ts"
import type { PastRun } from "./past-run.ts"

export interface ScoreColumn {
  readonly field: Field
  readonly column: Column
}

/** The scores by measure, rows in the order in which the filter met them; undefined where it measures nothing. */
export const readScoreColumns = async (
  past: PastRun,
  node: string
): Promise<ReadonlyMap<string, ScoreColumn> | undefined> => {
  if (past.record(node).kind !== "filter") return undefined
  const fields = new Map<string, Field>()
  const parts: Array<{ readonly [measure: string]: Column }> = []
  for (const { action: key } of past.refs<RowRefs>(node).partitions) {
    const { block } = past.action<RowAction>(node, key)
    if (block === undefined) return undefined
    const bytes = past.store.get(block)
    const own = parquetFields(bytes)
    for (const [name, field] of Object.entries(own)) fields.set(name, field)
    parts.push(await readParquet(bytes, own))
  }
  return new Map(
    [...fields].map(([name, field]) => [
      name,
      {
        field,
        column: concatColumns(
          parts.map((part) => part[name]!),
          field
        )
      }
    ])
  )
}

/** A measure's numbers, NaN where a row has none. */
export const scoreNumbers = ({ column }: ScoreColumn): Float64Array => {
  if (column.type !== "number") return new Float64Array(0)
  const { values, valid } = column
  return valid === undefined ? values : values.map((value, row) => (valid[row] === 1 ? value : Number.NaN))
}
