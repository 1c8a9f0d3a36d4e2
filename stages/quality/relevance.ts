// quality.relevance: how much an answer speaks of what the question speaks of.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { contentWords, cosine, textVector } from "#sluice/text"

/** How many letters two words must share from their beginning to count as forms of one. */
const STEM = 5

const stems = (words: ReadonlyArray<string>): ReadonlySet<string> => new Set(words.map((word) => word.slice(0, STEM)))

/**
 * Measures how near `answer` is to `question`: `similarity`, the cosine of hashed vectors of their content words and pieces of
 * words, and `covered`, the share of the question's content words of which a form is in the answer. English function words
 * do not count. It drops answers below `minSimilarity` or `minCovered`; by default none, for a short answer may be
 * right with no word in common ("Who?" "Ann."): set a bound after looking at the scores, for answers of `minWords` words and
 * more. Other than an embedding it sees no synonyms. About 30 µs a row.
 *
 * @example
 * import { quality } from "#stages"
 * rows(
 *   { question: "When does the north gate open?", answer: "The northern gate is opened at dawn." },
 *   { question: "When does the north gate open?", answer: "Bread is made from flour, water and salt." }
 * ).pipe(quality.relevance({ minSimilarity: 0.1 }))
 * // → { answer: "The northern gate is opened at dawn.", … }
 * // dropped: 1 off-topic
 */
export const relevance = Stage.filter({
  name: "quality.relevance",
  needs: { question: Schema.String, answer: Schema.String },
  measures: { similarity: Schema.Finite, covered: Schema.Finite, contentWords: Schema.Int },
  measureOptions: { question: opt.column("question"), answer: opt.column("answer") },
  measure: ({ question, answer }) => {
    const asked = stems(contentWords(question))
    const words = contentWords(answer)
    const given = stems(words)
    const both = [...asked].filter((stem) => given.has(stem)).length
    return {
      similarity: cosine(textVector(question), textVector(answer)),
      covered: asked.size === 0 ? 1 : both / asked.size,
      contentWords: words.length
    }
  },
  options: {
    minSimilarity: opt(Schema.Finite, -1),
    minCovered: opt(Schema.Finite, 0),
    /** Answers of fewer content words are not judged. */
    minWords: opt(Schema.Int, 0)
  },
  reasons: ["off-topic", "question-not-covered"],
  decide: (m, { minSimilarity, minCovered, minWords }) => {
    if (m.contentWords < minWords) return keep
    if (m.similarity < minSimilarity) return "off-topic"
    return m.covered < minCovered ? "question-not-covered" : keep
  }
})
