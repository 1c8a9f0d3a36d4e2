// quality.relevance and the vectors behind it: content words, similarity, coverage, bounds.
import { expect, test } from "vitest"
import { relevance } from "../../../stages/quality/relevance.ts"
import { contentWords, cosine, textVector } from "#sluice/text"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = relevance.declaration as Filter
const defaults = decodedDefaults(filter.options)
const measured = (question: string, answer: string) =>
  filter.measure({ question, answer }, {}) as { readonly [name: string]: number }

test.each([
  ["When does the north gate open?", ["north", "gate", "open"]],
  ["Is it 7 or B2?", ["7", "b2"]],
  ["它们 sind Tore", ["它", "们", "sind", "tore"]],
  ["", []]
])("content words of %j", (text, words) => {
  expect(contentWords(text)).toEqual(words)
})

test("a text is near itself and its forms, others are not", () => {
  const near = (a: string, b: string) => cosine(textVector(a), textVector(b))
  expect(near("north gate", "North gates")).toBeGreaterThan(0.6)
  expect(near("north gate", "north gate")).toBeCloseTo(1)
  expect(Math.abs(near("north gate", "flour and salt"))).toBeLessThan(0.3)
  expect(near("", "north gate")).toBe(0)
})

test("coverage by the first five letters", () => {
  expect(measured("Describe the northern gate's opening", "It opens in the north-west.")["covered"]).toBe(1 / 3)
  expect(measured("Who?", "Ann.")["covered"]).toBe(1)
})

test.each([
  ["flour, water and salt", {}, ""],
  ["flour, water and salt", { minSimilarity: 0.2 }, "off-topic"],
  ["the gate opens at dawn", { minSimilarity: 0.2 }, ""],
  ["the gate opens at dawn", { minCovered: 0.9 }, "question-not-covered"],
  ["dawn", { minSimilarity: 0.2, minWords: 2 }, ""]
])("%j with %j", (answer, options, reason) => {
  const question = "When does the north gate open?"
  expect(filter.decide(measured(question, answer), { ...defaults, ...options })).toBe(reason)
})
