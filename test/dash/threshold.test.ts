// Thresholds are found from what was kept and dropped: by names, by reasons, and not where the rows speak against it.
import { expect, test } from "vitest"
import { edgeOf, findThresholds, standing, type Threshold } from "../../src/dash/threshold.ts"

interface Row {
  readonly scores: { readonly [measure: string]: number }
  readonly reason?: string
}

const found = (options: { readonly [name: string]: unknown }, rows: ReadonlyArray<Row>) => {
  const reasons = [...new Set(rows.flatMap(({ reason }) => reason ?? []))]
  const names = [...new Set(rows.flatMap(({ scores }) => Object.keys(scores)))]
  const thresholds = findThresholds({
    options,
    measures: new Map(names.map((name) => [name, Float64Array.from(rows, ({ scores }) => scores[name] ?? Number.NaN)])),
    codes: Uint16Array.from(rows, ({ reason }) => (reason === undefined ? 0 : reasons.indexOf(reason) + 1)),
    reasons
  })
  return thresholds.map(({ option, measure, side, reason }) => [option, measure, side, reason])
}

const words = (...counts: ReadonlyArray<number>): ReadonlyArray<Row> =>
  counts.map((one) =>
    one < 50 ? { scores: { words: one, lines: one / 7 }, reason: "short" } : { scores: { words: one, lines: one / 7 } }
  )

test.each<readonly [string, { readonly [name: string]: unknown }, ReadonlyArray<Row>, ReadonlyArray<unknown>]>([
  ["by its name", { minWords: 50 }, words(10, 49, 50, 90), [["minWords", "words", "least", "short"]]],
  ["by its name where nothing was dropped", { minWords: 50 }, words(50, 90), [["minWords", "words", "least", null]]],
  ["by a name that ends alike", { minNumWords: 50 }, words(3, 70), [["minNumWords", "words", "least", "short"]]],
  ["by a reason's rows", { limit: 50 }, words(10, 49, 50, 90), [["limit", "words", "least", "short"]]],
  [
    "by many rows of a reason, whatever its name",
    { dawn: 50 },
    words(...Array.from({ length: 100 }, (_, at) => at)),
    [["dawn", "words", "least", "short"]]
  ],
  ["not where a kept row is beyond it", { minWords: 60 }, words(10, 50, 90), []],
  ["not without a sign of it", { seed: 7, depth: 2000 }, words(10, 50, 90), []],
  ["not of what is no number", { keep: ["en"], words: "plain", minWords: Number.NaN }, words(10, 50), []],
  ["not without rows", { minWords: 50 }, [], []],
  [
    "of two reasons each its own, in the order of the options",
    { minWords: 50, maxLines: 20 },
    [
      { scores: { words: 10, lines: 30 }, reason: "short" },
      { scores: { words: 80, lines: 40 }, reason: "lists" },
      { scores: { words: 90, lines: 50 }, reason: "lists" },
      { scores: { words: 70, lines: 20 } }
    ],
    [
      ["minWords", "words", "least", "short"],
      ["maxLines", "lines", "most", "lists"]
    ]
  ],
  [
    "of one measure on both sides",
    { minWords: 50, maxWords: 100 },
    [
      { scores: { words: 10 }, reason: "short" },
      { scores: { words: 101 }, reason: "long" },
      { scores: { words: 100 } }
    ],
    [
      ["minWords", "words", "least", "short"],
      ["maxWords", "words", "most", "long"]
    ]
  ]
])("a threshold is told %s", (_, options, rows, expected) => {
  expect(found(options, rows)).toEqual(expected)
})

test("a row's score is written with as many digits as tell it from the threshold", () => {
  const least: Threshold = { option: "minShare", measure: "share", value: 0.65, side: "least", reason: null }
  const most: Threshold = { option: "maxWords", measure: "words", value: 100_000, side: "most", reason: null }
  expect([0.2, 0.6499, 0.64999996, 0.65, 1].map((score) => standing(least, score))).toEqual([
    "share 0.2 < minShare 0.65",
    "share 0.6499 < minShare 0.65",
    "share 0.64999996 < minShare 0.65",
    "share 0.65 ≥ minShare 0.65",
    "share 1 ≥ minShare 0.65"
  ])
  expect([99_999, 100_000, 212_231].map((score) => standing(most, score))).toEqual([
    "words 99,999 ≤ maxWords 100,000",
    "words 100,000 ≤ maxWords 100,000",
    "words 212,231 > maxWords 100,000"
  ])
})

test("between whole numbers a threshold stands half a number before or after", () => {
  const at = (value: number, side: "least" | "most", integer: boolean) =>
    edgeOf({ option: "o", measure: "m", value, side, reason: null }, integer)
  expect([at(50, "least", true), at(50, "most", true), at(49.5, "least", true), at(0.5, "most", false)]).toEqual([
    49.5, 50.5, 49.5, 0.5
  ])
})
