// Rows to look at for each reason: some that were dropped for it beside some that were kept, and those nearest the threshold.
import { valueAt } from "../table/column.ts"
import { type BlockTexts, bodyTexts } from "./block-texts.ts"
import { excerpt, mostShown } from "./excerpt.ts"
import { failedRow, type Judgement, rowsWith } from "./judgement.ts"
import type { Measured } from "./measure-report.ts"
import { figure } from "./number-text.ts"
import { drawn, Least, seedOf } from "./row-choice.ts"
import { standing, type Threshold } from "./threshold.ts"

export interface SampleText {
  readonly column: string
  readonly text: string
}

export interface SampleRow {
  readonly id: string
  /** Whether it is here for standing nearest to the threshold; else it was drawn by lot. */
  readonly nearest: boolean
  /** How its score stands to the threshold, or its scores, or its error. */
  readonly note: string
  readonly texts: ReadonlyArray<SampleText>
}

export interface ReasonSample {
  readonly node: string
  readonly reason: string
  readonly rows: number
  readonly threshold: Threshold | null
  readonly dropped: ReadonlyArray<SampleRow>
  readonly kept: ReadonlyArray<SampleRow>
}

/** Rows by lot of each reason and side, and columns of a row. */
const rowsByLot = 2
const columnsShown = 3
const noteShown = 160

interface Draft extends Pick<ReasonSample, "reason" | "rows" | "threshold"> {
  readonly dropped: ReadonlyArray<Chosen>
  readonly kept: ReadonlyArray<Chosen>
}

interface Chosen {
  readonly row: number
  readonly nearest: boolean
}

/** A node's samples for the reasons named, to be finished when the texts that they ask for have been read. */
export const draftSamples = (
  judged: Judgement,
  measured: Measured | undefined,
  texts: BlockTexts,
  reasons: ReadonlyArray<string>
): (() => ReadonlyArray<ReasonSample>) => {
  const { node, input } = judged
  const columns = bodyTexts(input.views).slice(-columnsShown)
  const drafts = draftsOf(judged, measured, reasons)
  const placed = (row: number) => {
    const { partition, row: own } = input.place(row)
    return [input.views[partition]!, own] as const
  }
  const wanted = drafts.flatMap(({ threshold, dropped, kept }) =>
    [...dropped, ...kept].map(({ row }) => [row, threshold] as const)
  )
  for (const [row] of wanted) for (const name of columns) texts.want(...placed(row), name)
  // The scores are not kept for as long as it takes to read the texts.
  const notes = new Map(
    wanted.map(([row, threshold]) => [`${row} ${threshold?.option}`, noteOf(judged, measured, threshold, row)])
  )
  const finish =
    (threshold: Threshold | null) =>
    (chosen: Chosen): SampleRow => ({
      id: input.id(chosen.row),
      nearest: chosen.nearest,
      note: notes.get(`${chosen.row} ${threshold?.option}`)!,
      texts: columns.flatMap((column) => {
        const text = texts.text(...placed(chosen.row), column)
        return text === null ? [] : [{ column, text: excerpt(text, Math.floor(mostShown / columns.length)) }]
      })
    })
  return () =>
    drafts.map(({ reason, rows, threshold, dropped, kept }) => ({
      node,
      reason,
      rows,
      threshold,
      dropped: dropped.map(finish(threshold)),
      kept: kept.map(finish(threshold))
    }))
}

const draftsOf = (
  judged: Judgement,
  measured: Measured | undefined,
  reasons: ReadonlyArray<string>
): ReadonlyArray<Draft> => {
  const kept = keptByLot(judged, reasons.length * rowsByLot)
  return reasons.map((reason, at): Draft => {
    const code = reason === "failed" ? failedRow : judged.reasons.indexOf(reason) + 1
    const threshold = measured?.thresholds.find((one) => one.reason === reason) ?? null
    const byLot = kept.slice(at * rowsByLot, (at + 1) * rowsByLot)
    return {
      reason,
      rows: rowsWith(judged, code),
      threshold,
      dropped: sides(judged, measured, threshold, code, lots(judged, code, seedOf(reason), rowsByLot)),
      kept: sides(judged, measured, threshold, 0, byLot)
    }
  })
}

/** Rows by lot, and after them the one that stands nearest to the threshold. */
const sides = (
  judged: Judgement,
  measured: Measured | undefined,
  threshold: Threshold | null,
  code: number,
  byLot: ReadonlyArray<number>
): ReadonlyArray<Chosen> => {
  const chosen = byLot.map((row): Chosen => ({ row, nearest: false }))
  const values = threshold === null ? undefined : measured!.numbers.get(threshold.measure)
  if (values === undefined) return chosen
  const nearest = new Least(1)
  const taken = new Set(byLot)
  for (let row = 0; row < values.length; row++)
    if (judged.codes[row] === code && !taken.has(row)) nearest.offer(Math.abs(values[row]! - threshold!.value), row)
  return [...chosen, ...nearest.rows.map((row): Chosen => ({ row, nearest: true }))]
}

const lots = ({ codes, input }: Judgement, code: number, seed: number, most: number): ReadonlyArray<number> => {
  const least = new Least(most)
  for (let row = 0; row < codes.length; row++) if (codes[row] === code) least.offer(drawn(input.lot(row), seed), row)
  return least.rows
}

/** Kept rows, others for every reason. */
const keptByLot = (judged: Judgement, most: number): ReadonlyArray<number> => lots(judged, 0, seedOf(judged.node), most)

/** Scores told of a row that no threshold explains. */
const scoresTold = 4

const noteOf = (
  { errors, codes }: Judgement,
  measured: Measured | undefined,
  threshold: Threshold | null,
  row: number
): string => {
  if (codes[row] === failedRow) return excerpt(errors.get(row) ?? "", noteShown)
  if (measured === undefined) return ""
  if (threshold !== null) return standing(threshold, measured.numbers.get(threshold.measure)![row]!)
  if (measured.columns.size > scoresTold) return ""
  const scores = [...measured.columns].map(([name, { column }]) => {
    const value = valueAt(column, row)
    return `${name} ${typeof value === "number" ? figure(value) : JSON.stringify(value)}`
  })
  return excerpt(scores.join(", "), noteShown)
}
