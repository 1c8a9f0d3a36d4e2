// Differences word by word: the stretches give both texts back, and long ones are cut with word of it.
import { expect, test } from "vitest"
import { wordDifference } from "../../src/dash/word-difference.ts"

test.each([
  ["the gate opens at dawn", "the gate closes at dawn"],
  ["", "all of it"],
  ["all of it", ""],
  ["same", "same"],
  ["naïve 水門 é", "naïve 水路 é"],
  ["one\ntwo\n\nthree", "one two three"]
])("%j and %j are both in the stretches", async (first, second) => {
  const { stretches, differences, left } = (await wordDifference(first, second))!
  const side = (of: "first" | "second") =>
    stretches.flatMap((one) => (one.of === "both" || one.of === of ? one.text : [])).join("")
  expect([side("first"), side("second"), left]).toEqual([first, second, 0])
  expect(differences === 0).toBe(first === second)
})

test("one word that differs is one word that is marked", async () => {
  const { stretches } = (await wordDifference("the gate opens at dawn", "the gate closes at dawn"))!
  expect(stretches).toEqual([
    { of: "both", text: "the gate " },
    { of: "first", text: "opens" },
    { of: "second", text: "closes" },
    { of: "both", text: " at dawn" }
  ])
})

test("what both have is cut at the far side of a difference, and what is left out is counted", async () => {
  const long = "word ".repeat(200)
  const { stretches } = (await wordDifference(`${long}a ${long}`, `${long}b ${long}`))!
  expect(stretches[0]!.text).toMatch(/^\[…\] .{140}$/)
  expect(stretches.at(-1)!.text).toMatch(/^.{140} \[…\]$/s)
  const many = (letter: string) => Array.from({ length: 400 }, (_, at) => `${letter}${at} same`).join(" ")
  const found = (await wordDifference(many("a"), many("b"), 300))!
  expect(found.left).toBeGreaterThan(0)
  expect(found.differences).toBe(found.left + found.stretches.filter(({ of }) => of !== "both").length)
  expect(found.stretches.reduce((sum, { text }) => sum + text.length, 0)).toBeLessThan(700)
})

test("texts that differ throughout are not compared word by word", async () => {
  const words = (letter: string) => Array.from({ length: 4000 }, (_, at) => `${letter}${at}`).join(" ")
  expect(await wordDifference(words("a"), words("b"))).toBeUndefined()
})
