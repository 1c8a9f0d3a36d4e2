// quality.fineweb: the quality filter that FineWeb added to Gopher's and C4's, with datatrove's definitions and defaults.
import * as Schema from "effect/Schema"
import { keep, opt, Stage, type TextColumn } from "#sluice"
import { finewebBatch, finewebScores } from "./fineweb-scores.ts"
import { Words } from "./words.ts"

/**
 * Drops text that is lists, menus or copies of one line, by the rules of FineWeb (Penedo et al. 2024, section 3.6) as
 * datatrove 0.10 defines them: lines that end a sentence, lines of at most `shortLine` characters, characters in lines seen
 * before, line feeds for each token. Blank lines do not count as lines. `words` says what a
 * token is: spaCy's, as datatrove has them, or cut by a plainer rule.
 *
 * @example
 * import { quality } from "#stages"
 * const prose = "The north gate opens at dawn, and the boats that waited below the weir are let up one by one."
 * rows({ text: prose }, { text: "Home\nLogin\nCart" }, { text: `${prose}\n${prose}` }).pipe(quality.fineweb())
 * // → { text: "The north gate opens at dawn, and the boats that waited below the weir are let up one by one." }
 * // dropped: 1 few-sentence-ends, 1 repeated-lines
 */
export const fineweb = Stage.filter({
  name: "quality.fineweb",
  needs: { text: Schema.String },
  measures: {
    lines: Schema.Int,
    sentenceEnds: Schema.Finite,
    shortLines: Schema.Finite,
    repeatedText: Schema.Finite,
    feedsPerWord: Schema.Finite
  },
  measureOptions: { shortLine: opt(Schema.Int, 30), words: opt(Words, "spacy") },
  measure: ({ text }, { shortLine, words }) => finewebScores(text, shortLine, words),
  measureBatch: ({ rows, columns }, { shortLine, words }) => ({
    rows,
    columns: finewebBatch(columns.text as TextColumn, rows, shortLine, words)
  }),
  options: {
    minSentenceEnds: opt(Schema.Finite, 0.12),
    keepNoSentenceEnds: opt(Schema.Boolean, false),
    maxShortLines: opt(Schema.Finite, 0.67),
    maxRepeatedText: opt(Schema.Finite, 0.01),
    maxFeedsPerWord: opt(Schema.Finite, 0.3)
  },
  reasons: ["empty", "few-sentence-ends", "short-lines", "repeated-lines", "list"],
  decide: (m, options) => {
    if (m.lines === 0) return "empty"
    if (m.sentenceEnds < options.minSentenceEnds && !(options.keepNoSentenceEnds && m.sentenceEnds === 0))
      return "few-sentence-ends"
    if (m.shortLines > options.maxShortLines) return "short-lines"
    if (m.repeatedText > options.maxRepeatedText) return "repeated-lines"
    if (m.feedsPerWord > options.maxFeedsPerWord) return "list"
    return keep
  }
})
