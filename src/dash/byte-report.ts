// Bytes of text at every node: those that came in, those that went on, and those that each reason took away.
import type { PastRun } from "../lineage/past-run.ts"
import { rowsIn, type View } from "../table/view.ts"
import { type BlockTexts, bodyTexts } from "./block-texts.ts"
import { failedRow, type Judgement } from "./judgement.ts"

/** UTF-8 bytes of the columns named, over the rows of one dataset. */
export interface DatasetBytes {
  readonly columns: ReadonlyArray<string>
  readonly bytes: number
}

export interface ByteReport {
  /** Of what each node gives, parts together; absent where it has no text. */
  readonly nodes: { readonly [node: string]: DatasetBytes }
  /** Of what came in at the nodes that leave rows out: by what became of them, "" for what went on. */
  readonly reasons: {
    readonly [node: string]: DatasetBytes & { readonly by: { readonly [reason: string]: number } }
  }
}

/** Asks for the bytes at every node; the report can be made when they have been read. */
export const draftBytes = (
  past: PastRun,
  judgements: ReadonlyArray<Judgement>,
  texts: BlockTexts
): (() => ByteReport) => {
  const given = past.nodes.flatMap((node) => {
    const views = Object.keys(past.record(node).datasets).flatMap((part) => past.table(node, part).views)
    return views.length === 0 ? [] : [[node, views] as const]
  })
  for (const views of [...given.map(([, views]) => views), ...judgements.map(({ input }) => input.views)])
    for (const view of views) for (const name of bodyTexts(views)) texts.wantSizes(view, name)
  return () => ({
    nodes: Object.fromEntries(
      given.flatMap(([node, views]) => {
        const columns = bodyTexts(views)
        return columns.length === 0 ? [] : [[node, { columns, bytes: sum(sizes(texts, views, columns)) }]]
      })
    ),
    reasons: Object.fromEntries(
      judgements.flatMap(({ node, input, codes, reasons }) => {
        const columns = bodyTexts(input.views)
        if (columns.length === 0) return []
        const own = sizes(texts, input.views, columns)
        const by: Record<string, number> = {}
        for (let row = 0; row < own.length; row++) {
          const code = codes[row]!
          const name = code === 0 ? "" : code === failedRow ? "failed" : reasons[code - 1]!
          by[name] = (by[name] ?? 0) + own[row]!
        }
        return [[node, { columns, bytes: sum(own), by }]]
      })
    )
  })
}

const sizes = (texts: BlockTexts, views: ReadonlyArray<View>, columns: ReadonlyArray<string>): Float64Array => {
  const sums = new Float64Array(rowsIn(views))
  let at = 0
  for (const view of views) {
    for (const name of columns) texts.addSizes(view, name, sums, at)
    at += view.rows
  }
  return sums
}

const sum = (values: Float64Array): number => values.reduce((total, one) => total + one, 0)
