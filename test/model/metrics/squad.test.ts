// SQuAD normalisation, exact match and token F1 against the definitions of the official scorers.
import { expect, test } from "vitest"
import { bestOf, exactMatch, normalizeAnswer, tokenF1 } from "../../../src/model/metrics/squad.ts"

test.each([
  ["The  Eiffel Tower.", "eiffel tower"],
  ["a-b", "ab"],
  ["an apple, a day", "apple day"],
  ["theatre and the anthem", "theatre and anthem"],
  ["U.S.A.", "usa"],
  ["the", ""],
  ["Zwölf  Äpfel\n", "zwölf äpfel"],
  ["“the” dash—a", "“ ” dash—"]
])("normalises %j to %j", (text, expected) => {
  expect(normalizeAnswer(text)).toBe(expected)
})

test.each([
  ["The Eiffel Tower.", "eiffel tower", 1, 1],
  ["Paris", "London", 0, 0],
  ["in the city of Paris", "Paris", 0, 2 / 5],
  ["one two two", "two two three", 0, 2 / 3],
  ["to be or not to be", "to be", 0, 1 / 2],
  ["", "", 1, 1],
  ["the", "", 1, 1],
  ["", "answer", 0, 0],
  ["answer", "", 0, 0]
])("%j against %j: exact match %d, F1 %d", (prediction, reference, match, f1) => {
  expect(exactMatch(prediction, reference)).toBe(match)
  expect(tokenF1(prediction, reference)).toBeCloseTo(f1, 12)
})

test("takes the best of several references", () => {
  expect(bestOf(tokenF1, "in Paris", ["London", "Paris", "near Paris, France"])).toBeCloseTo(2 / 3, 12)
  expect(bestOf(exactMatch, "Paris", [])).toBe(0)
})
