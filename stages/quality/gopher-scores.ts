// Measures what quality.gopher decides on, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import { type CutTexts, cutTexts, type WordRule } from "#sluice/text"
import { firstScores, oneText, scoreColumns } from "./score-columns.ts"

const NAMES = [
  "words",
  "meanWordLength",
  "hashShare",
  "ellipsisShare",
  "bulletLines",
  "ellipsisLines",
  "alphabeticShare",
  "stopWords"
] as const

/** One score a rule; shares are in [0, 1] for lines, and per token for marks. */
export type GopherScores = { readonly [K in (typeof NAMES)[number]]: number }

/** The scores of one text. */
export const gopherScores = (text: string, words: WordRule): GopherScores =>
  firstScores(gopherBatch(oneText(text), 1, words))

/** The scores of a batch as columns. */
export const gopherBatch = (
  texts: TextColumn,
  rows: number,
  words: WordRule
): { readonly [K in keyof GopherScores]: Column } =>
  scoreColumns(NAMES, ["words", "stopWords"], rows, cutTexts(texts, rows, words), score)

const score = (cut: CutTexts, row: number, out: Float64Array): void => {
  cut.gopherLines(row)
  const [lines, bullets, ellipsisLines, hashes, ellipses] = cut.scores as unknown as Quintuple
  out[0] = cut.words(row)
  out[1] = ratio(cut.wordPoints(row), out[0])
  out[2] = ratio(hashes, cut.tokens(row))
  out[3] = ratio(ellipses, cut.tokens(row))
  out[4] = ratio(bullets, lines)
  out[5] = ratio(ellipsisLines, lines)
  out[6] = ratio(cut.wordsWithLetter(row), cut.tokens(row))
  out[7] = cut.stopWords(row)
}

type Quintuple = readonly [number, number, number, number, number]

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
