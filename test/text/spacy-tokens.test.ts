// The tokens of spaCy's English tokenizer: expectations recorded from spaCy 3.8.
import { expect, test } from "vitest"
import { HAS_LETTER, IS_WORD, makeSpacyTokeniser, makeTokens } from "#sluice/text"
import { oddTexts } from "./text-batch.ts"

const cut = makeSpacyTokeniser()
const tokensOf = (text: string) => {
  const bytes = Buffer.from(text, "utf8")
  const tokens = makeTokens(bytes.length)
  cut(bytes, 0, bytes.length, tokens)
  return Array.from({ length: tokens.count }, (_, i) => ({
    text: bytes.subarray(tokens.start[i], tokens.end[i]).toString("utf8"),
    points: tokens.points[i]!,
    kind: tokens.kind[i]!
  }))
}

const recorded: ReadonlyArray<readonly [text: string, tokens: ReadonlyArray<string>]> = [
  ["Don't stop, it's 3.14!", ["Do", "n't", "stop", ",", "it", "'s", "3.14", "!"]],
  ["wait... what?!", ["wait", "...", "what", "?", "!"]],
  [
    "I'd've gone; they'll've not, cannot.",
    ["I", "'d", "'ve", "gone", ";", "they", "'ll", "'ve", "not", ",", "can", "not", "."]
  ],
  [
    "a-b x_y #### 1,000 a,b 1. 2.",
    ["a", "-", "b", "x_y", "#", "#", "#", "#", "1,000", "a", ",", "b", "1", ".", "2", "."]
  ],
  [
    "see package.json, e.g. `--save-exact` -x - y -1",
    ["see", "package.json", ",", "e.g.", "`", "--save", "-", "exact", "`", "-x", "-", "y", "-1"]
  ],
  [
    "(see https://example.org/a?b=c#d), mail ann@example.org.",
    ["(", "see", "https://example.org/a?b=c#d", ")", ",", "mail", "ann@example.org", "."]
  ],
  [
    "10km/h at 5pm for US$20, 30% (or $4).",
    ["10", "km/h", "at", "5", "pm", "for", "US$", "20", ",", "30", "%", "(", "or", "$", "4", ")", "."]
  ],
  ["The U.S. and N.Y. end. OK. I.B.M.", ["The", "U.S.", "and", "N.Y.", "end", ".", "OK", ".", "I.B.M."]],
  ["=== title ===", ["=", "=", "=", "title", "=", "=", "="]],
  [
    "foo(bar):baz key:value a/b and/or 10/12 x<=y",
    ["foo(bar):baz", "key", ":", "value", "a", "/", "b", "and/or", "10/12", "x<=y"]
  ],
  ["l’eau “été” don’t", ["l’eau", "“", "été", "”", "do", "n’t"]],
  ["東京 tower 東京。", ["東京", "tower", "東京", "。"]],
  ["smile :) (or frown:() 8-)", ["smile", ":)", "(", "or", "frown", ":()", "8-)"]],
  [
    "rock'n'roll o'clock ol' 'em 'quoted' ends'",
    ["rock'n'roll", "o'clock", "ol'", "'em", "'", "quoted", "'", "ends", "'"]
  ],
  [
    "word—dash word--word word---word pre–post",
    ["word", "—", "dash", "word", "--", "word", "word", "---", "word", "pre", "–", "post"]
  ],
  [
    "http://127.0.0.1:8080/x 10.0.0.1 8.8.8.8/x ../a/b.txt ~/x",
    ["http://127.0.0.1:8080", "/", "x", "10.0.0.1", "8.8.8.8/x", "..", "/a", "/", "b.txt", "~/x"]
  ],
  ['{"a": [1, 2.5e-3]}', ["{", '"', "a", '"', ":", "[", "1", ",", "2.5e-3", "]", "}"]],
  ["end.Start lower.lower A.B", ["end", ".", "Start", "lower.lower", "A.B"]],
  ["100°C. 20+ C++ f(x)+1", ["100", "°", "C", ".", "20", "+", "C++", "f(x)+1"]],
  ["emoji😀joined → ®", ["emoji", "😀", "joined", "→", "®"]],
  [" \n\t", []]
]

test.each(recorded)("%j", (text, expected) => {
  expect(tokensOf(text).map((token) => token.text)).toEqual(expected)
})

test("long rows of marks", () => {
  expect(tokensOf("=".repeat(100_000)).length).toBe(100_000)
  expect(tokensOf(`end${".".repeat(50)}`).map((token) => token.text)).toEqual(["end", ".".repeat(50)])
  expect(tokensOf("a.".repeat(10_000)).length).toBeGreaterThan(0)
})

test("runs that are forgotten are cut the same again", () => {
  const texts = Array.from({ length: 40_000 }, (_, i) => `run${i}, and`)
  const counts = () =>
    texts.map((text) =>
      tokensOf(text)
        .map((token) => token.text)
        .join("|")
    )
  expect(counts()).toEqual(texts.map((_, i) => `run${i}|,|and`))
})

test("kinds and lengths", () => {
  expect(tokensOf("é2 22 == → $")).toEqual([
    { text: "é2", points: 2, kind: IS_WORD | HAS_LETTER },
    { text: "22", points: 2, kind: IS_WORD },
    { text: "=", points: 1, kind: 0 },
    { text: "=", points: 1, kind: 0 },
    { text: "→", points: 1, kind: IS_WORD },
    { text: "$", points: 1, kind: 0 }
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
