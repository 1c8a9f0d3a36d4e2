// The paired standard error by its definition.
import { expect, test } from "vitest"
import { pairedMeanDifference } from "../../../src/model/metrics/paired-difference.ts"

test("the paired standard error and the smallest difference that could be seen", () => {
  const result = pairedMeanDifference([1, 2, 3, 4], [0, 0, 0, 0])
  expect(result.mean).toBe(2.5)
  expect(result.standardError).toBeCloseTo(Math.sqrt(5 / 3) / 2, 12)
  expect(result.detectable).toBeCloseTo(1.4 * Math.sqrt(5 / 3), 12)
  expect(pairedMeanDifference([1], [0]).standardError).toBe(0)
})
