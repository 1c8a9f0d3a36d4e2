// Random streams: the same for the same seed and name, unlike otherwise, and of the right distribution.
import { expect, test } from "vitest"
import { seededRandom, shuffledOrder } from "../../src/model/random.ts"

const draw = (seed: number, name: string): number[] => {
  const random = seededRandom(seed, name)
  return Array.from({ length: 5 }, () => random.uniform())
}

test("a stream is fixed by seed and name", () => {
  expect(draw(1, "a")).toEqual(draw(1, "a"))
  expect(draw(1, "a")).not.toEqual(draw(2, "a"))
  expect(draw(1, "a")).not.toEqual(draw(1, "b"))
  expect(draw(0, "golden").map((value) => value.toFixed(6))).toMatchInlineSnapshot(`
    [
      "0.669131",
      "0.209540",
      "0.238575",
      "0.081734",
      "0.490935",
    ]
  `)
})

test("moments of uniform and normal values", () => {
  const random = seededRandom(9, "moments")
  const count = 40_000
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length
  const uniform = Array.from({ length: count }, () => random.uniform())
  const normal = Array.from({ length: count }, () => random.normal())
  expect(mean(uniform)).toBeCloseTo(0.5, 2)
  expect(mean(uniform.map((value) => value ** 2))).toBeCloseTo(1 / 3, 2)
  expect(mean(normal)).toBeCloseTo(0, 1)
  expect(mean(normal.map((value) => value ** 2))).toBeCloseTo(1, 1)
  expect(mean(normal.map((value) => value ** 4))).toBeCloseTo(3, 0)
})

test("a shuffle holds every place once", () => {
  const order = shuffledOrder(100, seededRandom(3))
  expect([...order].toSorted((left, right) => left - right)).toEqual(Array.from({ length: 100 }, (_, place) => place))
  expect(order).not.toEqual(Int32Array.from({ length: 100 }, (_, place) => place))
})
