// Excerpts: their middle is cut between characters, and what hides or turns text stands as its code point.
import { expect, test } from "vitest"
import { excerpt, shown, weight } from "../../src/dash/excerpt.ts"

test("a long text keeps its ends and says how much is gone", () => {
  expect(excerpt("short", 10)).toBe("short")
  expect(excerpt(`${"a".repeat(50)}${"b".repeat(1950)}`, 10)).toBe("aaaaa […1,990 characters…] bbbbb")
})

test("a text of characters that take much room is cut to less of them", () => {
  for (const text of ["<'\"&>", "a\u202e", "水", "😀", "x"])
    expect(weight(excerpt(text.repeat(5000), 400))).toBeLessThanOrEqual(800)
})

test("no character is cut in two", () => {
  for (let most = 4; most < 12; most++) expect(excerpt("😀".repeat(20), most).isWellFormed()).toBe(true)
})

test.each([
  ["a\u0000b", "a<u>U+0000</u>b"],
  ["a\u202eb", "a<u>U+202E</u>b"],
  ["\u200f\u200b\u2066\ufeff\u00ad", "<u>U+200F U+200B U+2066 and 2 more</u>"],
  ["a\r\nb\tc", "a\nb\tc"],
  ["\ud800", "<u>U+D800</u>"],
  ["می\u200cروم 👩\u200d🚀", "می\u200cروم 👩\u200d🚀"],
  ["<b>&", "&lt;b&gt;&amp;"],
  ["", ""]
])("%j is shown as it can be seen", (text, expected) => {
  expect(shown(text).text).toBe(expected)
})
