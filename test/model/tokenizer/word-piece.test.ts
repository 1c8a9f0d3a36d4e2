// WordPiece: the ids that tokenizers 0.19 gives (bench/conformance/record_embeddings.py), cutting, and files it does not read.
import { describe, expect, it } from "vitest"
import { fromWordPieceJson } from "../../../src/model/tokenizer/word-piece.ts"
import { recorded } from "../encoder/small-encoder.ts"

const json = recorded.tokenizer as never as Record<string, object>
const tokenizer = fromWordPieceJson(json)

describe("texts", () => {
  it.each(recorded.texts)("have the recorded ids: $text", ({ text, ids }) => {
    expect(tokenizer.encode(text)).toEqual(ids)
  })

  it("are cut with the tokens around them kept", () => {
    const whole = tokenizer.encode("the gate the gate the gate")
    expect(tokenizer.encode("the gate the gate the gate", 5)).toEqual([...whole.slice(0, 4), whole.at(-1)])
    expect(tokenizer.encode("the gate", 2)).toEqual([2, 3])
  })
})

describe("a tokenizer.json", () => {
  it("may leave accents and case, and have BERT's own post-processor", () => {
    const plain = fromWordPieceJson({
      ...json,
      normalizer: { type: "BertNormalizer", clean_text: false, handle_chinese_chars: false, lowercase: false },
      post_processor: { type: "BertProcessing", cls: ["[CLS]", 2], sep: ["[SEP]", 3] }
    })
    expect(plain.encode("the The é 東京")).toEqual([2, 4, 1, 20, 1, 3])
  })

  it.each([
    ["of another model", { model: { type: "Unigram" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
    ["with another normalizer", { normalizer: { type: "NFC" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
    ["with another pre-tokenizer", { pre_tokenizer: { type: "Whitespace" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
    ["with another post-processor", { post_processor: { type: "ByteLevel" } }, "SLUICE_UNSUPPORTED_TOKENIZER"],
    ["whose unknown token is not there", { model: { ...json["model"], unk_token: "<unk>" } }, "SLUICE_BAD_TOKENIZER"]
  ])("%s is an error", (_, changed, code) => {
    expect(() => fromWordPieceJson({ ...json, ...changed })).toThrow(expect.objectContaining({ code }))
  })
})
