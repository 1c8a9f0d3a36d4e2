// WordPiece: the ids that tokenizers 0.19 gives (bench/conformance/record_embeddings.py), cutting, and files it does not read.
import { describe, expect, it } from "vitest"
import { fromTokenizerJson, type Tokenizer } from "../../../src/model/index.ts"
import { recorded } from "../encoder/small-encoder.ts"

const json = recorded.tokenizer as never as Record<string, object>
const tokenizer = fromTokenizerJson(json)

const encoded = (by: Tokenizer, text: string, maxTokens?: number): number[] => [
  ...by.encode(text, { allowSpecial: true, addSpecial: true, ...(maxTokens !== undefined && { maxTokens }) })
]

describe("texts", () => {
  it.each(recorded.texts)("have the recorded ids: $text", ({ text, ids }) => {
    expect(encoded(tokenizer, text)).toEqual(ids)
  })

  it("are cut with the tokens around them kept", () => {
    const whole = encoded(tokenizer, "the gate the gate the gate")
    expect(encoded(tokenizer, "the gate the gate the gate", 5)).toEqual([...whole.slice(0, 4), whole.at(-1)])
    expect(encoded(tokenizer, "the gate", 2)).toEqual([2, 3])
  })
})

describe("a tokenizer.json", () => {
  it("may leave accents and case, and have BERT's own post-processor", () => {
    const plain = fromTokenizerJson({
      ...json,
      normalizer: { type: "BertNormalizer", clean_text: false, handle_chinese_chars: false, lowercase: false },
      post_processor: { type: "BertProcessing", cls: ["[CLS]", 2], sep: ["[SEP]", 3] }
    })
    expect(encoded(plain, "the The é 東京")).toEqual([2, 4, 1, 20, 1, 3])
  })

  it.each([
    ["with a post-processor that is not known", { post_processor: { type: "Other" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
    ["whose unknown token is not there", { model: { ...json["model"], unk_token: "<unk>" } }, "SLUICE_BAD_TOKENIZER"]
  ])("%s is an error", (_, changed, code) => {
    expect(() => fromTokenizerJson({ ...json, ...changed })).toThrow(expect.objectContaining({ code }))
  })
})
