// Sentences, words and strict UTF-8.
import { expect, test } from "vitest"
import { countWords, decodeUtf8, plainWords, sentences } from "#sluice/text"

const cut = (text: string) => sentences(text).map(({ from, to }) => text.slice(from, to))

test.each([
  ["One. Two! Three?", ["One.", "Two!", "Three?"]],
  ["See e.g. the docs. Then go.", ["See e.g. the docs.", "Then go."]],
  ["Dr. Who met J. Doe. They left.", ["Dr. Who met J. Doe.", "They left."]],
  ["Use `a. B` here. Next one.", ["Use `a. B` here.", "Next one."]],
  ["Version 1.2.3 is out. It works.", ["Version 1.2.3 is out.", "It works."]],
  ['He said "stop." Then left.', ['He said "stop."', "Then left."]],
  ["It ended... and went on.", ["It ended... and went on."]],
  ["  no end  ", ["no end"]],
  ["", []]
])("%j", (text, expected) => {
  expect(cut(text)).toEqual(expected)
})

test("words are counted at white space; plain words have no marks", () => {
  expect(countWords(" one  two\nthree ")).toBe(3)
  expect(plainWords("Don't use `x-y`!")).toEqual(["don", "t", "use", "x", "y"])
})

test.each([
  [[0x61, 0xff, 0x62], "is not UTF-8: byte 0xff at offset 1"],
  [[0xc3, 0xa9, 0x61, 0xc3, 0x28], "is not UTF-8: byte 0xc3 at offset 3"],
  [[0x61, 0xe2, 0x82], "is not UTF-8: byte 0xe2 at offset 1"],
  [[0xed, 0xa0, 0x80], "is not UTF-8: byte 0xed at offset 0"]
])("%j is refused", (bytes, message) => {
  expect(() => decodeUtf8(Uint8Array.from(bytes))).toThrow(message)
})

test("a byte order mark is no text", () => {
  expect(decodeUtf8(Uint8Array.from([0xef, 0xbb, 0xbf, 0x61]))).toBe("a")
})
