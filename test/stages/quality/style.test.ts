// quality.style: features by hand, what is usual, and who stands apart.
import { expect, test } from "vitest"
import { style } from "../../../stages/quality/style.ts"
import { STYLE_FEATURES, styleDistance, styleOf, usualStyle } from "../../../stages/quality/style-profile.ts"
import { resolved, type Select } from "../declared.ts"

const feature = (text: string, name: (typeof STYLE_FEATURES)[number]) => styleOf(text)[STYLE_FEATURES.indexOf(name)]

test.each([
  ["log of words", "one two three", Math.log(4)],
  ["words of a sentence", "One two three. Four five!", 2.5],
  ["letters of a word", "ab cdef", 3],
  ["lines that are list items", "a\n- b\n2. c\n\nd", 2 / 4],
  ["lines that are headings", "# a\nb", 1 / 2],
  ["fenced or quoted code", "run `a` now", 1 / 3],
  ["exclamation marks", "no! no!!", 3 / 2],
  ["question marks", "why not?", 1 / 2],
  ["emoji", "yes 🎉 🎉", 2 / 3],
  ["bold and italic marks", "a **b** *c*", 3 / 3],
  ["capitals", "AbC", 2 / 3],
  ["first person", "I and we go", 2 / 4],
  ["second person", "You, yours, youth", 2 / 3],
  ["contractions", "it's what you'll see", 2 / 4],
  ["commas and brackets", "a, b (c)", 3 / 3]
] as const)("%s of %j", (name, text, value) => {
  expect(feature(text, name)).toBeCloseTo(value)
})

test("every feature has a number, of no text too", () => {
  expect(styleOf("").length).toBe(STYLE_FEATURES.length)
  expect(styleOf("").every(Number.isFinite)).toBe(true)
})

test("median and spread; where most are alike the spread is that of the others", () => {
  const rows = [1, 2, 3, 4, 100].map((value) => STYLE_FEATURES.map((_, i) => (i === 0 ? value : 0)))
  const usual = usualStyle(rows)
  expect(usual[0]).toEqual({ median: 3, spread: 1.2533 * ((2 + 1 + 0 + 1 + 97) / 5) })
  expect(usual[1]).toEqual({ median: 0, spread: 0.01 })
  expect(
    styleDistance(
      STYLE_FEATURES.map(() => 0),
      usualStyle([STYLE_FEATURES.map(() => 0)])
    )
  ).toBe(0)
  expect(
    styleDistance(
      STYLE_FEATURES.map(() => 1),
      usualStyle([STYLE_FEATURES.map(() => 0)])
    )
  ).toBe(10)
})

test("the one that shouts stands apart", () => {
  const calm = Array.from(
    { length: 30 },
    (_, i) => `The gate ${i} opens at dawn, and the boats go up ${"slowly ".repeat(i % 4)}.`
  )
  const select = style.declaration as Select
  const dropped = (maxDistance: number) =>
    resolved(
      select,
      [...calm, "# WOW!!!\n- you'll **LOVE** it 🎉🎉🎉"].map((by) => select.prepare({ by }, {})),
      { maxDistance }
    ).map(({ row }) => row)
  expect(dropped(3)).toEqual([30])
  expect(dropped(10)).toEqual([])
})
