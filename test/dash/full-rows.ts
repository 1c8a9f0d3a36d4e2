// A row report as full as one can be: every list at its limit, every text and name the one given, cut as reports cut them.
import { excerpt, mostShown } from "../../src/dash/excerpt.ts"
import { histogramOf } from "../../src/dash/histogram.ts"
import type { MeasureReport } from "../../src/dash/measure-report.ts"
import { most, type RowReport } from "../../src/dash/row-report.ts"
import { wordDifference } from "../../src/dash/word-difference.ts"

const id = "0123456789abcdef0123456789abcdef"
const values = Float64Array.from({ length: 1000 }, (_, at) => at ** 2)
const difference = (await wordDifference("a b c", "a d c"))!

/** The same text wherever a row's text can stand, and its beginning as every name. */
export const fullRows = (text: string): RowReport => {
  const name = text.slice(0, 60)
  const threshold = { option: name, measure: name, value: 99.5, side: "most", reason: name } as const
  const histogram = histogramOf({ values, fate: new Uint8Array(1000), integer: false, marks: [99.5] })!
  const measure: MeasureReport = {
    node: name,
    measure: name,
    thresholds: [threshold],
    beyond: { [name]: 3 },
    histogram,
    categories: null
  }
  const category = { value: name, kept: 3, lost: 4 }
  const texts = [{ column: name, text: excerpt(text, mostShown) }]
  const row = { id, nearest: true, note: excerpt(text, 160), texts }
  const sample = { node: name, reason: name, rows: 3, threshold, dropped: [row, row, row], kept: [row, row, row] }
  const stretches = (["both", "first", "second"] as const).map((of) => ({ of, text: excerpt(text, 466) }))
  const member = {
    id,
    similarity: 0.9,
    differences: [
      { column: name, difference: { ...difference, stretches } },
      { column: name, difference: null }
    ]
  }
  const cluster = {
    survivor: id,
    texts: [{ column: name, text: excerpt(text, 360) }],
    rows: 9,
    members: [member, member]
  }
  const clusters = [cluster, cluster, cluster]
  const group = { name: text.slice(0, 80), before: 3, after: [1, 2, 3, 4] }
  const output = { name, rows: 3 }
  return {
    bytes: {
      nodes: { only: { columns: [name], bytes: 3 } },
      reasons: { only: { columns: [name], bytes: 3, by: { [name]: 3 } } }
    },
    measures: [
      ...Array.from({ length: most.measures - 1 }, () => measure),
      { ...measure, histogram: null, categories: Array.from({ length: 12 }, () => category) }
    ],
    samples: Array.from({ length: most.reasons }, () => sample),
    duplicates: Array.from({ length: most.duplicates }, () => ({
      node: name,
      reasons: [name],
      clusters: 3,
      merged: 9,
      sizes: [{ rows: "2", clusters: 3 }],
      largest: clusters,
      byLot: clusters
    })),
    mixes: (["language", "file", "host"] as const).map((of) => ({
      of,
      node: name,
      before: 9,
      outputs: [output, output, output, output],
      groups: Array.from({ length: 12 }, () => group),
      others: 3
    })),
    left: { measures: 1, reasons: 2, duplicates: 1 }
  }
}
