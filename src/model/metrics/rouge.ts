// ROUGE: n-gram and longest-common-subsequence overlap of a text with its reference (Lin 2004), without stemming.
import { overlap } from "./squad.ts"

/** Precision, recall and their harmonic mean, each in [0, 1]. */
export interface RougeScore {
  readonly precision: number
  readonly recall: number
  readonly f1: number
}

const score = (matches: number, predicted: number, expected: number): RougeScore => {
  const precision = predicted === 0 ? 0 : matches / predicted
  const recall = expected === 0 ? 0 : matches / expected
  return { precision, recall, f1: matches === 0 ? 0 : (2 * precision * recall) / (precision + recall) }
}

/** Lower-case runs of a–z and 0–9; text in other scripts has no words here, and scores 0. */
export const rougeWords = (text: string): ReadonlyArray<string> => text.toLowerCase().match(/[a-z0-9]+/g) ?? []

const grams = (words: ReadonlyArray<string>, order: number): ReadonlyArray<string> =>
  Array.from({ length: Math.max(0, words.length - order + 1) }, (_, at) => words.slice(at, at + order).join(" "))

/**
 * ROUGE-N: shared n-grams of `order` words, each counted as often as it occurs in both.
 *
 * @example
 * import { rougeN } from "#sluice/model"
 * rougeN("the gate opens", "the gate opens at dawn", 2) // → { precision: 1, recall: 0.5, f1: 0.6667 }
 */
export const rougeN = (prediction: string, reference: string, order: number): RougeScore => {
  const predicted = grams(rougeWords(prediction), order)
  const expected = grams(rougeWords(reference), order)
  return score(overlap(predicted, expected), predicted.length, expected.length)
}

/** Length of the longest common subsequence, in O(n·m) time and O(m) memory. */
export const longestCommonSubsequence = (left: ReadonlyArray<unknown>, right: ReadonlyArray<unknown>): number => {
  const lengths = new Int32Array(right.length + 1)
  for (const item of left) {
    let diagonal = 0
    for (let at = 1; at <= right.length; at++) {
      const above = lengths[at]!
      lengths[at] = item === right[at - 1] ? diagonal + 1 : Math.max(above, lengths[at - 1]!)
      diagonal = above
    }
  }
  return lengths[right.length]!
}

/**
 * ROUGE-L at sentence level: the longest common subsequence of words against the length of either side.
 *
 * @example
 * import { rougeL } from "#sluice/model"
 * rougeL("police kill the gunman", "police killed the gunman") // → { precision: 0.75, recall: 0.75, f1: 0.75 }
 * rougeL("the gunman kill police", "police killed the gunman") // → { precision: 0.5, recall: 0.5, f1: 0.5 }
 */
export const rougeL = (prediction: string, reference: string): RougeScore => {
  const predicted = rougeWords(prediction)
  const expected = rougeWords(reference)
  return score(longestCommonSubsequence(predicted, expected), predicted.length, expected.length)
}
