// The tokenizer of the quality filters, and the words behind sketches and n-gram indexes.
import { expect, test } from "vitest"
import { HAS_LETTER, hashedWords, IS_WORD, makeTokens, tokenise } from "#sluice/text"
import { oddTexts } from "./text-batch.ts"

const tokensOf = (text: string) => {
  const bytes = Buffer.from(text, "utf8")
  const tokens = makeTokens(bytes.length)
  tokenise(bytes, 0, bytes.length, tokens)
  return Array.from({ length: tokens.count }, (_, i) => ({
    text: bytes.subarray(tokens.start[i], tokens.end[i]).toString("utf8"),
    points: tokens.points[i]!,
    kind: tokens.kind[i]!
  }))
}

test.each([
  ["Don't stop, it's 3.14!", ["Don't", "stop", ",", "it's", "3.14", "!"]],
  ["wait... what?!", ["wait", "...", "what", "?", "!"]],
  ["a-b x_y #### 1,000 a,b 1. 2.", ["a", "-", "b", "x_y", "####", "1,000", "a", ",", "b", "1", ".", "2", "."]],
  [
    "see package.json, e.g. `--save-exact` -x - y -1",
    ["see", "package.json", ",", "e.g", ".", "`", "--save", "-", "exact", "`", "-x", "-", "y", "-", "1"]
  ],
  ["-東 --é", ["-", "東", "--é"]],
  ["l’eau “été”", ["l’eau", "“", "été", "”"]],
  ["東京 tower", ["東", "京", "tower"]],
  ["'quoted' ends'", ["'", "quoted", "'", "ends", "'"]],
  [" \n\t", []],
  ["", []]
])("%j", (text, expected) => {
  expect(tokensOf(text).map((token) => token.text)).toEqual(expected)
})

test("kinds and lengths", () => {
  expect(tokensOf("é2 22 ……")).toEqual([
    { text: "é2", points: 2, kind: IS_WORD | HAS_LETTER },
    { text: "22", points: 2, kind: IS_WORD },
    { text: "……", points: 2, kind: 0 }
  ])
})

test("tokens hold everything but white space, in order", () => {
  for (const text of oddTexts(1, 200))
    expect(
      tokensOf(text)
        .map((token) => token.text)
        .join("")
    ).toBe(text.replace(/[\p{White_Space}\u001c-\u001f]+/gu, ""))
})

test("hashed words ignore case and punctuation, and tell words apart", () => {
  const words = (text: string) => Array.from(hashedWords(Buffer.from(text)).first)
  expect(words("ÉCOLE, the-end!")).toEqual(words("école The End"))
  expect(new Set(words("one two three 東京 four")).size).toBe(6)
})
