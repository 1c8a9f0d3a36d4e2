// quality.gopher: each rule at its boundary, scores by hand, and the batch form.
import { expect, test } from "vitest"
import { gopher } from "../../../stages/quality/gopher.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = gopher.declaration as Filter
const defaults = decodedDefaults(filter.options)
const spacy = decodedDefaults(filter.measureOptions)
const plain = { words: "plain" }
const verdict = (text: string, options: object = {}) =>
  filter.decide(filter.measure({ text }, spacy), { ...defaults, ...options })
const words = (count: number, word = "word") => Array.from({ length: count }, () => word).join(" ")
const prose = (count: number) => `the of ${words(count - 2)}`

const cases: ReadonlyArray<readonly [name: string, text: string, reason: string]> = [
  ["49 words", prose(49), "too-few-words"],
  ["50 words", prose(50), ""],
  ["marks are no words", `${prose(49)} . , ! ?`, "too-few-words"],
  ["100,000 words", prose(100_000), ""],
  ["100,001 words", prose(100_001), "too-many-words"],
  ["mean length just below 3", `the of ${words(60, "ab")}`, "short-words"],
  ["mean length 3", `the and ${words(60, "abc")}`, ""],
  ["mean length 10", `${words(100, "abcdefghij")} to with ${words(2, "abcdefghijklmnopq")}`, ""],
  ["mean length above 10", `the of ${words(60, "abcdefghijk")}`, "long-words"],
  ["# at a tenth of tokens", `${prose(90)} ${words(10, "a#").replaceAll("a#", "#")}`.replaceAll("# #", "# x #"), ""],
  ["# beyond a tenth", `${prose(90)} ${words(11, "# x")}`, ""],
  ["# everywhere", words(60, "the of # words"), "many-hashes"],
  ["ellipses everywhere", words(60, "the of ... words"), "many-ellipses"],
  ["one-character ellipses everywhere", words(60, "the of … words"), "many-ellipses"],
  ["bullets on 9 of 10 lines", `${words(9, `- ${prose(8)}\n`)}${prose(8)}`, ""],
  ["bullets on all lines", words(20, `• ${prose(8)}\n`), "bullet-lines"],
  ["ellipsis ends 3 of 10 lines", `${words(3, `${prose(20)}...\n`)}${words(7, `${prose(20)}\n`)}`, ""],
  ["ellipsis ends 4 of 10 lines", `${words(4, `${prose(20)}… \n`)}${words(6, `${prose(20)}\n`)}`, "ellipsis-lines"],
  ["80 of 100 tokens with letters", `${prose(80)} ${words(20, "123")}`, ""],
  ["79 of 100 tokens with letters", `${prose(79)} ${words(21, "123")}`, "few-alphabetic-words"],
  ["one stop word, twice", `the the ${words(60)}`, "few-stop-words"],
  ["stop words in capitals", `The Of ${words(60)}`, "few-stop-words"],
  ["nothing", "", "too-few-words"]
]

test.each(cases)("%s", (_name, text, reason) => {
  expect(verdict(text)).toBe(reason)
})

test("every reason occurs", () => {
  expect(new Set(cases.map(([, , reason]) => reason).filter((reason) => reason !== ""))).toEqual(
    new Set(filter.reasons)
  )
})

test("scores of a small text", () => {
  expect(filter.measure({ text: "- The café, to be...\n\n## of 2 # end…  \n" }, plain)).toEqual({
    words: 7,
    meanWordLength: 17 / 7,
    hashShare: 3 / 13,
    ellipsisShare: 2 / 13,
    bulletLines: 1 / 3,
    ellipsisLines: 2 / 3,
    alphabeticShare: 6 / 13,
    stopWords: 3
  })
})

test("scores of the same text with the words of spaCy, which cuts ## in two", () => {
  const { hashShare, ellipsisShare, alphabeticShare } = filter.measure(
    { text: "- The café, to be...\n\n## of 2 # end…  \n" },
    spacy
  )
  expect({ hashShare, ellipsisShare, alphabeticShare }).toEqual({
    hashShare: 3 / 14,
    ellipsisShare: 2 / 14,
    alphabeticShare: 6 / 14
  })
})

test("thresholds are options", () => {
  expect(verdict(prose(49), { minWords: 49 })).toBe("")
  expect(verdict(prose(60), { minStopWords: 3 })).toBe("few-stop-words")
})

test("batch and row agree", () => {
  const texts = ["", "\n", ...oddTexts(11, 300)]
  for (const words of [spacy, plain]) {
    const batch = filter.measureBatch!(textBatch("text", texts), words)
    for (const name of Object.keys(filter.measures!))
      expect(columnValues(batch, name), name).toEqual(texts.map((text) => filter.measure({ text }, words)[name]))
  }
})
