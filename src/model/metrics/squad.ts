// Exact match and token F1 as SQuAD defines them: for short answers, blind to case, punctuation and articles.

const punctuation = /[!-/:-@[-`{-~]/g
const article = /(?<![\p{L}\p{N}_])(?:a|an|the)(?![\p{L}\p{N}_])/gu

/**
 * Lower case, ASCII punctuation removed, the articles a, an and the removed, white space collapsed; in this order.
 * Rajpurkar et al. 2016, the normalisation of the official SQuAD 1.1 and 2.0 scorers.
 *
 * @example
 * import { normalizeAnswer } from "#sluice/model"
 * normalizeAnswer("The Gate's  an open one!") // → "gates open one"
 */
export const normalizeAnswer = (text: string): string =>
  text.toLowerCase().replace(punctuation, "").replace(article, " ").split(/\s+/).filter(Boolean).join(" ")

/**
 * 1 where both texts are equal after normalisation, else 0.
 *
 * @example
 * import { exactMatch } from "#sluice/model"
 * exactMatch("At the dawn.", "at dawn") // → 1
 * exactMatch("Before dawn.", "at dawn") // → 0
 */
export const exactMatch = (prediction: string, reference: string): 0 | 1 =>
  normalizeAnswer(prediction) === normalizeAnswer(reference) ? 1 : 0

const tokens = (text: string): ReadonlyArray<string> => normalizeAnswer(text).split(" ").filter(Boolean)

/** How many items both lists share, each counted as often as it occurs in both. */
export const overlap = (left: ReadonlyArray<string>, right: ReadonlyArray<string>): number => {
  const counts = new Map<string, number>()
  for (const item of left) counts.set(item, (counts.get(item) ?? 0) + 1)
  let shared = 0
  for (const item of right) {
    const count = counts.get(item) ?? 0
    if (count > 0) {
      counts.set(item, count - 1)
      shared++
    }
  }
  return shared
}

/**
 * Harmonic mean of precision and recall over the bags of normalised words, in [0, 1]. Where one side has no words the
 * score is 1 if both have none, else 0 (SQuAD 2.0).
 *
 * @example
 * import { tokenF1 } from "#sluice/model"
 * tokenF1("It opens at dawn.", "at dawn") // → 0.6667
 */
export const tokenF1 = (prediction: string, reference: string): number => {
  const predicted = tokens(prediction)
  const expected = tokens(reference)
  if (predicted.length === 0 || expected.length === 0) return predicted.length === expected.length ? 1 : 0
  const shared = overlap(predicted, expected)
  return (2 * shared) / (predicted.length + expected.length)
}

/**
 * The best score over several accepted references.
 *
 * @example
 * import { bestOf, exactMatch } from "#sluice/model"
 * bestOf(exactMatch, "At dawn.", ["sunrise", "at dawn"]) // → 1
 */
export const bestOf = (
  score: (prediction: string, reference: string) => number,
  prediction: string,
  references: ReadonlyArray<string>
): number => references.reduce((best, reference) => Math.max(best, score(prediction, reference)), 0)
