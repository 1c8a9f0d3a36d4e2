// quality.fineweb: each rule at its boundary, a reference with strings, and the batch form.
import { expect, test } from "vitest"
import { makeSpacyTokeniser, makeTokens } from "#sluice/text"
import { fineweb } from "../../../stages/quality/fineweb.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = fineweb.declaration as Filter
const defaults = decodedDefaults(filter.options)
const measured = decodedDefaults(filter.measureOptions)
const verdict = (text: string, options: object = {}) =>
  filter.decide(filter.measure({ text }, { ...measured, ...options }), { ...defaults, ...options })
const lines = (count: number, end = ".") =>
  Array.from({ length: count }, (_, i) => `line ${i} is one of the longer lines here${end}`)

const cases: ReadonlyArray<readonly [name: string, text: string, reason: string]> = [
  ["nothing", "", "empty"],
  ["only white space", " \n\t\n\u00a0", "empty"],
  ["12 of 100 lines end a sentence", [...lines(12), ...lines(100, "").slice(12)].join("\n"), ""],
  ["11 of 100 lines end a sentence", [...lines(11), ...lines(100, "").slice(11)].join("\n"), "few-sentence-ends"],
  ["a space after the mark", lines(9, ". ").join("\n"), "few-sentence-ends"],
  ["blank lines are no lines", lines(3).join("\n\n \n"), ""],
  [
    "67 of 100 lines are short",
    [...lines(33), ...Array.from({ length: 67 }, (_, i) => `${i} one two three.`)].join("\n"),
    ""
  ],
  [
    "68 of 100 lines are short",
    [...lines(32), ...Array.from({ length: 68 }, (_, i) => `${i} one two three.`)].join("\n"),
    "short-lines"
  ],
  ["30 characters are short", `${"é".repeat(29)}.`, "short-lines"],
  ["31 characters are not", `${"é".repeat(30)}.`, ""],
  ["a line comes twice", [...lines(20), ...lines(1)].join("\n"), "repeated-lines"],
  ["a line in hundred comes twice", [...lines(200), ...lines(1)].join("\n"), ""],
  ["three line feeds for ten tokens", `${"word ".repeat(8)}is it.\n\n\n`.replace("is it.", "it."), ""],
  ["four line feeds for ten tokens", `${"word ".repeat(8)}it.\n\n\n\n`, "list"]
]

test.each(cases)("%s", (_name, text, reason) => {
  expect(verdict(text)).toBe(reason)
})

test("every reason occurs", () => {
  expect(new Set(cases.map(([, , reason]) => reason).filter((reason) => reason !== ""))).toEqual(
    new Set(filter.reasons)
  )
})

test("options", () => {
  const bare = lines(5, "").join("\n")
  expect(verdict(bare, { keepNoSentenceEnds: true })).toBe("")
  expect(verdict(bare, { minSentenceEnds: 0 })).toBe("")
  expect(verdict(`${"é".repeat(29)}.`, { shortLine: 29 })).toBe("")
})

const tokenise = makeSpacyTokeniser()

/** The rules once more, with strings. */
const reference = (text: string) => {
  const all = text.split("\n").filter((line) => !/^[\s\u0085\u001c-\u001f]*$/.test(line))
  const points = (part: string) => Array.from(part).length
  const share = (count: number) => (all.length === 0 ? 0 : count / all.length)
  const bytes = Buffer.from(text, "utf8")
  const tokens = makeTokens(bytes.length)
  tokenise(bytes, 0, bytes.length, tokens)
  const repeated = all.filter((line, i) => all.indexOf(line) < i).reduce((sum, line) => sum + points(line), 0)
  return {
    lines: all.length,
    sentenceEnds: share(all.filter((line) => /\p{Sentence_Terminal}$/u.test(line)).length),
    shortLines: share(all.filter((line) => points(line) <= 30).length),
    repeatedText: repeated / Math.max(1, points(text.replaceAll("\n", ""))),
    feedsPerWord: tokens.count === 0 ? 0 : (text.split("\n").length - 1) / tokens.count
  }
}

test("scores agree with the reference, row by row and in a batch", () => {
  const texts = ["", "\n", "a.\n\na.\n", "a\n", ...oddTexts(31, 300)]
  const expected = texts.map(reference)
  expect(texts.map((text) => filter.measure({ text }, measured))).toEqual(expected)
  const batch = filter.measureBatch!(textBatch("text", texts), measured)
  for (const name of Object.keys(filter.measures!))
    expect(columnValues(batch, name), name).toEqual(expected.map((one) => one[name as keyof typeof one]))
})
