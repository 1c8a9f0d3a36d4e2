// synth.grounded: keeps questions whose answer can be checked against the text it is said to come from.
import * as Schema from "effect/Schema"
import { keep, Stage } from "#sluice"
import { plainWords } from "#sluice/text"

/**
 * Keeps a row when its `quote` occurs in its `chunk` to the letter and every word of its `answer` occurs in the quote, as
 * often as it is said. The machine-checkable part of a grounding gate: it needs no model and judges no meaning.
 *
 * @example
 * import { synth } from "#stages"
 * const chunk = "A sluice is a gate that holds back water."
 * rows(
 *   { chunk, quote: "a gate that holds back water", answer: "A gate." },
 *   { chunk, quote: "a gate that holds back water", answer: "A valve." }
 * ).pipe(synth.grounded())
 * // → { answer: "A gate.", … }
 * // dropped: 1 answer-not-in-quote
 */
export const grounded = Stage.filter({
  name: "synth.grounded",
  needs: { chunk: Schema.String, quote: Schema.String, answer: Schema.String },
  reasons: ["no-answer", "quote-not-in-chunk", "answer-not-in-quote"],
  decide: ({ chunk, quote, answer }) => {
    const words = plainWords(answer)
    if (words.length === 0) return "no-answer"
    if (quote === "" || !chunk.includes(quote)) return "quote-not-in-chunk"
    const left = new Map<string, number>()
    for (const word of plainWords(quote)) left.set(word, (left.get(word) ?? 0) + 1)
    for (const word of words) {
      const times = left.get(word) ?? 0
      if (times === 0) return "answer-not-in-quote"
      left.set(word, times - 1)
    }
    return keep
  }
})
