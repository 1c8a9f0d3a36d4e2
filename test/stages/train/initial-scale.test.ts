// The spread of fresh weights by width: each layer's own, gains untouched, first predictions near uniform.
import { expect, test } from "vitest"
import { createModel, trainTokenizer } from "#sluice/model"
import { scaledToWidth } from "../../../stages/train/initial-scale.ts"

const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
const model = scaledToWidth(
  createModel(tokenizer, { hiddenSize: 64, intermediateSize: 256, layers: 2, heads: 4, tieEmbeddings: false }, 3)
)

test.each([
  ["model.embed_tokens.weight", 1],
  ["lm_head.weight", 0.02],
  ["model.layers.0.self_attn.q_proj.weight", 1 / 8],
  ["model.layers.1.mlp.gate_proj.weight", 1 / 8],
  ["model.layers.0.self_attn.o_proj.weight", 1 / 16],
  ["model.layers.1.mlp.down_proj.weight", 1 / 32]
])("%s has deviation %d", (name, deviation) => {
  const { data } = model.weights.get(name)!
  const found = Math.sqrt(data.reduce((sum, value) => sum + value * value, 0) / data.length)
  expect(found / deviation).toBeCloseTo(1, 1)
})

test("norm gains stay 1", () => {
  expect(new Set(model.weights.get("model.layers.0.input_layernorm.weight")!.data)).toEqual(new Set([1]))
})
