// Which steps of a ledger stand out.
import { expect, test } from "vitest"
import { type LedgerStep, spikesOf } from "../../src/lineage/steps.ts"

const ledger = (losses: ReadonlyArray<number>): ReadonlyArray<LedgerStep> =>
  losses.map((loss, at) => ({
    step: at + 1,
    rowIds: [`row ${at}`],
    tokens: 10,
    supervised: 5,
    loss,
    gradNorm: 1,
    learningRate: 0.1
  }))

/** Falls from 4 towards 2, up and down by a hundredth. */
const falling = Array.from({ length: 60 }, (_, at) => 2 + 2 * Math.exp(-at / 10) + 0.01 * (at % 3))

test.each<[string, ReadonlyArray<number>, ReadonlyArray<number>]>([
  ["a loss that falls", falling, []],
  ["one step far above", falling.with(40, 5), [41]],
  ["two in a row", falling.with(40, 5).with(41, 6), [41, 42]],
  ["a step far below", falling.with(40, 0.1), []],
  ["a step above by less than a tenth", falling.with(40, 2.15), []],
  ["a spike before anything is usual", falling.with(5, 9), []],
  ["losses that are all the same", [...Array.from({ length: 20 }, () => 1), 1.2], [21]],
  ["losses that always jump", Array.from({ length: 60 }, (_, at) => 2 + (at % 2)), []],
  ["none", [], []]
])("%s", (_title, losses, expected) => {
  expect(spikesOf(ledger(losses)).map(({ step }) => step)).toEqual(expected)
})

test("a spike says what was usual, and keeps its rows", () => {
  const [spike] = spikesOf(ledger(falling.with(50, 5)))
  expect(spike).toMatchObject({ step: 51, loss: 5, rowIds: ["row 50"] })
  expect(spike!.usual).toBeCloseTo(2.02, 1)
  expect(spike!.deviations).toBeGreaterThan(20)
})
