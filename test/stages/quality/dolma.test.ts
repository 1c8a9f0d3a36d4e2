// quality.dolma: each rule at its boundary and scores by hand, from allenai/dolma, python/dolma/taggers/gopher.py.
import { expect, test } from "vitest"
import { dolma } from "../../../stages/quality/dolma.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = dolma.declaration as Filter
const defaults = decodedDefaults(filter.options)
const verdict = (text: string, options: object = {}) =>
  filter.decide(filter.measure({ text }, {}), { ...defaults, ...options })
/** Words that differ, so that no n-gram recurs. */
const words = (count: number, from = 0) =>
  Array.from({ length: count }, (_, i) => `w${"abcdefghij"[(i + from) % 10]}${i + from}`)
const prose = (count: number) => ["the", "of", ...words(count - 2)].join(" ")
const many = (count: number, line: (i: number) => string) => Array.from({ length: count }, (_, i) => line(i)).join("\n")

const cases: ReadonlyArray<readonly [name: string, text: string, reason: string, options?: object]> = [
  ["49 words", prose(49), "too-few-words"],
  ["50 words", prose(50), ""],
  ["marks by themselves are words", `${prose(49)} .`, ""],
  ["100,001 words", prose(100_001), "too-many-words"],
  ["half of the words with 2 letters, half with 3: median 2.5", `the of ${"ab abc ".repeat(29)}`, "short-words"],
  ["median 11 though the mean is less", `${"abcdefghijk ".repeat(60)}${"the of ".repeat(20)}`, "long-words"],
  ["a tenth with a # in them", [prose(45), ...words(5).map((w) => `${w}#x`)].join(" "), ""],
  ["more than a tenth", [prose(45), ...words(6).map((w) => `${w}#x`)].join(" "), "many-symbols"],
  ["three points are no symbol", [prose(45), ...words(6).map((w) => `${w}...`)].join(" "), ""],
  ["… is one", [prose(45), ...words(6).map((w) => `${w}…`)].join(" "), "many-symbols"],
  ["a fifth without a letter", `${prose(48)} ${Array.from({ length: 12 }, (_, i) => 100 + i).join(" ")}`, ""],
  ["more", `${prose(48)} ${Array.from({ length: 13 }, (_, i) => 100 + i).join(" ")}`, "few-alphabetic-words"],
  ["one stop word twice is enough", `the the ${words(58).join(" ")}`, ""],
  ["in capitals they do not count", `The the ${words(58).join(" ")}`, "few-stop-words"],
  ["all lines are bullets", many(10, (i) => `${i % 2 ? "*" : "-"} the ${words(6, i * 6).join(" ")}`), "bullet-lines"],
  ["• is none", many(10, (i) => `• the ${words(6, i * 6).join(" ")}`), ""],
  ["a bullet behind a space is none", many(10, (i) => ` - the ${words(6, i * 6).join(" ")}`), ""],
  ["4 of 10 lines end in …", many(10, (i) => `the ${words(9, i * 9).join(" ")}${i < 4 ? "…" : ""}`), "ellipsis-lines"],
  ["... is no ellipsis", many(10, (i) => `the ${words(9, i * 9).join(" ")}${i < 4 ? "..." : ""}`), ""],
  // The case of reference lists: two pairs among ten lines are 4 of 10 here, 2 of 10 for datatrove and Curator.
  [
    "two pairs of equal lines among ten",
    many(10, (i) => (i < 4 ? `w${i >> 1}` : `the ${words(9, i * 9).join(" ")}`)),
    "repeated-lines"
  ],
  [
    "one long line twice",
    many(8, (i) => (i < 2 ? words(20).join(" ") : `the of ${words(3, 20 + i * 3).join(" ")}`)),
    "repeated-line-text"
  ],
  ["one pair of words", `${"the of ".repeat(12)}${words(30).join(" ")}`, "frequent-2-gram", { maxTop2: 0.19 }]
]

test.each(cases.map(([name, text, reason, options]) => ({ name, text, reason, options })))(
  "$name",
  ({ text, reason, options }) => {
    expect(verdict(text, options)).toBe(reason)
  }
)

test("scores of a small text, by hand", () => {
  // Words: the(3) a#(2) the(3) b(1) the(3) a#(2): 14 letters. Pairs: the a#, a# the, the b, b the, the a#.
  expect(filter.measure({ text: "the a# the b\nthe a#\n" }, {})).toMatchObject({
    words: 6,
    medianWordLength: 2.5,
    symbolWords: 2 / 6,
    alphabeticWords: 1,
    stopWords: 3,
    bulletLines: 0,
    ellipsisLines: 0,
    duplicateLines: 0,
    top2: (2 * 5) / 14,
    top3: 8 / 14,
    repeated5: 0
  })
})

test("repeated n-grams: the share of their letters among all n-grams' letters", () => {
  // 5-grams of a b c d e a b c d e: abcde bcdea cdeab deabc eabcd abcde; one of them occurs twice, all have 5 letters.
  expect(filter.measure({ text: "a b c d e a b c d e" }, {})["repeated5"]).toBe(2 / 6)
  expect(filter.measure({ text: "a b c d" }, {})["repeated5"]).toBe(0)
  expect(filter.measure({ text: "" }, {})["words"]).toBe(0)
})

test("thresholds of n-grams decide in order", () => {
  const scores = filter.measure({ text: "" }, {})
  const base = { ...scores, words: 60, medianWordLength: 5, alphabeticWords: 1, stopWords: 3 }
  const most: ReadonlyArray<readonly [string, number, string]> = [
    ["top2", 0.2, "frequent-2-gram"],
    ["top3", 0.18, "frequent-3-gram"],
    ["top4", 0.16, "frequent-4-gram"],
    ["repeated5", 0.15, "repeated-5-grams"],
    ["repeated6", 0.14, "repeated-6-grams"],
    ["repeated7", 0.13, "repeated-7-grams"],
    ["repeated8", 0.12, "repeated-8-grams"],
    ["repeated9", 0.11, "repeated-9-grams"],
    ["repeated10", 0.1, "repeated-10-grams"]
  ]
  for (const [name, bound, reason] of most) {
    expect(filter.decide({ ...base, [name]: bound }, defaults)).toBe("")
    expect(filter.decide({ ...base, [name]: bound + 1e-9 }, defaults)).toBe(reason)
  }
})
