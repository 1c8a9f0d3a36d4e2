// Learning-rate factors at known steps.
import { expect, test } from "vitest"
import { type Schedule, scheduleFactor } from "../../../src/model/train/schedule.ts"

const cases: [Schedule["kind"], number, number][] = [
  ["linear", 0, 0],
  ["linear", 5, 0.5],
  ["linear", 10, 1],
  ["linear", 60, 0.5],
  ["linear", 110, 0],
  ["linear", 120, 0],
  ["cosine", 5, 0.5],
  ["cosine", 10, 1],
  ["cosine", 35, (1 + Math.SQRT1_2) / 2],
  ["cosine", 60, 0.5],
  ["cosine", 110, 0],
  ["constant", 5, 0.5],
  ["constant", 109, 1]
]

test.each(cases)("%s at step %i is %f", (kind, step, factor) => {
  expect(scheduleFactor({ kind, warmupSteps: 10, totalSteps: 110 }, step)).toBeCloseTo(factor, 12)
})

test("without warm-up the first step has the whole rate", () => {
  expect(scheduleFactor({ kind: "linear", warmupSteps: 0, totalSteps: 4 }, 0)).toBe(1)
})
