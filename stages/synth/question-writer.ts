// Chooses a chunk's questions among all candidates: different kinds first, no question twice.
import { type Candidate, material } from "./blocks.ts"
import { exampleQuestions, headingQuestions, summaryQuestions } from "./example-questions.ts"
import { itemQuestions, optionQuestions, rowQuestions } from "./option-questions.ts"
import { sentenceQuestions } from "./sentence-questions.ts"

/** A question, its short answer, and the piece of the chunk that holds the answer. */
export interface Question {
  readonly question: string
  readonly answer: string
  readonly quote: string
}

/** Up to `most` questions about a chunk, in order of how well their kind works. */
export const questionsOf = (chunk: string, heading: string, most: number): Array<Question> => {
  const from = material(chunk, heading)
  const candidates = [
    ...headingQuestions(from),
    ...summaryQuestions(from),
    ...optionQuestions(from),
    ...exampleQuestions(from),
    ...sentenceQuestions(from),
    ...itemQuestions(from),
    ...rowQuestions(from)
  ].filter(({ question, quote }) => question.length <= 200 && chunk.includes(quote))
  return spread(candidates, most).map(({ question, answer, quote }) => ({ question, answer, quote }))
}

/** Takes the first of each kind, then the second of each, and so on. */
const spread = (candidates: ReadonlyArray<Candidate>, most: number): Array<Candidate> => {
  const asked = new Set<string>()
  const answered = new Set<string>()
  const chosen: Array<Candidate> = []
  let left = candidates
  while (left.length > 0 && chosen.length < most) {
    const kinds = new Set<string>()
    const next: Array<Candidate> = []
    for (const candidate of left) {
      if (kinds.has(candidate.kind)) next.push(candidate)
      else if (chosen.length < most && !asked.has(candidate.question) && !answered.has(candidate.quote)) {
        kinds.add(candidate.kind)
        asked.add(candidate.question)
        answered.add(candidate.quote)
        chosen.push(candidate)
      }
    }
    left = next
  }
  return chosen
}
