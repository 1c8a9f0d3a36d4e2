// The measures of a filter over all rows it met: histograms of numbers with their thresholds, counts of texts.
import type { PastRun } from "../lineage/past-run.ts"
import { readScoreColumns, type ScoreColumn, scoreNumbers } from "../lineage/score-columns.ts"
import { columnLength, valueAt } from "../table/column.ts"
import { fates, type Histogram, histogramOf } from "./histogram.ts"
import type { Judgement } from "./judgement.ts"
import { edgeOf, findThresholds, type Threshold } from "./threshold.ts"

/** Rows of one value of a text or flag. */
export interface Category {
  /** Null for what the named values leave over. */
  readonly value: string | null
  readonly kept: number
  readonly lost: number
}

export interface MeasureReport {
  readonly node: string
  readonly measure: string
  readonly thresholds: ReadonlyArray<Threshold>
  /** Rows beyond a threshold whether or not another reason came first, by option. */
  readonly beyond: { readonly [option: string]: number }
  readonly histogram: Histogram | null
  /** The most frequent values, where the measure is no number. */
  readonly categories: ReadonlyArray<Category> | null
}

export interface Measured {
  readonly reports: ReadonlyArray<MeasureReport>
  readonly columns: ReadonlyMap<string, ScoreColumn>
  readonly numbers: ReadonlyMap<string, Float64Array>
  readonly thresholds: ReadonlyArray<Threshold>
}

/** Values of a text that are named. */
const categoriesNamed = 11

/** The measures of a filter; undefined where it measures nothing. */
export const readMeasures = async (past: PastRun, node: string, judged: Judgement): Promise<Measured | undefined> => {
  const columns = await readScoreColumns(past, node)
  if (columns === undefined) return undefined
  const numbers = new Map(
    [...columns].flatMap(([name, score]) =>
      score.field.type === "number" ? [[name, scoreNumbers(score)] as const] : []
    )
  )
  const { codes, reasons } = judged
  const { options } = past.record(node).ingredients
  const thresholds = findThresholds({ options, measures: numbers, codes, reasons })
  const reports = [...columns].map(([measure, score]): MeasureReport => {
    const own = thresholds.filter((one) => one.measure === measure)
    const values = numbers.get(measure)
    return {
      node,
      measure,
      thresholds: own,
      beyond: Object.fromEntries(own.map((one) => [one.option, rowsBeyond(values!, one)])),
      histogram: values === undefined ? null : drawn(values, score.field.integer, own, judged),
      categories: values === undefined ? categoriesOf(score, codes) : null
    }
  })
  return { reports, columns, numbers, thresholds }
}

const rowsBeyond = (values: Float64Array, { value, side }: Threshold): number => {
  let rows = 0
  for (const one of values) if (side === "least" ? one < value : one > value) rows++
  return rows
}

const drawn = (
  values: Float64Array,
  integer: boolean,
  thresholds: ReadonlyArray<Threshold>,
  { codes, reasons }: Judgement
): Histogram | null => {
  const own = new Set(thresholds.flatMap(({ reason }) => (reason === null ? [] : [reasons.indexOf(reason) + 1])))
  const fate = Uint8Array.from(codes, (code) => (code === 0 ? fates.kept : own.has(code) ? fates.own : fates.other))
  const marks = thresholds.map((one) => edgeOf(one, integer))
  const closed = thresholds[0]?.side === "most" ? "right" : "left"
  return histogramOf({ values, fate, integer, marks, closed }) ?? null
}

const categoriesOf = ({ column }: ScoreColumn, codes: Uint16Array): ReadonlyArray<Category> => {
  const counts = new Map<string, { kept: number; lost: number }>()
  const rows = columnLength(column)
  for (let row = 0; row < rows; row++) {
    const value = String(valueAt(column, row) ?? "")
    let known = counts.get(value)
    if (known === undefined) {
      known = { kept: 0, lost: 0 }
      counts.set(value, known)
    }
    if (codes[row] === 0) known.kept++
    else known.lost++
  }
  const sorted = [...counts].sort((a, b) => b[1].kept + b[1].lost - a[1].kept - a[1].lost || (a[0] < b[0] ? -1 : 1))
  const rest = sorted.slice(categoriesNamed)
  const named = sorted
    .slice(0, categoriesNamed)
    .map(([value, { kept, lost }]): Category => ({ value: value.slice(0, 60), kept, lost }))
  if (rest.length === 0) return named
  const sum = (of: "kept" | "lost") => rest.reduce((total, [, counted]) => total + counted[of], 0)
  return [...named, { value: null, kept: sum("kept"), lost: sum("lost") }]
}
