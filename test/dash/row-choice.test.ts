// The choice of rows: the least ranks of all, in order, and lots that depend on a row and a name alone.
import { expect, test } from "vitest"
import { drawn, Least, seedOf } from "../../src/dash/row-choice.ts"

test("the least are those that a sort would find", () => {
  const ranks = Array.from({ length: 200 }, (_, row) => drawn(row, 5) % 50)
  const sorted = [...ranks.keys()].sort((a, b) => ranks[a]! - ranks[b]! || a - b)
  for (const most of [1, 3, 50, 300]) {
    const least = new Least(most)
    for (const [row, rank] of ranks.entries()) least.offer(rank, row)
    expect(least.rows).toEqual(sorted.slice(0, most))
  }
})

test("what has no rank is not chosen before what has one", () => {
  const least = new Least(1)
  for (const [row, rank] of [2, Number.NaN, 1].entries()) least.offer(rank, row)
  expect(least.rows).toEqual([2])
})

test("lots of another name are others, and no lot is drawn much more often", () => {
  const lots = (name: string) =>
    Array.from({ length: 4000 }, (_, row) => drawn(Math.imul(row, 2654435761), seedOf(name)))
  expect(lots("a")).toEqual(lots("a"))
  const others = lots("b")
  expect(lots("a").filter((lot, row) => lot === others[row])).toEqual([])
  const eighths = new Array<number>(8).fill(0)
  for (const lot of lots("a")) eighths[Math.floor((lot / 2 ** 32) * 8)]!++
  for (const rows of eighths) expect(Math.abs(rows - 500)).toBeLessThan(100)
})
