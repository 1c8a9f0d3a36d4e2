// McNemar's test against published model outcomes, and the tails it rests on against tables.
import { describe, expect, test } from "vitest"
import { chiSquaredTail, mcnemar, signTest } from "../../../src/model/metrics/mcnemar.ts"

describe("McNemar on the four models of grade-school-math's example_model_solutions.jsonl", () => {
  test.each([
    [64, 293, 145.6134],
    [88, 260, 84.0259],
    [209, 152, 8.68698],
    [76, 360, 183.6904]
  ])("%d against %d: χ² %d", (b, c, statistic) => {
    const result = mcnemar(b, c)
    expect(result.method).toBe("corrected")
    expect(result.statistic).toBeCloseTo(statistic, 4)
  })

  test("the exact p of 209 against 152", () => {
    expect(mcnemar(209, 152, "exact").p).toBeCloseTo(0.0031507, 7)
  })

  test("few discordant examples take the exact test", () => {
    expect(mcnemar(1, 9)).toEqual({ firstOnly: 1, secondOnly: 9, method: "exact", p: signTest(1, 9) })
    expect(signTest(1, 9)).toBeCloseTo(22 / 1024, 12)
    expect(mcnemar(0, 0).p).toBe(1)
  })
})

test.each([
  [3.841458820694124, 0.05],
  [6.634896601021214, 0.01],
  [10.827566170662733, 0.001],
  [0.454936423119572, 0.5],
  [0, 1]
])("the χ² tail at the tabulated quantile %d is %d", (x, p) => {
  expect(chiSquaredTail(x)).toBeCloseTo(p, 12)
})
