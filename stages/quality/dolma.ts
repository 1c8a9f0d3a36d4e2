// quality.dolma: Gopher's quality and repetition rules with the definitions of Dolma's tagger gopher_v1.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { dolmaScores } from "./dolma-scores.ts"
import { ngramOptions, ngramReason, ngramReasons } from "./ngram-rules.ts"

/**
 * Drops text by Gopher's rules (Rae et al. 2021, appendix A1.1) as Dolma's tagger `gopher_v1` measures them
 * (allenai/dolma, python/dolma/taggers/gopher.py). Other than in `quality.gopher`, words are runs between white space, their
 * median length counts, a word with `#` or `…` in it is a symbol, bullets are `*` and `-` at the start of a line, stop words
 * count each time, and every occurrence of a repeated line counts, the first too. Shares of text are of the words'
 * characters. The tagger has no thresholds of its own; these are Gopher's.
 *
 * @example
 * import { quality } from "#stages"
 * rows(
 *   { text: "The gate of the sluice opens at dawn and that is when the boats go up." },
 *   { text: "The list of the gates\nnorth\nnorth\nsouth\nsouth" }
 * ).pipe(quality.dolma({ minWords: 5, maxTop4: 0.3 }))
 * // → { text: "The gate of the sluice opens at dawn and that is when the boats go up." }
 * // dropped: 1 repeated-lines
 */
export const dolma = Stage.filter({
  name: "quality.dolma",
  needs: { text: Schema.String },
  measures: {
    words: Schema.Int,
    medianWordLength: Schema.Finite,
    symbolWords: Schema.Finite,
    alphabeticWords: Schema.Finite,
    stopWords: Schema.Int,
    bulletLines: Schema.Finite,
    ellipsisLines: Schema.Finite,
    duplicateLines: Schema.Finite,
    duplicateLineText: Schema.Finite,
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
  measure: ({ text }) => dolmaScores(text),
  options: {
    minWords: opt(Schema.Int, 50),
    maxWords: opt(Schema.Int, 100_000),
    minMedianWordLength: opt(Schema.Finite, 3),
    maxMedianWordLength: opt(Schema.Finite, 10),
    maxSymbolWords: opt(Schema.Finite, 0.1),
    minAlphabeticWords: opt(Schema.Finite, 0.8),
    minStopWords: opt(Schema.Int, 2),
    maxBulletLines: opt(Schema.Finite, 0.9),
    maxEllipsisLines: opt(Schema.Finite, 0.3),
    maxDuplicateLines: opt(Schema.Finite, 0.3),
    maxDuplicateLineText: opt(Schema.Finite, 0.2),
    ...ngramOptions
  },
  reasons: [
    "too-few-words",
    "too-many-words",
    "short-words",
    "long-words",
    "many-symbols",
    "few-alphabetic-words",
    "few-stop-words",
    "bullet-lines",
    "ellipsis-lines",
    "repeated-lines",
    "repeated-line-text",
    ...ngramReasons
  ],
  decide: (m, options) => {
    if (m.words < options.minWords) return "too-few-words"
    if (m.words > options.maxWords) return "too-many-words"
    if (m.medianWordLength < options.minMedianWordLength) return "short-words"
    if (m.medianWordLength > options.maxMedianWordLength) return "long-words"
    if (m.symbolWords > options.maxSymbolWords) return "many-symbols"
    if (m.alphabeticWords < options.minAlphabeticWords) return "few-alphabetic-words"
    if (m.stopWords < options.minStopWords) return "few-stop-words"
    if (m.bulletLines > options.maxBulletLines) return "bullet-lines"
    if (m.ellipsisLines > options.maxEllipsisLines) return "ellipsis-lines"
    if (m.duplicateLines > options.maxDuplicateLines) return "repeated-lines"
    if (m.duplicateLineText > options.maxDuplicateLineText) return "repeated-line-text"
    return ngramReason(m, options) ?? keep
  }
})
