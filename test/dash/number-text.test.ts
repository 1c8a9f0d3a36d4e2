// Numbers as the report writes them.
import { expect, test } from "vitest"
import { amount, chance, count, counted, figure, moment, signed, span } from "../../src/dash/number-text.ts"

test("counts", () => {
  expect([count(0), count(1234567)]).toEqual(["0", "1,234,567"])
  expect([counted(1, "row"), counted(2000, "row"), counted(0, "row")]).toEqual(["1 row", "2,000 rows", "0 rows"])
})

test("figures keep about three digits", () => {
  expect([0, 1234.5, 123.4, 12.34, 1.234, 0.1234, 0.00001234, -0.5, 3e8].map(figure)).toEqual([
    "0",
    "1,235",
    "123",
    "12.3",
    "1.23",
    "0.123",
    "1.2e-5",
    "−0.500",
    "3.00e+8"
  ])
  expect([Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY].map(figure)).toEqual(["–", "∞", "−∞"])
  expect([1, 0, -1].map(signed)).toEqual(["+1.00", "0", "−1.00"])
})

test("amounts, chances, times", () => {
  expect([7168, 30651, 1442432, 7e9].map(amount)).toEqual(["7,168", "31 k", "1.4 M", "7.0 B"])
  expect([0.0002, 0.04, 1].map(chance)).toEqual(["p < 0.001", "p = 0.040", "p = 1.000"])
  expect([0, 0.31, 12.126, 150, 7200].map(span)).toEqual(["0 s", "0.3 s", "12 s", "3 min", "2.0 h"])
  expect(moment(Date.UTC(2030, 0, 2, 3, 4, 59))).toBe("2030-01-02 03:04 UTC")
})
