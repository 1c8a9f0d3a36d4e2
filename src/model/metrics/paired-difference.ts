// The mean difference of two models over the same examples, its standard error, and what difference could be seen at all.

export interface MeanDifference {
  readonly mean: number
  /** s_d / √n with the sample deviation (n − 1); never above the unpaired error where the models correlate. */
  readonly standardError: number
  /** The smallest true difference found with 80 % power at the 5 % level: (1.96 + 0.84) · s_d / √n. */
  readonly detectable: number
}

/**
 * Paired comparison by the normal approximation (Miller 2024, "Adding Error Bars to Evals", section 4.2).
 *
 * @example
 * import { pairedMeanDifference } from "#sluice/model"
 * pairedMeanDifference([3, 5, 4, 6], [1, 4, 3, 4]) // → { mean: 1.5, standardError: 0.2887, detectable: 0.8083 }
 */
export const pairedMeanDifference = (scores: ArrayLike<number>, baseline: ArrayLike<number>): MeanDifference => {
  const count = scores.length
  let sum = 0
  for (let at = 0; at < count; at++) sum += scores[at]! - baseline[at]!
  const mean = count === 0 ? 0 : sum / count
  let squares = 0
  for (let at = 0; at < count; at++) squares += (scores[at]! - baseline[at]! - mean) ** 2
  const standardError = count < 2 ? 0 : Math.sqrt(squares / (count - 1) / count)
  return { mean, standardError, detectable: 2.8 * standardError }
}
