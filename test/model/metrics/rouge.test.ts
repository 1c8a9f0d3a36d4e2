// ROUGE against google-research/rouge's rouge_scorer_test.py and the example of Lin 2004, section 3.1.
import { describe, expect, test } from "vitest"
import { longestCommonSubsequence, rougeL, rougeN } from "../../../src/model/metrics/rouge.ts"

describe("rouge_scorer_test.py", () => {
  const reference = "testing one two"
  test.each([
    ["testing", 1, 1, 1 / 3, 1 / 2],
    ["testing one", 1, 1, 2 / 3, 4 / 5],
    ["testing one", 2, 1, 1 / 2, 2 / 3],
    ["", 1, 0, 0, 0],
    ["", 2, 0, 0, 0],
    ["/", 1, 0, 0, 0]
  ])("%j, ROUGE-%d", (prediction, order, precision, recall, f1) => {
    const score = rougeN(prediction, reference, order)
    expect(score.precision).toBeCloseTo(precision, 12)
    expect(score.recall).toBeCloseTo(recall, 12)
    expect(score.f1).toBeCloseTo(f1, 12)
  })

  test.each([
    ["testing one", 1, 2 / 3, 4 / 5],
    ["testing two", 1, 2 / 3, 4 / 5],
    ["", 0, 0, 0]
  ])("%j, ROUGE-L", (prediction, precision, recall, f1) => {
    const score = rougeL(prediction, reference)
    expect(score.precision).toBeCloseTo(precision, 12)
    expect(score.recall).toBeCloseTo(recall, 12)
    expect(score.f1).toBeCloseTo(f1, 12)
  })

  test("the table of common subsequences", () => {
    expect(longestCommonSubsequence([1, 2, 3, 4, 5], [2, 5, 3, 4])).toBe(3)
    expect(longestCommonSubsequence([1, 2, 3, 4, 5], [8, 9])).toBe(0)
  })
})

describe("Lin 2004", () => {
  const reference = "police killed the gunman"
  test.each([
    ["police kill the gunman", 3 / 4, 1 / 3],
    ["the gunman kill police", 2 / 4, 1 / 3],
    ["the gunman police killed", 2 / 4, 2 / 3]
  ])("%j: ROUGE-L %d, ROUGE-2 %d", (prediction, l, two) => {
    expect(rougeL(prediction, reference).f1).toBeCloseTo(l, 12)
    expect(rougeN(prediction, reference, 2).f1).toBeCloseTo(two, 12)
  })
})

test("counts a repeated n-gram as often as both sides have it", () => {
  expect(rougeN("the the the the", "the cat on the mat", 1).precision).toBe(2 / 4)
  expect(rougeN("the the the the", "the cat on the mat", 1).recall).toBe(2 / 5)
})
