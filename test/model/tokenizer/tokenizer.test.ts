// Round trips, special tokens and caching of the tokenizer, on chosen and on random text.
import { expect, test } from "vitest"
import { byteLevelTokenizer, fromTokenizerJson, gpt2Pattern, trainTokenizer } from "../../../src/model/index.ts"
import { seededRandom } from "../../../src/model/random.ts"
import { byteCharacters } from "../../../src/model/tokenizer/byte-alphabet.ts"
import { tinyText } from "../tiny-model.ts"

const tokenizer = trainTokenizer({
  texts: [...tinyText, "it's 'S' don't", "日本語のテキスト", "x".repeat(200)],
  vocabSize: 420
})

const chosen = [
  "",
  " ",
  "\n\n \n x",
  "   lead and trail   ",
  "tab\t\tx",
  "12345678 3.14 ⅷ ²³ ١٢٣٤",
  "日本語のテキスト 中文字符 한국어",
  "👩‍👩‍👧‍👦🇩🇪 é é",
  "\u0085x\u2028 \uFEFF z\u00A0\u00A0y",
  "\uFEFFstarts with a mark",
  "if (a) {\r\n\treturn [b]\r\n}",
  "<|im_end|><|endoftext|>",
  `${"ab".repeat(300)}${" ".repeat(300)}${"=".repeat(500)}`
]

test.each(chosen)("%j comes back", (text) => {
  const ids = tokenizer.encode(text)
  expect(tokenizer.decode(ids)).toBe(text)
  expect(ids.some((id) => tokenizer.isSpecial(id))).toBe(false)
  expect(tokenizer.encode(text)).toEqual(ids)
})

test("random text comes back", () => {
  const random = seededRandom(1, "text")
  const alphabet = [..." \n\t\r'saTheé日👍\u200D\u00850129{}()=<|>_im_end"]
  for (let round = 0; round < 500; round++) {
    const length = Math.floor(random.uniform() * 120)
    const text = Array.from({ length }, () => alphabet[Math.floor(random.uniform() * alphabet.length)]).join("")
    expect(tokenizer.decode(tokenizer.encode(text))).toBe(text)
  }
})

test("special tokens are read from text only when asked, longest first", () => {
  const text = "a<|im_start|>b<|im_end|>"
  const special = [...tokenizer.encode(text, { allowSpecial: true })].filter((id) => tokenizer.isSpecial(id))
  expect(special).toEqual([tokenizer.specialId("<|im_start|>"), tokenizer.specialId("<|im_end|>")])
  expect(tokenizer.decode(tokenizer.encode(text, { allowSpecial: true }))).toBe(text)
  expect(tokenizer.decode(tokenizer.encode(text, { allowSpecial: true }), { skipSpecial: true })).toBe("ab")
  const nested = trainTokenizer({ texts: [], vocabSize: 258, specialTokens: ["<a>", "<a><b>"] })
  expect([...nested.encode("<a><b>", { allowSpecial: true })]).toEqual([1])
})

test("long words merge as short ones do", () => {
  const word = "thewheelthesluice".repeat(8)
  const direct = tokenizer.encode(word)
  const pieces = [...direct].map((id) => tokenizer.decode([id])).join("")
  expect(pieces).toBe(word)
  const runs = trainTokenizer({ texts: ["aaaa".repeat(8)], vocabSize: 262, specialTokens: [], minCount: 1 })
  for (const length of [5, 31, 47, 48, 49, 50, 97]) {
    const sizes = [...runs.encode("a".repeat(length))].map((id) => runs.decode([id]).length)
    expect(sizes.reduce((total, size) => total + size, 0)).toBe(length)
    expect(sizes).toEqual(sizes.toSorted((left, right) => right - left))
  }
})

test("unpaired surrogates and broken bytes become U+FFFD", () => {
  expect(tokenizer.decode(tokenizer.encode("a\uD800b"))).toBe("a\uFFFDb")
  expect(tokenizer.decode(tokenizer.encode("é").subarray(0, 1))).toBe("\uFFFD")
})

test("a vocabulary without all bytes is refused", () => {
  const tokens = byteCharacters.filter((_, byte) => byte !== 35)
  expect(() => byteLevelTokenizer({ tokens, merges: [] })).toThrow(
    expect.objectContaining({ code: "SLUICE_BAD_TOKENIZER", message: "The vocabulary has no token for byte 35." })
  )
})

test("a tokenizer is made of its lists", () => {
  const tokens = [...byteCharacters, "at", "\u0120at", "<s>"]
  const made = byteLevelTokenizer({
    tokens,
    merges: ["a t", ["\u0120", "at"]],
    added: [{ id: 258, content: "<s>" }],
    patterns: ["digits", gpt2Pattern],
    before: ["<s>"]
  })
  const ids = made.encode("at at 12", { addSpecial: true })
  expect(Array.from(ids, (id) => made.tokenOf(id))).toEqual(["<s>", "at", "\u0120at", "\u0120", "1", "2"])
  expect(made.decode(ids, { skipSpecial: true })).toBe("at at 12")
  expect(fromTokenizerJson(made.definition).encode("at at 12", { addSpecial: true })).toEqual(ids)
  expect(made.encode("at at 12", { addSpecial: true, maxTokens: 3 })).toEqual(ids.subarray(0, 3))
  expect(made.encode("at at 12", { maxTokens: 2 })).toEqual(ids.subarray(1, 3))
  expect(() => byteLevelTokenizer({ tokens, merges: ["a x"] })).toThrow(
    expect.objectContaining({ code: "SLUICE_BAD_TOKENIZER" })
  )
})
