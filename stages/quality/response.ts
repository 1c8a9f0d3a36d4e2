// quality.response: drops answers that decline, copy, break off, or have another form or language than was asked for.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { countWords, isRefusal, makeDetector } from "#sluice/text"
import { copiedShare, differsInLanguage, formatFaults, isTruncated } from "./response-checks.ts"

/**
 * Checks `answer` beside `question` by rule: it says something; it does not decline; it is not made of the question's words
 * (share of 5-grams); it is not cut off; it is in the question's language; where the question asks for a list, JSON, code
 * or a table it has one; where it asks for a number of items it has as many, within `maxItemsOff`; it keeps to a number of words. The rules for
 * what is asked are English. Each check is a measure and an option turns it off. About 20 µs a row.
 *
 * @example
 * import { quality } from "#stages"
 * rows(
 *   { question: "When does it open?", answer: "It opens at dawn." },
 *   { question: "When does it close?", answer: "I'm sorry, but I cannot answer that." },
 *   { question: "Give me three names of gates.", answer: "- north\n- south" }
 * ).pipe(quality.response())
 * // → { question: "When does it open?", answer: "It opens at dawn." }
 * // dropped: 1 refusal, 1 items-missing
 */
export const response = Stage.filter({
  name: "quality.response",
  needs: { question: Schema.String, answer: Schema.String },
  measures: {
    words: Schema.Int,
    refusal: Schema.Int,
    copied: Schema.Finite,
    truncated: Schema.Int,
    otherLanguage: Schema.Int,
    /** "list", "json", "code", "table" or "". */
    asked: Schema.String,
    formatMissing: Schema.Int,
    /** 0 where none were asked for. */
    itemsAsked: Schema.Int,
    itemsGiven: Schema.Int,
    wordsOver: Schema.Int
  },
  measureOptions: { question: opt.column("question"), answer: opt.column("answer") },
  measure: ({ question, answer }) => ({
    words: countWords(answer),
    refusal: isRefusal(answer) ? 1 : 0,
    copied: copiedShare(question, answer),
    truncated: isTruncated(answer) ? 1 : 0,
    otherLanguage: differsInLanguage(makeDetector(), question, answer) ? 1 : 0,
    ...formatFaults(question, answer)
  }),
  options: {
    minWords: opt(Schema.Int, 1),
    allowRefusals: opt(Schema.Boolean, false),
    maxCopied: opt(Schema.Finite, 0.8),
    allowTruncated: opt(Schema.Boolean, false),
    allowOtherLanguage: opt(Schema.Boolean, false),
    allowOtherFormat: opt(Schema.Boolean, false),
    maxItemsOff: opt(Schema.Int, 0),
    maxWordsOver: opt(Schema.Int, 0)
  },
  reasons: [
    "empty",
    "refusal",
    "copies-question",
    "truncated",
    "other-language",
    "format-missing",
    "items-missing",
    "too-long"
  ],
  decide: (m, options) => {
    if (m.words < options.minWords) return "empty"
    if (m.refusal > 0 && !options.allowRefusals) return "refusal"
    if (m.copied > options.maxCopied) return "copies-question"
    if (m.truncated > 0 && !options.allowTruncated) return "truncated"
    if (m.otherLanguage > 0 && !options.allowOtherLanguage) return "other-language"
    if (m.formatMissing > 0 && !options.allowOtherFormat) return "format-missing"
    if (m.itemsAsked > 0 && Math.abs(m.itemsAsked - m.itemsGiven) > options.maxItemsOff) return "items-missing"
    return m.wordsOver > options.maxWordsOver ? "too-long" : keep
  }
})
