// The text kernel: ASCII runs are cut as the patterns cut them, and texts that were cut are found again.
import { expect, test } from "vitest"
import { cutTexts } from "#sluice/text"
import { makeSpacyRules } from "#src/text/spacy-rules.ts"
import { makeSpacyTokeniser } from "#src/text/spacy-tokens.ts"
import { TextKernel } from "#src/text/text-kernel.ts"
import { makeTokens } from "#src/text/tokens.ts"
import type { TextColumn } from "#sluice"
import { oddTexts, seeded, textBatch } from "./text-batch.ts"

const rules = makeSpacyRules()
const tokenise = makeSpacyTokeniser()
const ATOMS = [
  ...Array.from({ length: 94 }, (_, i) => String.fromCharCode(33 + i)),
  ..." \n\u0001\u007fé’…—ж東²１½\u0301😀©°ü»﷼",
  ..."..,...,--,---,km,GB,m/s,US$,C$,'s,n't,http,://,www,.com,.org,10.,192.168.,172.16,8.8,:80,a.m.,U.S".split(","),
  ...rules.exceptions.keys()
]

/** Bytes, code points and kind of each token, by the patterns. */
const expected = (text: string) =>
  text
    .split(/[\t-\r\u001c- ]+/)
    .filter((run) => run !== "")
    .flatMap((run) => rules.cut(run))

const actual = (text: string) => {
  const bytes = Buffer.from(text, "utf8")
  const tokens = makeTokens(bytes.length)
  tokenise(bytes, 0, bytes.length, tokens)
  return Array.from({ length: tokens.count }, (_, i) => [
    tokens.end[i]! - tokens.start[i]!,
    tokens.points[i]!,
    tokens.kind[i]!
  ]).flat()
}

test("random runs", () => {
  const random = seeded(5)
  for (let n = 0; n < 20_000; n++) {
    const pick = () => ATOMS[Math.floor(random() * (random() < 0.7 ? 150 : ATOMS.length))]!
    const text = Array.from({ length: 1 + Math.floor(random() * 7) }, pick).join("")
    const [cut, rule] = [actual(text), expected(text)]
    if (cut.join() !== rule.join()) expect(cut, JSON.stringify(text)).toEqual(rule)
  }
})

const addresses = [
  [
    "a.b",
    "-a.co",
    "a-.co",
    `${"a".repeat(64)}.co`,
    `${"a".repeat(65)}.co`,
    "a..co",
    "a.c",
    `a.${"c".repeat(64)}`,
    "a.cO"
  ],
  ["a.co:1", "a.co:12", "a.co:123456", "a.co:12/x", "a.co:12x", "a.co?x", "a.co#x", "a.co/", "x://a.co", "xy://a.co"],
  ["m@a.co", "@a.co", "m@@a.co", "m@a.co@b", "x+y://m@a.co", "1.2.3.4", "0.2.3.4", "1.02.3.4", "1.2.3.04", "1.2.3.255"],
  [
    "223.9.9.9",
    "224.9.9.9",
    "1.256.3.4",
    "1.255.3.4",
    "1.012.3.4",
    "172.15.1.1",
    "172.16.1.1",
    "172.31.1.1",
    "172.32.1.1"
  ]
].flat()

test.each(addresses)("address %s", (text) => {
  expect(actual(text)).toEqual(expected(text))
})

const columnOf = (texts: ReadonlyArray<string>) => textBatch("text", texts).columns["text"] as TextColumn

test("some rows of the batch that was cut last have the tokens they had", () => {
  const texts = ["", ...oddTexts(31, 60), "", "the end.", "the end."]
  const all = cutTexts(columnOf(texts), texts.length, "spacy")
  const counts = texts.map((_, row) => [all.tokens(row), all.words(row), all.wordPoints(row), all.stopWords(row)])
  const measured = texts.map((_, row) => {
    all.repetition(row)
    return Array.from(all.scores.slice(0, 13))
  })
  for (const every of [1, 2, 3, 7]) {
    const rows = texts.flatMap((_, row) => (row % every === 0 ? [row] : []))
    const some = cutTexts(columnOf(rows.map((row) => texts[row]!)), rows.length, "spacy")
    rows.forEach((row, i) => {
      expect([some.tokens(i), some.words(i), some.wordPoints(i), some.stopWords(i)]).toEqual(counts[row])
      some.repetition(i)
      expect(Array.from(some.scores.slice(0, 13))).toEqual(measured[row])
    })
  }
})

test("other texts, another order and another rule are cut anew", () => {
  const counts = (texts: ReadonlyArray<string>, words: "spacy" | "plain") => {
    const cut = cutTexts(columnOf(texts), texts.length, words)
    return texts.map((_, row) => cut.tokens(row))
  }
  expect(counts(["well-known", "a b"], "spacy")).toEqual([3, 2])
  expect(counts(["a b", "well-known"], "spacy")).toEqual([2, 3])
  expect(counts(["a b", "well-know!"], "spacy")).toEqual([2, 4])
  expect(counts(["cannot", "a b"], "spacy")).toEqual([2, 2])
  expect(counts(["cannot", "a b"], "plain")).toEqual([1, 2])
  expect(counts([], "plain")).toEqual([])
})

test("a kernel knows the rules for the first text that is cut by them, whatever it measured before", () => {
  const kernel = new TextKernel()
  const load = (text: string) => {
    const bytes = Buffer.from(text)
    kernel.load(bytes, 0, bytes.length, bytes.length)
    return bytes.length
  }
  kernel.gopherLines(0, load("- The gate opens…\n".repeat(20_000)))
  expect([kernel.scores[0], kernel.scores[1]]).toEqual([20_000, 20_000])
  expect(kernel.cut(0, load("I don't know 3.5km"))).toBe("I do n't know 3.5 km".split(" ").length)
})
