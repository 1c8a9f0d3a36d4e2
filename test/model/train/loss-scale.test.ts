// The factor of the loss from step to step, as torch's GradScaler moves it; test/torch holds it against torch itself.
import { expect, test } from "vitest"
import { canShrink, firstLossScale, type LossScale, nextLossScale } from "../../../src/model/train/loss-scale.ts"

/** The state after steps of which some overflow: `true` is one that does, a number so many that do not. */
const after = (steps: readonly (true | number)[], start: LossScale = firstLossScale): LossScale =>
  steps.flatMap((part) => (part === true ? [true] : Array<boolean>(part).fill(false))).reduce(nextLossScale, start)

test.each<[title: string, steps: readonly (true | number)[], scale: number, steady: number, skipped: number]>([
  ["no step", [], 65_536, 0, 0],
  ["one good step", [1], 65_536, 1, 0],
  ["one that overflows", [true], 32_768, 0, 1],
  ["three of them", [true, true, true], 8192, 0, 3],
  ["1,999 good ones", [1999], 65_536, 1999, 0],
  ["2,000", [2000], 131_072, 0, 0],
  ["6,000", [6000], 524_288, 0, 0],
  ["an overflow starts the count again", [1999, true, 1999], 32_768, 1999, 1],
  ["and the 2,000 behind it double", [1999, true, 2000], 65_536, 0, 1]
])("%s", (_, steps, scale, steady, skipped) => {
  expect(after(steps)).toEqual({ scale, steady, skipped })
})

test("it ends at 1, where nothing can shrink, and below what f32 has no numbers for", () => {
  const least = after(Array<true>(16).fill(true))
  expect(least).toEqual({ scale: 1, steady: 0, skipped: 16 })
  expect([canShrink(least), canShrink({ ...least, scale: 2 })]).toEqual([false, true])
  expect(after([true], least).scale).toBe(1)
  const most = { scale: 2 ** 127, steady: 1999, skipped: 0 }
  expect(nextLossScale(most, false)).toEqual({ scale: 2 ** 127, steady: 0, skipped: 0 })
})
