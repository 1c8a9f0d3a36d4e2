// Entropy of the next token: that of the scores of a whole text, at the supervised places alone.
import { expect, test } from "vitest"
import { createLora, createPrompt, nextTokenEntropy, nextTokenLogits } from "../../../src/model/index.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"

const model = tinyModel()
const sequences = randomSequences([9, 14, 22, 1, 30], model.config.vocabSize)

/** In f64, from the scores of each text alone. */
const expected = async (adapter?: Parameters<typeof nextTokenLogits>[2]): Promise<number> => {
  const { vocabSize } = model.config
  const logits = await nextTokenLogits(
    model,
    sequences.map(({ ids }) => ids),
    { ...adapter, threads: 1 }
  )
  const found = sequences.flatMap(({ mask }, text) =>
    Array.from(mask).flatMap((supervised, place) => {
      if (supervised === 0 || place === 0) return []
      const scores = Array.from(logits[text]!.subarray((place - 1) * vocabSize, place * vocabSize))
      const total = scores.reduce((sum, score) => sum + Math.exp(score), 0)
      return [-scores.reduce((sum, score) => sum + (Math.exp(score) / total) * (score - Math.log(total)), 0)]
    })
  )
  return found.reduce((sum, entropy) => sum + entropy, 0) / found.length
}

test.each([
  ["a model", undefined],
  ["LoRA", createLora(model, { rank: 2, alpha: 4, targets: ["q_proj"], seed: 3 })],
  ["virtual tokens", createPrompt(model, { tokens: 3, seed: 3 })]
])("%s", async (_, adapter) => {
  const given = adapter === undefined ? {} : { adapter }
  expect(await nextTokenEntropy(model, sequences, { ...given, threads: 1 })).toBeCloseTo(await expected(given), 5)
})

test("is 0 where nothing is supervised", async () => {
  const silent = sequences.map((sequence) => ({ ...sequence, mask: new Uint8Array(sequence.mask.length) }))
  expect(await nextTokenEntropy(model, silent)).toBe(0)
})
