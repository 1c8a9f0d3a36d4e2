// quality.gopherRepetition: drops text that repeats itself, by Gopher's repetition rules with datatrove's definitions.
import * as Schema from "effect/Schema"
import { keep, opt, Stage, type TextColumn } from "#sluice"
import { ngramOptions, ngramReason, ngramReasons } from "./ngram-rules.ts"
import { repetitionBatch, repetitionScores } from "./repetition-scores.ts"
import { Words } from "./words.ts"

/**
 * Drops text in which paragraphs, lines or word n-grams recur (Rae et al. 2021, appendix A1.1, table A1), as datatrove 0.10
 * defines them: a duplicate is every occurrence after the first; for n = 2 to 4 the most frequent n-gram's share of the
 * characters counts, for n = 5 to 10 the share of characters in n-grams seen before. `words`
 * says what a token is: spaCy's, as datatrove has them, or cut by a plainer rule that drops other documents.
 * About 8 ms a megabyte where `quality.gopher` stands right before it and has cut the words, twice that alone.
 *
 * @example
 * import { quality } from "#stages"
 * const prose = "The north gate opens at dawn, and the boats that waited below the weir are let up one by one "
 * const text = `${prose}until the basin is full or the keeper goes to lunch.`
 * rows({ page: 1, text }, { page: 2, text: "Buy now!\nBuy now!\nBuy now!" }).pipe(quality.gopherRepetition())
 * // → { page: 1, … }
 * // dropped: 1 repeated-lines
 */
export const gopherRepetition = Stage.filter({
  name: "quality.gopherRepetition",
  needs: { text: Schema.String },
  measures: {
    paragraphs: Schema.Finite,
    paragraphText: Schema.Finite,
    lines: Schema.Finite,
    lineText: Schema.Finite,
    top2: Schema.Finite,
    top3: Schema.Finite,
    top4: Schema.Finite,
    repeated5: Schema.Finite,
    repeated6: Schema.Finite,
    repeated7: Schema.Finite,
    repeated8: Schema.Finite,
    repeated9: Schema.Finite,
    repeated10: Schema.Finite
  },
  measureOptions: { words: opt(Words, "spacy") },
  measure: ({ text }, { words }) => repetitionScores(text, words),
  measureBatch: ({ rows, columns }, { words }) => ({
    rows,
    columns: repetitionBatch(columns.text as TextColumn, rows, words)
  }),
  options: {
    maxParagraphs: opt(Schema.Finite, 0.3),
    maxParagraphText: opt(Schema.Finite, 0.2),
    maxLines: opt(Schema.Finite, 0.3),
    maxLineText: opt(Schema.Finite, 0.2),
    ...ngramOptions
  },
  reasons: ["repeated-paragraphs", "repeated-paragraph-text", "repeated-lines", "repeated-line-text", ...ngramReasons],
  decide: (m, options) => {
    if (m.paragraphs > options.maxParagraphs) return "repeated-paragraphs"
    if (m.paragraphText > options.maxParagraphText) return "repeated-paragraph-text"
    if (m.lines > options.maxLines) return "repeated-lines"
    if (m.lineText > options.maxLineText) return "repeated-line-text"
    return ngramReason(m, options) ?? keep
  }
})
