// tokenizer.json files: written and read again, older spellings, and files that are not understood.
import { expect, test } from "vitest"
import { fromTokenizerJson, toTokenizerJson } from "../../../src/model/index.ts"
import { tinyText, tinyTokenizer } from "../tiny-model.ts"

const tokenizer = tinyTokenizer()

interface File {
  readonly model: { readonly vocab: Record<string, number>; readonly merges: [string, string][] }
  readonly pre_tokenizer: Record<string, unknown>
  readonly added_tokens: readonly { readonly content: string }[]
}

const json = (): File & Record<string, unknown> => JSON.parse(JSON.stringify(toTokenizerJson(tokenizer)))

test("what is written is read", () => {
  const read = fromTokenizerJson(json())
  expect(read.definition).toEqual(tokenizer.definition)
  for (const text of tinyText) expect(read.encode(text)).toEqual(tokenizer.encode(text))
})

test("the file holds what tokenizers expects", () => {
  const file = json()
  expect(file.model.vocab.Ġ).toBe(tokenizer.encode(" ")[0])
  expect(file.added_tokens.map(({ content }) => content)).toEqual(["<|endoftext|>", "<|im_start|>", "<|im_end|>"])
  expect(Object.values(file.model.vocab).toSorted((left, right) => left - right)).toEqual(
    Array.from({ length: tokenizer.vocabSize }, (_, id) => id)
  )
})

test("merges written as one string are read", () => {
  const file = json()
  const merges = file.model.merges.map(([left, right]) => `${left} ${right}`)
  const read = fromTokenizerJson({ ...file, model: { ...file.model, merges } })
  for (const text of tinyText) expect(read.encode(text)).toEqual(tokenizer.encode(text))
})

test.each([
  { type: "ByteLevel", add_prefix_space: false },
  {
    type: "Sequence",
    pretokenizers: [
      { type: "Digits", individual_digits: true },
      { type: "ByteLevel", add_prefix_space: false, use_regex: true }
    ]
  }
])("pre-tokenizer %j is read and written back", (pre) => {
  const read = fromTokenizerJson({ ...json(), pre_tokenizer: pre })
  expect(toTokenizerJson(read).pre_tokenizer).toEqual(pre)
  for (const text of tinyText) expect(read.decode(read.encode(text))).toBe(text)
})

test("digits are set apart, and NFC is applied", () => {
  const digits = { type: "Digits", individual_digits: true }
  const pre = { type: "Sequence", pretokenizers: [digits, { type: "ByteLevel", add_prefix_space: false }] }
  const read = fromTokenizerJson({ ...json(), pre_tokenizer: pre, normalizer: { type: "NFC" } })
  expect(read.encode("1212")).toHaveLength(4)
  expect(read.decode(read.encode("e\u0301"))).toBe("\u00E9")
})

test("a word in the vocabulary is taken whole when merges are ignored", () => {
  const file = json()
  const model = { ...file.model, ignore_merges: true, merges: [] }
  const word = Object.keys(file.model.vocab).find((name) => name.length > 2 && /^[a-z]+$/.test(name))!
  expect(fromTokenizerJson({ ...file, model }).encode(word)).toHaveLength(1)
})

test.each([
  [{ model: { type: "Other" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
  [{ model: { type: "WordPiece", vocab: { a: 0 } } }, "SLUICE_BAD_TOKENIZER"],
  [{ model: { type: "Unigram", vocab: [["a", 0]], unk_id: 3 } }, "SLUICE_BAD_TOKENIZER"],
  [{ model: null }, "SLUICE_BAD_TOKENIZER"],
  [{ pre_tokenizer: { type: "UnicodeScripts" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
  [{ pre_tokenizer: { type: "Split", pattern: { Regex: "(" }, behavior: "Isolated" } }, "SLUICE_BAD_TOKENIZER"],
  [{ normalizer: { type: "Transliterate" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
  [{ normalizer: { type: "Precompiled", precompiled_charsmap: "/////w==" } }, "SLUICE_BAD_TOKENIZER"],
  [{ decoder: { type: "CTC" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
  [
    { post_processor: { type: "TemplateProcessing", single: [{ SpecialToken: { id: "[X]" } }] } },
    "SLUICE_BAD_TOKENIZER"
  ]
])("%j is refused", (change, code) => {
  expect(() => fromTokenizerJson({ ...json(), ...change })).toThrow(expect.objectContaining({ code }))
})

test("a merge outside the vocabulary is refused", () => {
  const file = json()
  const model = { ...file.model, merges: [["q", "zz"]] }
  expect(() => fromTokenizerJson({ ...file, model })).toThrow(expect.objectContaining({ code: "SLUICE_BAD_TOKENIZER" }))
})
