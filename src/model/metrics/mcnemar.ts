// McNemar's test: whether two models differ in how many examples they get right, from the examples they disagree on.

export interface McNemar {
  /** Examples that only the first got right. */
  readonly firstOnly: number
  /** Examples that only the second got right. */
  readonly secondOnly: number
  readonly method: "exact" | "corrected"
  /** (|b − c| − 1)² / (b + c); absent for the exact test. */
  readonly statistic?: number
  /** Two-sided. */
  readonly p: number
}

/** P(X ≥ x) for a χ² variable of one degree of freedom: erfc(√(x / 2)). */
export const chiSquaredTail = (x: number): number => (x <= 0 ? 1 : erfc(Math.sqrt(x / 2)))

function erfc(x: number): number {
  if (x < 2) {
    let term = x
    let sum = x
    for (let n = 1; Math.abs(term) > 1e-17 * Math.abs(sum); n++) {
      term *= (-x * x) / n
      sum += term / (2 * n + 1)
    }
    return 1 - (2 / Math.sqrt(Math.PI)) * sum
  }
  let fraction = 0
  for (let k = 80; k >= 1; k--) fraction = k / 2 / (x + fraction)
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * (x + fraction))
}

/**
 * Two-sided binomial test of `successes` against `failures` at a half: min(1, 2 · P(X ≤ min)).
 *
 * @example
 * import { signTest } from "#sluice/model"
 * signTest(9, 1) // → 0.0215
 */
export const signTest = (successes: number, failures: number): number => {
  const trials = successes + failures
  let logTerm = -trials * Math.LN2
  let tail = Math.exp(logTerm)
  for (let k = 1; k <= Math.min(successes, failures); k++) {
    logTerm += Math.log((trials - k + 1) / k)
    tail += Math.exp(logTerm)
  }
  return Math.min(1, 2 * tail)
}

/**
 * McNemar 1947 from the discordant counts. Below 25 of them the exact binomial test, else χ² with the continuity
 * correction of Edwards 1948; `method` forces one.
 *
 * @example
 * import { mcnemar } from "#sluice/model"
 * mcnemar(9, 1) // → { firstOnly: 9, secondOnly: 1, method: "exact", p: 0.0215 }
 * mcnemar(25, 10) // → { firstOnly: 25, secondOnly: 10, method: "corrected", statistic: 5.600, p: 0.0180 }
 */
export const mcnemar = (firstOnly: number, secondOnly: number, method?: McNemar["method"]): McNemar => {
  const discordant = firstOnly + secondOnly
  if ((method ?? (discordant < 25 ? "exact" : "corrected")) === "exact")
    return { firstOnly, secondOnly, method: "exact", p: signTest(firstOnly, secondOnly) }
  const statistic = discordant === 0 ? 0 : Math.max(0, Math.abs(firstOnly - secondOnly) - 1) ** 2 / discordant
  return { firstOnly, secondOnly, method: "corrected", statistic, p: chiSquaredTail(statistic) }
}
