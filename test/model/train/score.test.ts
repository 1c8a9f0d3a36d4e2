// Scores do not depend on batch, packing or company, and perplexity weighs tokens.
import { expect, test } from "vitest"
import { perplexity, scoreSequences } from "../../../src/model/index.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"

const model = tinyModel(2)
const sequences = randomSequences([5, 19, 2, 40, 11, 1, 0, 8], model.config.vocabSize)

test("a sequence scores the same alone and among others", async () => {
  const together = await scoreSequences(model, sequences, { batchSize: 2 })
  expect(together.map(({ rowId }) => rowId)).toEqual(sequences.map(({ rowId }) => rowId))
  for (const [place, sequence] of sequences.entries()) {
    const [alone] = await scoreSequences(model, [sequence])
    expect(together[place]!.tokens).toBe(sequence.mask.subarray(1).reduce((total, value) => total + value, 0))
    expect(together[place]!.tokens).toBe(alone!.tokens)
    expect(together[place]!.logProb).toBeCloseTo(alone!.logProb, 4)
  }
})

test("perplexity is weighted by tokens", () => {
  const score = (logProb: number, tokens: number) => ({ rowId: "", logProb, tokens, tokenLogProbs: new Float32Array() })
  expect(perplexity([score(-2, 1), score(-3, 4)])).toBeCloseTo(Math.E, 12)
})

test("a fresh model is about as unsure as the vocabulary is large", async () => {
  const found = perplexity(await scoreSequences(model, sequences))
  expect(Math.log(found)).toBeCloseTo(Math.log(model.config.vocabSize), 1)
})
