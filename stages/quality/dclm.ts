// quality.dclm: the heuristic filters of DCLM's recipe, in the order of datamap-rs.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { dclmScores } from "./dclm-scores.ts"
import { type Cursed, cursedOf, sentenceRules } from "./madlad-sentences.ts"
import { repeatedOptions, repeatedReason, repeatedReasons } from "./ngram-rules.ts"

/** The cursed texts of the lists that a thread has seen. */
const known = new WeakMap<ReadonlyArray<string>, Cursed>()

const cursedIn = (entries: ReadonlyArray<string>): Cursed => {
  let cursed = known.get(entries)
  if (cursed === undefined) {
    cursed = cursedOf(entries)
    known.set(entries, cursed)
  }
  return cursed
}

/**
 * Drops text by the heuristics of DCLM's recipe (Li et al. 2024) as datamap-rs runs them (allenai/datamap-rs,
 * configs/all_dressed/all_dressed_config.yaml): lengths, Gopher's quality and repetition rules, and text of which the line
 * rules of `quality.dclmLines` take more than 5 % of words. Other than in `quality.gopher`, words are runs between white
 * space (UAX #29 for repetition), lengths are bytes, marks are added up, stop words count each time in any case, and every
 * occurrence of what recurs counts. Lists of addresses are `quality.url`, the language is `quality.language`.
 *
 * Last come the rules of MADLAD-400 (Kudugunta et al. 2023), on sentences of the text that the line rules leave: dropped is text of
 * fewer than 5, and text of which a fifth or more are questionable, by its `sentenceRules`: more than half of 12 words or more
 * begin with a capital (`list-case`); `cursed` strings are in it, or patterns, which stand between slashes; fewer than 20 or
 * more than 500 bytes (`length`) or more than a fifth of digits and marks (`technical`), which the recipe leaves out. The
 * recipe's list of cursed strings is datamap-rs's banlists/madlad400_cursed.txt, whose last four lines are patterns: give a copy as
 * `cursed`, without it none are. Text in another language than its document's stays.
 *
 * @example
 * import { quality } from "#stages"
 * rows(
 *   { text: "The gate of the sluice opens at dawn and that is when the boats go up." },
 *   { text: "The gate of the sluice\nBUY NOW\nopens at dawn." }
 * ).pipe(quality.dclm({ minCharacters: 1, minWords: 5, minSentences: 1 }))
 * // → { text: "The gate of the sluice opens at dawn and that is when the boats go up." }
 * // dropped: 1 words-removed
 */
export const dclm = Stage.filter({
  name: "quality.dclm",
  needs: { text: Schema.String },
  measures: {
    characters: Schema.Int,
    words: Schema.Int,
    meanWordLength: Schema.Finite,
    symbols: Schema.Finite,
    bulletLines: Schema.Finite,
    ellipsisLines: Schema.Finite,
    letterlessWords: Schema.Finite,
    stopWords: Schema.Int,
    lines: Schema.Finite,
    paragraphs: Schema.Finite,
    lineText: Schema.Finite,
    paragraphText: Schema.Finite,
    repeated2: Schema.Finite,
    repeated3: Schema.Finite,
    repeated4: Schema.Finite,
    repeated5: Schema.Finite,
    repeated6: Schema.Finite,
    repeated7: Schema.Finite,
    repeated8: Schema.Finite,
    repeated9: Schema.Finite,
    repeated10: Schema.Finite,
    removedWords: Schema.Finite,
    sentences: Schema.Int,
    questionable: Schema.Finite
  },
  measureOptions: {
    /** By which rules a sentence is questionable. */
    sentenceRules: opt(Schema.Array(Schema.Literals(sentenceRules)), ["list-case", "cursed"]),
    cursed: opt.list([])
  },
  measure: ({ text }, { sentenceRules: rules, cursed }) => dclmScores(text, rules, cursedIn(cursed)),
  options: {
    minCharacters: opt(Schema.Int, 150),
    minWords: opt(Schema.Int, 50),
    maxWords: opt(Schema.Int, 100_000),
    minMeanWordLength: opt(Schema.Finite, 3),
    maxMeanWordLength: opt(Schema.Finite, 10),
    maxSymbols: opt(Schema.Finite, 0.1),
    maxBulletLines: opt(Schema.Finite, 0.9),
    maxEllipsisLines: opt(Schema.Finite, 0.3),
    maxLetterlessWords: opt(Schema.Finite, 0.2),
    minStopWords: opt(Schema.Int, 2),
    maxLines: opt(Schema.Finite, 0.3),
    maxParagraphs: opt(Schema.Finite, 0.3),
    maxLineText: opt(Schema.Finite, 0.2),
    maxParagraphText: opt(Schema.Finite, 0.2),
    maxRepeated2: opt(Schema.Finite, 0.2),
    maxRepeated3: opt(Schema.Finite, 0.18),
    maxRepeated4: opt(Schema.Finite, 0.16),
    ...repeatedOptions,
    maxRemovedWords: opt(Schema.Finite, 0.05),
    minSentences: opt(Schema.Int, 5),
    /** The share of sentences from which on text is dropped. */
    questionableFrom: opt(Schema.Finite, 0.2)
  },
  reasons: [
    "too-short",
    "too-few-words",
    "too-many-words",
    "short-words",
    "long-words",
    "many-symbols",
    "bullet-lines",
    "ellipsis-lines",
    "few-alphabetic-words",
    "few-stop-words",
    "repeated-lines",
    "repeated-paragraphs",
    "repeated-line-text",
    "repeated-paragraph-text",
    "frequent-2-gram",
    "frequent-3-gram",
    "frequent-4-gram",
    ...repeatedReasons,
    "words-removed",
    "too-few-sentences",
    "questionable-sentences"
  ],
  decide: (m, options) => {
    if (m.characters < options.minCharacters) return "too-short"
    if (m.words < options.minWords) return "too-few-words"
    if (m.words > options.maxWords) return "too-many-words"
    if (m.meanWordLength < options.minMeanWordLength) return "short-words"
    if (m.meanWordLength > options.maxMeanWordLength) return "long-words"
    if (m.symbols > options.maxSymbols) return "many-symbols"
    if (m.bulletLines > options.maxBulletLines) return "bullet-lines"
    if (m.ellipsisLines > options.maxEllipsisLines) return "ellipsis-lines"
    if (m.letterlessWords > options.maxLetterlessWords) return "few-alphabetic-words"
    if (m.stopWords < options.minStopWords) return "few-stop-words"
    if (m.lines > options.maxLines) return "repeated-lines"
    if (m.paragraphs > options.maxParagraphs) return "repeated-paragraphs"
    if (m.lineText > options.maxLineText) return "repeated-line-text"
    if (m.paragraphText > options.maxParagraphText) return "repeated-paragraph-text"
    if (m.repeated2 > options.maxRepeated2) return "frequent-2-gram"
    if (m.repeated3 > options.maxRepeated3) return "frequent-3-gram"
    if (m.repeated4 > options.maxRepeated4) return "frequent-4-gram"
    const recurs = repeatedReason(m, options)
    if (recurs !== undefined) return recurs
    if (m.removedWords > options.maxRemovedWords) return "words-removed"
    if (m.sentences < options.minSentences) return "too-few-sentences"
    return m.questionable >= options.questionableFrom ? "questionable-sentences" : keep
  }
})
