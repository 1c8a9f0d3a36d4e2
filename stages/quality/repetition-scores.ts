// Measures what quality.gopherRepetition decides on, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import { type CutTexts, cutTexts, type WordRule } from "#sluice/text"
import { firstScores, oneText, scoreColumns } from "./score-columns.ts"

/** In the order in which the text kernel gives them. */
const NAMES = [
  "paragraphs",
  "paragraphText",
  "lines",
  "lineText",
  "top2",
  "top3",
  "top4",
  "repeated5",
  "repeated6",
  "repeated7",
  "repeated8",
  "repeated9",
  "repeated10"
] as const

/** One score a rule, each a share in [0, 1]; shares of text are of its code points. */
export type RepetitionScores = { readonly [K in (typeof NAMES)[number]]: number }

/** The scores of one text. */
export const repetitionScores = (text: string, words: WordRule): RepetitionScores =>
  firstScores(repetitionBatch(oneText(text), 1, words))

/** The scores of a batch as columns. */
export const repetitionBatch = (
  texts: TextColumn,
  rows: number,
  words: WordRule
): { readonly [K in keyof RepetitionScores]: Column } =>
  scoreColumns(NAMES, [], rows, cutTexts(texts, rows, words), score)

const score = (cut: CutTexts, row: number, out: Float64Array): void => {
  cut.repetition(row)
  const { scores } = cut
  for (let i = 0; i < NAMES.length; i++) out[i] = scores[i]!
}
