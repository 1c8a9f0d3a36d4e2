// quality.correctness: drops answers that can be seen to be wrong without knowing the right one: sums, JSON, brackets of code, numbers from nowhere.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { equationsIn } from "./arithmetic.ts"
import { brokenCode, unsupportedNumbers } from "./code-blocks.ts"

/**
 * Proxies for the correctness of `answer`, by rule: equations of numbers are worked out ("16 - 3 = 13", "25% of 80 = 20"), a right side
 * that is rounded counts as right; fenced JSON must parse and brackets of other fenced code must close. `unsupported` is the share
 * of the answer's numbers that neither stand in `question` nor come out of an equation of the answer; it drops nothing unless
 * `maxUnsupported` says so, which suits answers taken from a text that is in the question. An answer that passes may still
 * be wrong. About 30 µs a row.
 *
 * @example
 * import { quality } from "#stages"
 * rows(
 *   { question: "4 gates of 2 locks?", answer: "4 * 2 = 8 locks." },
 *   { question: "16 boats, 3 leave?", answer: "16 - 3 = 12 boats stay." }
 * ).pipe(quality.correctness())
 * // → { question: "4 gates of 2 locks?", answer: "4 * 2 = 8 locks." }
 * // dropped: 1 wrong-equation
 */
export const correctness = Stage.filter({
  name: "quality.correctness",
  needs: { question: Schema.String, answer: Schema.String },
  measures: {
    equations: Schema.Int,
    wrongEquations: Schema.Int,
    /** The first equation that is wrong, "" where none is. */
    firstWrong: Schema.String,
    codeBlocks: Schema.Int,
    brokenBlocks: Schema.Int,
    unsupported: Schema.Finite
  },
  measureOptions: { question: opt.column("question"), answer: opt.column("answer") },
  measure: ({ question, answer }) => {
    const { count, wrong, first } = equationsIn(answer)
    const { blocks, broken } = brokenCode(answer)
    return {
      equations: count,
      wrongEquations: wrong,
      firstWrong: first,
      codeBlocks: blocks,
      brokenBlocks: broken,
      unsupported: unsupportedNumbers(question, answer)
    }
  },
  options: {
    maxWrongEquations: opt(Schema.Int, 0),
    maxBrokenBlocks: opt(Schema.Int, 0),
    maxUnsupported: opt(Schema.Finite, 1)
  },
  reasons: ["wrong-equation", "broken-code", "unsupported-numbers"],
  decide: (m, options) => {
    if (m.wrongEquations > options.maxWrongEquations) return "wrong-equation"
    if (m.brokenBlocks > options.maxBrokenBlocks) return "broken-code"
    return m.unsupported > options.maxUnsupported ? "unsupported-numbers" : keep
  }
})
