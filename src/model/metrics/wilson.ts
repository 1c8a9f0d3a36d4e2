// Wilson's score interval: a confidence interval for a proportion that holds for few examples and near 0 or 1.
import type { Interval } from "./bootstrap.ts"

/**
 * The interval of `successes` of `trials` (Wilson 1927): (p + z²/2n ± z·√(p(1−p)/n + z²/4n²)) / (1 + z²/n). `z` is the
 * normal quantile, 1.959964 for 95 %. No trials say nothing: the interval is [0, 1].
 *
 * @example
 * import { wilson } from "#sluice/model"
 * wilson(8, 10) // → { estimate: 0.8, low: 0.4902, high: 0.9433 }
 * wilson(10, 10) // → { estimate: 1, low: 0.7225, high: 1.0000 }
 */
export const wilson = (successes: number, trials: number, z = 1.959963984540054): Interval => {
  if (trials === 0) return { estimate: 0, low: 0, high: 1 }
  const share = successes / trials
  const scale = 1 + (z * z) / trials
  const middle = (share + (z * z) / (2 * trials)) / scale
  const reach = (z * Math.sqrt((share * (1 - share)) / trials + (z * z) / (4 * trials * trials))) / scale
  return { estimate: share, low: Math.max(0, middle - reach), high: Math.min(1, middle + reach) }
}
