// synth.questions: questions, short answers and the words that prove them, taken from a chunk by rule, without a model.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { questionsOf } from "./question-writer.ts"

/**
 * Writes up to `perChunk` questions about a chunk of documentation: about options and their defaults, definitions, list
 * items and table rows, conditions ("If X, Y"), purposes ("To X, use Y"), commands shown under a sentence, and headings that
 * are questions. `quote` is an exact piece of the chunk, `answer` at most 40 words of it. The same chunk always gives the
 * same questions. English patterns; about 60 ms a megabyte.
 *
 * @example
 * import { synth } from "#stages"
 * rows({ chunk: "If the gate is frozen, the boats wait below the weir.", heading: "" }).pipe(synth.questions())
 * // → { question: "What happens if the gate is frozen?", answer: "The boats wait below the weir.", … }
 */
export const questions = Stage.expand({
  name: "synth.questions",
  needs: { chunk: Schema.String, heading: Schema.String },
  options: { perChunk: opt(Schema.Int, 3) },
  emits: { question: Schema.String, answer: Schema.String, quote: Schema.String },
  reasons: ["no-question"],
  apply: ({ chunk, heading }, { perChunk }) => {
    const found = questionsOf(chunk, heading, perChunk)
    return found.length === 0 ? "no-question" : found
  }
})
