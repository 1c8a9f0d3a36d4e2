// The Unicode table: classes and lower case.
import { expect, test } from "vitest"
import { BREAK, classOf, DIGIT, LETTER, lowerOf, SINGLE, SPACE, TERMINAL, WORD } from "#sluice/text"

test.each([
  ["a", LETTER | WORD],
  ["É", LETTER | WORD],
  ["7", WORD | DIGIT],
  ["٣", WORD],
  ["\u0301", WORD],
  ["東", LETTER | WORD | SINGLE],
  ["ไ", LETTER | WORD | SINGLE],
  [" ", SPACE],
  ["\u00a0", SPACE],
  ["\n", SPACE | BREAK],
  ["\u2028", SPACE | BREAK],
  [".", TERMINAL],
  ["。", TERMINAL],
  ["_", 0],
  ["#", 0],
  ["😀", 0]
])("class of %j", (text, bits) => {
  expect(classOf(text.codePointAt(0)!)).toBe(bits)
})

test.each([
  ["A", "a"],
  ["É", "é"],
  ["Σ", "σ"],
  ["İ", "İ"],
  ["ß", "ß"],
  ["𐐀", "𐐨"]
])("lower case of %s", (text, lower) => {
  expect(String.fromCodePoint(lowerOf(text.codePointAt(0)!))).toBe(lower)
})
