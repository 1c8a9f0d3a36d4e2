// The scores that a filter measured, read back from its Parquet blocks without the stage that declared them.
import type { RowRefs } from "../run/node-record.ts"
import type { RowAction } from "../run/row-action.ts"
import { ownRows } from "../run/taken.ts"
import { parquetRows } from "./parquet-rows.ts"
import type { PastRun } from "./past-run.ts"

export type Scores = { readonly [measure: string]: unknown }

/** The scores of every row a filter saw, in order; undefined where it measures nothing. */
export const readScores = async (past: PastRun, node: string): Promise<ReadonlyArray<Scores> | undefined> => {
  if (past.record(node).kind !== "filter") return undefined
  const all: Array<Scores> = []
  for (const { action: key } of past.refs<RowRefs>(node).partitions) {
    const action = past.action<RowAction>(node, key)
    if (action.block === undefined) return undefined
    const rows = await parquetRows(past.store.get(action.block))
    const own = ownRows(action)
    for (const row of own === undefined ? rows : Array.from(own, (at) => rows[at]!)) all.push(row)
  }
  return all
}
