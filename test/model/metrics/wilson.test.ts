// Wilson's interval against the table of Newcombe 1998.
import { expect, test } from "vitest"
import { wilson } from "../../../src/model/metrics/wilson.ts"

test.each([
  [81, 263, 0.2553, 0.3662],
  [15, 148, 0.0624, 0.1605],
  [0, 20, 0, 0.1611],
  [1, 29, 0.0061, 0.1718]
])("Wilson's interval of %d of %d (Newcombe 1998, method 3)", (successes, trials, low, high) => {
  const interval = wilson(successes, trials)
  expect(interval.low).toBeCloseTo(low, 4)
  expect(interval.high).toBeCloseTo(high, 4)
})
