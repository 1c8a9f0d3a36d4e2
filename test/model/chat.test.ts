// Documents as ids and masks.
import { expect, test } from "vitest"
import { renderText, trainTokenizer } from "../../src/model/index.ts"
import { tinyText, tinyTokenizer } from "./tiny-model.ts"

test("a document ends with end of text, all supervised", () => {
  const tokenizer = tinyTokenizer()
  const { ids, mask } = renderText(tokenizer, tinyText[0]!)
  expect(tokenizer.decode(ids)).toBe(`${tinyText[0]}<|endoftext|>`)
  expect(mask).toEqual(new Uint8Array(ids.length).fill(1))
})

test("a tokenizer without end of text ends with the text", () => {
  const plain = trainTokenizer({ texts: tinyText, vocabSize: 280, specialTokens: ["<|im_end|>"] })
  expect(plain.decode(renderText(plain, "At dawn.").ids)).toBe("At dawn.")
})
