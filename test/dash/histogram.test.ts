// Histograms: every value is in one bin or counted outside, edges ascend, and a threshold is an edge.
import { describe, expect, test } from "vitest"
import { fates, type Histogram, histogramOf } from "../../src/dash/histogram.ts"
import { histogramFigure } from "../../src/dash/histogram-figure.ts"
import { checkPage } from "./page-check.ts"

/** A repeatable draw between 0 and 1. */
const draws = (seed: number, rows: number): ReadonlyArray<number> => {
  let state = seed
  return Array.from({ length: rows }, () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0
    return state / 2 ** 32
  })
}

const spread = {
  shares: draws(1, 500),
  "mostly nothing": draws(2, 5000).map((one) => (one < 0.9 ? 0 : (one - 0.9) * 10)),
  "one far away": [...draws(3, 3000), 900],
  "small counts": draws(4, 500).map((one) => Math.floor(one * 9)),
  counts: draws(5, 500).map((one) => Math.floor(one * 300)),
  "counts that spread": draws(6, 2000).map((one) => Math.floor(3 + 50 / (one + 0.0005))),
  "lengths that spread": draws(7, 2000).map((one) => 0.1 / (one + 0.00001)),
  "with nothing in it": draws(8, 2000).map((one) => (one < 0.2 ? 0 : Math.floor(3 / (one - 0.19999)))),
  "below zero": draws(9, 300).map((one) => one * 8 - 4),
  same: Array.from({ length: 20 }, () => 7),
  zero: [0, 0, 0],
  one: [0.25],
  "not all numbers": [1, Number.NaN, 3, Number.POSITIVE_INFINITY]
} as const

const histogram = (values: ReadonlyArray<number>, integer: boolean, mark?: number, closed?: "left" | "right") =>
  histogramOf({
    values: Float64Array.from(values),
    fate: Uint8Array.from(values, (_, at) => at % 3),
    integer,
    ...(mark === undefined ? {} : { marks: [mark], closed: closed! })
  })

const rowsIn = ({ bins, below, above, missing }: Histogram) =>
  bins.reduce((sum, { kept, own, other }) => sum + kept + own + other, below + above + missing)

describe.each(Object.entries(spread))("%s", (_, values) => {
  const finite = values.filter(Number.isFinite)
  const integer = finite.every(Number.isInteger)

  test("holds every row in bins that ascend", () => {
    const found = histogram(values, integer)!
    expect(rowsIn(found)).toBe(values.length)
    expect(found.bins.length).toBeLessThanOrEqual(50)
    for (const [at, bin] of found.bins.entries()) {
      expect(bin.to).toBeGreaterThan(bin.from)
      if (at > 0) expect(bin.from).toBe(found.bins[at - 1]!.to)
    }
    expect(found.missing).toBe(values.length - finite.length)
    expect([found.low, found.high]).toEqual([Math.min(...finite), Math.max(...finite)])
  })

  test("has what is inside a bin in it", () => {
    const { bins } = histogram(values, integer)!
    for (const { from, to, kept, own, other } of bins) {
      const inside = finite.filter((value) => value > from && value < to).length
      const withEdges = finite.filter((value) => value >= from && value <= to).length
      expect(kept + own + other).toBeGreaterThanOrEqual(inside)
      expect(kept + own + other).toBeLessThanOrEqual(withEdges)
    }
  })

  test("has an edge where a threshold stands among the values", () => {
    const sorted = finite.toSorted((a, b) => a - b)
    const value = sorted[finite.length >> 1]!
    if (value === sorted[0] || value === sorted.at(-1)) return
    for (const side of ["left", "right"] as const) {
      const mark = integer ? value + 0.5 : value
      const { bins } = histogram(values, integer, mark, side)!
      const at = bins.findIndex(({ from }) => Math.abs(from - mark) <= Math.abs(mark) * 1e-9)
      expect(at).toBeGreaterThan(0)
    }
  })

  test("is drawn as a figure with words", () => {
    const found = histogram(values, integer)!
    const threshold = { option: "<max>", measure: "m", value: 3, side: "most", reason: null } as const
    const { figure, text } = histogramFigure("<title>", found, [threshold])
    const page = `<!doctype html><html lang="en"><head><title>t</title></head><body>${figure.text}<p>${text}</p></body></html>`
    const facts = checkPage(page)
    expect(facts.elements.get("rect") ?? 0).toBeGreaterThan(0)
    expect(figure.text).not.toMatch(/NaN|Infinity|undefined/)
    expect(text).toContain("median")
  })
})

test("whole numbers of a small range have a bin each", () => {
  const { bins, scale } = histogram([0, 1, 1, 2, 5], true)!
  expect(bins.map(({ from, to, kept, own, other }) => [from, to, kept + own + other])).toEqual([
    [-0.5, 0.5, 1],
    [0.5, 1.5, 2],
    [1.5, 2.5, 1],
    [2.5, 3.5, 0],
    [3.5, 4.5, 0],
    [4.5, 5.5, 1]
  ])
  expect(scale).toBe("linear")
})

test("a threshold outside the values is reached where it is near", () => {
  const near = histogram([0, 0.1, 0.2], false, 0.5, "right")!
  expect(near.bins.at(-1)!.to).toBeGreaterThanOrEqual(0.5)
  const far = histogram([0, 0.1, 0.2], false, 50, "right")!
  expect(far.bins.at(-1)!.to).toBeLessThan(1)
})

test("values that spread are drawn by powers, and the fates stay apart", () => {
  const found = histogram(spread["counts that spread"], true)!
  expect(found.scale).toBe("log")
  const sum = (fate: "kept" | "own" | "other") => found.bins.reduce((total, bin) => total + bin[fate], 0)
  expect([sum("kept"), sum("own"), sum("other")]).toEqual([667, 667, 666])
  expect(fates).toEqual({ kept: 0, own: 1, other: 2 })
})

test("without a number there is no histogram", () => {
  expect(histogram([Number.NaN], false)).toBeUndefined()
  expect(histogram([], true)).toBeUndefined()
})
