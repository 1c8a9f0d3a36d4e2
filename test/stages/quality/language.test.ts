// quality.language: reasons, and the batch form.
import { expect, test } from "vitest"
import { language } from "../../../stages/quality/language.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = language.declaration as Filter
const defaults = decodedDefaults(filter.options)

const cases: ReadonlyArray<readonly [text: string, options: object, reason: string]> = [
  ["The quick brown fox jumps over the lazy dog.", {}, ""],
  ["Der schnelle Fuchs springt über den faulen Hund.", {}, "other-language"],
  ["Der schnelle Fuchs springt über den faulen Hund.", { keep: ["en", "de"] }, ""],
  ["12345", {}, "no-language"],
  ["The quick brown fox jumps over the lazy dog.", { minConfidence: 1.1 }, "unsure-language"]
]

test.each(cases)("%j %j", (text, options, reason) => {
  expect(filter.decide(filter.measure({ text }, {}), { ...defaults, ...options })).toBe(reason)
})

test("every reason occurs", () => {
  expect(new Set(cases.map(([, , reason]) => reason).filter((reason) => reason !== ""))).toEqual(
    new Set(filter.reasons)
  )
})

test("batch and row agree", () => {
  const texts = ["", "12", ...oddTexts(31, 200)]
  const batch = filter.measureBatch!(textBatch("text", texts), {})
  for (const name of ["language", "confidence"])
    expect(columnValues(batch, name)).toEqual(texts.map((text) => filter.measure({ text }, {})[name]))
})
