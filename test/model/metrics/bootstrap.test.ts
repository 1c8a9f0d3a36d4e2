// The paired bootstrap: seeded, paired, and in line with the normal approximation where that holds.
import { describe, expect, test } from "vitest"
import { bootstrap, meanOf, pairedBootstrap } from "../../../src/model/metrics/bootstrap.ts"
import { pairedMeanDifference } from "../../../src/model/metrics/paired-difference.ts"

describe("paired bootstrap", () => {
  const options = { resamples: 1000, seed: 7 }
  const base = Array.from({ length: 200 }, (_, at) => Math.sin(at))

  test("a model against itself: no difference, p = 1", () => {
    expect(pairedBootstrap(meanOf(base), meanOf(base), options)).toEqual({ estimate: 0, low: 0, high: 0, p: 1 })
  })

  test("a constant shift has an interval of no width, and the smallest p there is", () => {
    const result = pairedBootstrap(meanOf(base.map((value) => value + 0.5)), meanOf(base), options)
    expect(result.estimate).toBeCloseTo(0.5, 12)
    expect(result.high - result.low).toBeCloseTo(0, 12)
    expect(result.p).toBe(1 / 1001)
  })

  test("the same seed gives the same interval, another seed another one near it", () => {
    const score = meanOf(base.map((value, at) => value + Math.cos(3 * at)))
    const first = pairedBootstrap(score, meanOf(base), options)
    expect(pairedBootstrap(score, meanOf(base), options)).toEqual(first)
    const other = pairedBootstrap(score, meanOf(base), { ...options, seed: 8 })
    expect(other).not.toEqual(first)
    expect(Math.abs(other.low - first.low)).toBeLessThan(0.03)
  })

  test("agrees with the normal approximation where that holds", () => {
    const noise = base.map((_, at) => Math.cos(3 * at))
    const difference = pairedMeanDifference(noise, new Float64Array(noise.length))
    const result = pairedBootstrap(meanOf(noise), meanOf(new Float64Array(noise.length)), options)
    expect(result.estimate).toBeCloseTo(difference.mean, 12)
    expect((result.high - result.low) / (2 * 1.96 * difference.standardError)).toBeCloseTo(1, 1)
  })

  test("a ratio weighs examples by their tokens", () => {
    const score = { sums: [10, 1], weights: [10, 1] }
    const baseline = { sums: [20, 1], weights: [10, 1] }
    expect(pairedBootstrap(score, baseline, options).estimate).toBeCloseTo(1 - 21 / 11, 12)
    expect(bootstrap(baseline, options).estimate).toBeCloseTo(21 / 11, 12)
  })

  test("refuses unpaired scores", () => {
    expect(() => pairedBootstrap(meanOf([1]), meanOf([1, 2]), options)).toThrow(
      "paired scores need the same examples: 1 against 2"
    )
  })
})
