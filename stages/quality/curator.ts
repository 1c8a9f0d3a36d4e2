// quality.curator: the English heuristic filters of NeMo Curator, in the order of its pipeline.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { curatorScores } from "./curator-scores.ts"
import { ngramOptions, ngramReason, ngramReasons } from "./ngram-rules.ts"

/**
 * Drops text by the 28 rules of NeMo Curator's English heuristic pipeline (NVIDIA-NeMo/Curator,
 * nemo_curator/config/text/heuristic_filter_english_pipeline.yaml), in its order and with its thresholds. Other than in
 * `quality.gopher`, words are runs between white space, a symbol is a word, bullets are twelve marks without `-` and `*`, stop words
 * count each time, and there are rules for digits, addresses, white space, brackets, boilerplate and lines without an end
 * mark. Of n-grams equally frequent the first counts, where Curator's choice is by chance; a text without words is dropped
 * as symbols, where Curator fails.
 *
 * @example
 * import { quality } from "#stages"
 * rows(
 *   { text: "The gate of the sluice opens at dawn, and that is when all the boats go up." },
 *   { text: "Call 555 0142 or 555 0143, or 555 0144." }
 * ).pipe(quality.curator({ minWords: 5, maxTop4: 0.3 }))
 * // → { text: "The gate of the sluice opens at dawn, and that is when all the boats go up." }
 * // dropped: 1 many-digits
 */
export const curator = Stage.filter({
  name: "quality.curator",
  needs: { text: Schema.String },
  measures: {
    nonAlphanumeric: Schema.Finite,
    symbolWords: Schema.Finite,
    digits: Schema.Finite,
    urlText: Schema.Finite,
    whiteSpace: Schema.Finite,
    brackets: Schema.Finite,
    boilerplate: Schema.Finite,
    distinctLines: Schema.Finite,
    distinctParagraphs: Schema.Finite,
    distinctLineText: Schema.Finite,
    distinctParagraphText: Schema.Finite,
    words: Schema.Int,
    openLines: Schema.Finite,
    alphabeticWords: Schema.Finite,
    stopWords: Schema.Int,
    meanWordLength: Schema.Finite,
    longestWord: Schema.Int,
    ellipsisLines: Schema.Finite,
    top2: Schema.Finite,
    top3: Schema.Finite,
    top4: Schema.Finite,
    repeated5: Schema.Finite,
    repeated6: Schema.Finite,
    repeated7: Schema.Finite,
    repeated8: Schema.Finite,
    repeated9: Schema.Finite,
    repeated10: Schema.Finite,
    bulletLines: Schema.Finite
  },
  measure: ({ text }) => curatorScores(text),
  options: {
    maxNonAlphanumeric: opt(Schema.Finite, 0.25),
    maxSymbolWords: opt(Schema.Finite, 0.1),
    maxDigits: opt(Schema.Finite, 0.15),
    maxUrlText: opt(Schema.Finite, 0.2),
    maxWhiteSpace: opt(Schema.Finite, 0.25),
    maxBrackets: opt(Schema.Finite, 0.1),
    maxBoilerplate: opt(Schema.Finite, 0.4),
    minDistinctLines: opt(Schema.Finite, 0.7),
    minDistinctParagraphs: opt(Schema.Finite, 0.7),
    minDistinctLineText: opt(Schema.Finite, 0.8),
    minDistinctParagraphText: opt(Schema.Finite, 0.8),
    minWords: opt(Schema.Int, 50),
    maxWords: opt(Schema.Int, 100_000),
    maxOpenLines: opt(Schema.Finite, 0.85),
    minAlphabeticWords: opt(Schema.Finite, 0.8),
    minStopWords: opt(Schema.Int, 2),
    minMeanWordLength: opt(Schema.Finite, 3),
    maxMeanWordLength: opt(Schema.Finite, 10),
    maxLongestWord: opt(Schema.Int, 1000),
    maxEllipsisLines: opt(Schema.Finite, 0.3),
    ...ngramOptions,
    maxBulletLines: opt(Schema.Finite, 0.9)
  },
  reasons: [
    "non-alphanumeric",
    "many-symbols",
    "many-digits",
    "urls",
    "white-space",
    "brackets",
    "boilerplate",
    "repeated-lines",
    "repeated-paragraphs",
    "repeated-line-text",
    "repeated-paragraph-text",
    "too-few-words",
    "too-many-words",
    "open-lines",
    "few-alphabetic-words",
    "few-stop-words",
    "short-words",
    "long-words",
    "longest-word",
    "ellipsis-lines",
    ...ngramReasons,
    "bullet-lines"
  ],
  decide: (m, options) => {
    if (m.nonAlphanumeric > options.maxNonAlphanumeric) return "non-alphanumeric"
    if (m.symbolWords > options.maxSymbolWords) return "many-symbols"
    if (m.digits > options.maxDigits) return "many-digits"
    if (m.urlText > options.maxUrlText) return "urls"
    if (m.whiteSpace > options.maxWhiteSpace) return "white-space"
    if (m.brackets > options.maxBrackets) return "brackets"
    if (m.boilerplate > options.maxBoilerplate) return "boilerplate"
    if (m.distinctLines < options.minDistinctLines) return "repeated-lines"
    if (m.distinctParagraphs < options.minDistinctParagraphs) return "repeated-paragraphs"
    if (m.distinctLineText < options.minDistinctLineText) return "repeated-line-text"
    if (m.distinctParagraphText < options.minDistinctParagraphText) return "repeated-paragraph-text"
    if (m.words < options.minWords) return "too-few-words"
    if (m.words > options.maxWords) return "too-many-words"
    if (m.openLines > options.maxOpenLines) return "open-lines"
    if (m.alphabeticWords < options.minAlphabeticWords) return "few-alphabetic-words"
    if (m.stopWords < options.minStopWords) return "few-stop-words"
    if (m.meanWordLength < options.minMeanWordLength) return "short-words"
    if (m.meanWordLength > options.maxMeanWordLength) return "long-words"
    if (m.longestWord > options.maxLongestWord) return "longest-word"
    if (m.ellipsisLines > options.maxEllipsisLines) return "ellipsis-lines"
    const recurs = ngramReason(m, options)
    if (recurs !== undefined) return recurs
    if (m.bulletLines > options.maxBulletLines) return "bullet-lines"
    return keep
  }
})
