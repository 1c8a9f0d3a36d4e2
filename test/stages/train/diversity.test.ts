// How different answers are: pairs of tokens over all answers, answers that are the same, runs that repeat within one.
import { expect, test } from "vitest"
import { diversityOf, loopShare, repeatedShare } from "../../../stages/train/diversity.ts"

test.each([
  ["none", [], 0, 0, 0],
  ["one without a token", [[]], 0, 0, 0],
  ["one token each, all different", [[1], [2], [3]], 1, 0, 0],
  ["one token each, all the same", [[1], [1], [1], [1]], 1 / 4, 3 / 4, 0],
  // Pairs: ^1 12 21 12 21 12, of which ^1 12 21 are different.
  ["a loop", [[1, 2, 1, 2, 1, 2]], 3 / 6, 0, 1 / 3],
  // Pairs: ^1 12 23 34 45, and ^1 11 11 11 11. Runs of four: 1234 2345, and 1111 1111.
  [
    "a loop beside none",
    [
      [1, 2, 3, 4, 5],
      [1, 1, 1, 1, 1]
    ],
    6 / 10,
    0,
    1 / 4
  ]
])("%s", (_, answers, diversity, repeated, loops) => {
  expect(diversityOf(answers)).toBeCloseTo(diversity, 12)
  expect(repeatedShare(answers)).toBeCloseTo(repeated, 12)
  expect(loopShare(answers)).toBeCloseTo(loops, 12)
})
