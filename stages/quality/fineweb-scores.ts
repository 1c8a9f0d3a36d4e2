// Measures what quality.fineweb decides on, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import { type CutTexts, cutTexts, type WordRule } from "#sluice/text"
import { firstScores, oneText, scoreColumns } from "./score-columns.ts"

const NAMES = ["lines", "sentenceEnds", "shortLines", "repeatedText", "feedsPerWord"] as const

/** The number of lines that are not blank, and a score for each rule. */
export type FinewebScores = { readonly [K in (typeof NAMES)[number]]: number }

/** The scores of one text; a line of at most `shortLine` code points is short. */
export const finewebScores = (text: string, shortLine: number, words: WordRule): FinewebScores =>
  firstScores(finewebBatch(oneText(text), 1, shortLine, words))

/** The scores of a batch as columns. */
export const finewebBatch = (
  texts: TextColumn,
  rows: number,
  shortLine: number,
  words: WordRule
): { readonly [K in keyof FinewebScores]: Column } =>
  scoreColumns(NAMES, ["lines"], rows, { cut: cutTexts(texts, rows, words), shortLine }, score)

interface Lines {
  readonly cut: CutTexts
  readonly shortLine: number
}

const score = ({ cut, shortLine }: Lines, row: number, out: Float64Array): void => {
  cut.finewebLines(row, shortLine)
  const { scores } = cut
  for (let i = 0; i < 4; i++) out[i] = scores[i]!
  const tokens = cut.tokens(row)
  out[4] = tokens === 0 ? 0 : scores[4]! / tokens
}
