// The scores that a filter measured, read back from its Parquet blocks without the stage that declared them.
import { zstdDecompressSync } from "node:zlib"
import { parquetReadObjects } from "hyparquet"
import type { RowRefs } from "../run/node-record.ts"
import type { RowAction } from "../run/row-action.ts"
import { ownRows } from "../run/taken.ts"
import type { PastRun } from "./past-run.ts"

export type Scores = { readonly [measure: string]: unknown }

/** The scores of every row a filter saw, in order; undefined where it measures nothing. */
export const readScores = async (past: PastRun, node: string): Promise<ReadonlyArray<Scores> | undefined> => {
  if (past.record(node).kind !== "filter") return undefined
  const all: Array<Scores> = []
  for (const { action: key } of past.refs<RowRefs>(node).partitions) {
    const action = past.action<RowAction>(node, key)
    if (action.block === undefined) return undefined
    const bytes = past.store.get(action.block)
    const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer
    const rows = await parquetReadObjects({ file, compressors: { ZSTD: (raw) => zstdDecompressSync(raw) } })
    const own = ownRows(action)
    for (const row of own === undefined ? rows : Array.from(own, (at) => rows[at]!))
      all.push(Object.fromEntries(Object.entries(row).map(([name, value]) => [name, plain(value)])))
  }
  return all
}

const plain = (value: unknown): unknown => (typeof value === "bigint" ? Number(value) : value)
