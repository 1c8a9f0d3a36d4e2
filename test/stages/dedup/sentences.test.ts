// dedup.sentences: which spans are cut, from where, and what is then too short.
import { expect, test } from "vitest"
import { remainder, without } from "../../../stages/dedup/cuts.ts"
import { sentences } from "../../../stages/dedup/sentences.ts"
import type { Filter } from "../declared.ts"
import { decodedDefaults, foundIn } from "./found.ts"

const find = foundIn(sentences)
const options = decodedDefaults(find)
const left = (texts: ReadonlyArray<string>, given: object = {}, against: ReadonlyArray<ReadonlyArray<string>> = []) =>
  find.cuts(texts, { ...options, ...given }, against).map((cuts, row) => without(texts[row]!, cuts))

const [a, b, c, d, e, f] = ["Ann came.", "Bob left.", "Cy slept.", "Di sang.", "Ed ran.", "Flo sat."] as const
const say = (...said: ReadonlyArray<string>) => said.join(" ")

test.each<readonly [what: string, texts: ReadonlyArray<string>, given: object, left: ReadonlyArray<string>]>([
  ["a span in another text", [say(a, b, c, d), say(e, a, b, c, f)], {}, [say(a, b, c, d), say(e, f)]],
  ["overlapping spans", [say(a, b, c, d, e), say(f, b, c, d, e)], {}, [say(a, b, c, d, e), f]],
  ["two sentences are no span", [say(a, b), say(a, b)], {}, [say(a, b), say(a, b)]],
  ["a span again in the same text", [say(a, b, c, d, a, b, c)], {}, [say(a, b, c, d)]],
  ["all of it", [say(a, b, c), say(a, b, c)], {}, [say(a, b, c), ""]],
  ["simplified", [say(a, b, "Page 7."), say(e, "ANN came!", "Bób left...", "Page 12.")], {}, [say(a, b, "Page 7."), e]],
  ["spans of one", [say(a, b), say(c, b, d)], { span: 1 }, [say(a, b), say(c, d)]],
  ["lines", ["x\ny\nz\n", "q\nx\ny\nz\nr"], { unit: "lines" }, ["x\ny\nz\n", "q\nr"]],
  ["blank lines are no span", ["a\n\n\n\nb", "c\n\n\n\nd"], { unit: "lines" }, ["a\n\n\n\nb", "c\n\n\n\nd"]],
  ["nothing", ["", ""], {}, ["", ""]]
])("%s", (_, texts, given, expected) => {
  expect(left(texts, given)).toEqual(expected)
})

test("an earlier corpus, and which row keeps a span", () => {
  expect(left([say(a, b, c, d)], {}, [[e], [say(a, b, c)]])).toEqual([d])
  const [, , cuts] = find.cuts(["x", say(a, b, c), say(a, b, c)], options)
  expect(cuts).toEqual([{ from: 0, to: 29, of: "1".padStart(32, "0") }])
})

test("too little left, of what was cut only", () => {
  const { measure, decide } = remainder.declaration as Filter
  const cut = [{ from: 0, to: 1, of: "" }]
  const verdict = (by: string, cuts: ReadonlyArray<unknown>, minWords: number, minSentences: number) =>
    decide(measure({ by, cuts }, {}), { minWords, minSentences })
  expect(verdict("One two.", [], 50, 3)).toBe("")
  expect(verdict("One two.", cut, 2, 1)).toBe("")
  expect(verdict("One two.", cut, 3, 1)).toBe("little-left")
  expect(verdict("One two.", cut, 2, 2)).toBe("little-left")
  expect(verdict("", cut, 1, 0)).toBe("little-left")
})
