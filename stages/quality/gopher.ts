// quality.gopher: the rule-based quality filter of Gopher, with datatrove's definitions and defaults.
import * as Schema from "effect/Schema"
import { keep, opt, Stage, type TextColumn } from "#sluice"
import { gopherBatch, gopherScores } from "./gopher-scores.ts"
import { Words } from "./words.ts"

/**
 * Drops text that does not look like prose, by the quality rules of Gopher (Rae et al. 2021, appendix A1.1) as datatrove
 * 0.10 defines them: number and mean length of words, `#` and ellipses for each token, lines that are bullets or end in
 * an ellipsis, tokens with a letter, and how many of eight English stop words occur. `words` says what a
 * token is: spaCy's, as datatrove has them, or cut by a plainer rule that drops other documents; marks are tokens.
 * About 10 ms a megabyte: run it before anything that calls a model. Filters with the same words that follow each other share them.
 *
 * @example
 * import { quality } from "#stages"
 * const pages = rows(
 *   { text: "The gate of the sluice opens at dawn and that is when the boats go up." },
 *   { text: "Home | Login | Cart" },
 *   { text: "# Gate # north # opens # at # dawn" }
 * )
 * pages.pipe(quality.gopher({ minWords: 5 }))
 * // → { text: "The gate of the sluice opens at dawn and that is when the boats go up." }
 * // dropped: 1 too-few-words, 1 many-hashes
 */
export const gopher = Stage.filter({
  name: "quality.gopher",
  needs: { text: Schema.String },
  measures: {
    words: Schema.Int,
    meanWordLength: Schema.Finite,
    hashShare: Schema.Finite,
    ellipsisShare: Schema.Finite,
    bulletLines: Schema.Finite,
    ellipsisLines: Schema.Finite,
    alphabeticShare: Schema.Finite,
    stopWords: Schema.Int
  },
  measureOptions: { words: opt(Words, "spacy") },
  measure: ({ text }, { words }) => gopherScores(text, words),
  measureBatch: ({ rows, columns }, { words }) => ({
    rows,
    columns: gopherBatch(columns.text as TextColumn, rows, words)
  }),
  options: {
    minWords: opt(Schema.Int, 50),
    maxWords: opt(Schema.Int, 100_000),
    minMeanWordLength: opt(Schema.Finite, 3),
    maxMeanWordLength: opt(Schema.Finite, 10),
    maxHashShare: opt(Schema.Finite, 0.1),
    maxEllipsisShare: opt(Schema.Finite, 0.1),
    maxBulletLines: opt(Schema.Finite, 0.9),
    maxEllipsisLines: opt(Schema.Finite, 0.3),
    minAlphabeticShare: opt(Schema.Finite, 0.8),
    minStopWords: opt(Schema.Int, 2)
  },
  reasons: [
    "too-few-words",
    "too-many-words",
    "short-words",
    "long-words",
    "many-hashes",
    "many-ellipses",
    "bullet-lines",
    "ellipsis-lines",
    "few-alphabetic-words",
    "few-stop-words"
  ],
  decide: (m, options) => {
    if (m.words < options.minWords) return "too-few-words"
    if (m.words > options.maxWords) return "too-many-words"
    if (m.meanWordLength < options.minMeanWordLength) return "short-words"
    if (m.meanWordLength > options.maxMeanWordLength) return "long-words"
    if (m.hashShare > options.maxHashShare) return "many-hashes"
    if (m.ellipsisShare > options.maxEllipsisShare) return "many-ellipses"
    if (m.bulletLines > options.maxBulletLines) return "bullet-lines"
    if (m.ellipsisLines > options.maxEllipsisLines) return "ellipsis-lines"
    if (m.alphabeticShare < options.minAlphabeticShare) return "few-alphabetic-words"
    if (m.stopWords < options.minStopWords) return "few-stop-words"
    return keep
  }
})
