// The file that each row of a source comes from, as a number a row.
import type { SourceRefs } from "../run/node-record.ts"
import type { RowAction } from "../run/row-action.ts"
import { int32Of, readPack } from "../table/pack.ts"
import type { PastRun } from "./past-run.ts"

export interface SourceFiles {
  readonly paths: ReadonlyArray<string>
  /** Per row of the source's dataset, its place in `paths`. */
  readonly file: Int32Array
}

export const readSourceFiles = (past: PastRun, source: string): SourceFiles => {
  const refs = past.refs<SourceRefs>(source)
  const file = new Int32Array(past.table(source).rows)
  let row = 0
  refs.partitions.forEach(({ action: key }, partition) => {
    const records = int32Of(readPack(past.store.get(refs.places[partition]!)).file!)
    const { good } = readPack(past.store.get(past.action<RowAction>(source, key).pack))
    for (const record of int32Of(good!)) file[row++] = records[record]!
  })
  return { paths: refs.files.map(({ path }) => path), file }
}
