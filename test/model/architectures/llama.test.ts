// The configuration in both directions, rotary frequencies and the names of weights.
import { expect, test } from "vitest"
import { fromConfigJson, toConfigJson, weightShapes } from "../../../src/model/architectures/index.ts"
import { type LlamaShape, llamaConfig } from "../../../src/model/architectures/llama.ts"
import { rotaryFrequencies } from "../../../src/model/architectures/rotary.ts"

const shape: LlamaShape = { vocabSize: 100, hiddenSize: 32, intermediateSize: 48, layers: 2, heads: 4, kvHeads: 2 }
const ropeScaling = { factor: 8, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 8192 }

test.each<[string, Partial<LlamaShape>]>([
  ["plain", {}],
  ["tied, with ends", { tieEmbeddings: true, eosIds: [2], bosId: 1 }],
  ["several ends, wide heads", { eosIds: [0, 2], headDim: 16, rmsNormEpsilon: 1e-6 }],
  ["stretched", { ropeScaling, ropeTheta: 500_000, maxPositions: 131_072 }]
])("config.json goes there and back: %s", (_title, change) => {
  const config = llamaConfig({ ...shape, ...change })
  expect(fromConfigJson(JSON.parse(JSON.stringify(toConfigJson(config))))).toEqual(config)
})

test("the old spelling of rotary settings is read", () => {
  const { rope_parameters: _new, ...old } = toConfigJson(llamaConfig({ ...shape, ropeScaling, ropeTheta: 5e5 }))
  expect(fromConfigJson(old)).toMatchObject({ ropeTheta: 5e5, ropeScaling })
})

test.each([
  [20, 0.01656044],
  [30, 0.00137189],
  [32, 0.00052485],
  [40, 3.428102e-5]
])("Llama 3 scaling of frequency %i", (index, expected) => {
  const config = llamaConfig({ ...shape, headDim: 128, ropeTheta: 5e5, ropeScaling })
  expect(rotaryFrequencies(config)[index]).toBeCloseTo(expected, 8)
})

test("weights carry the names and the out × in shapes of Hugging Face", () => {
  const names = weightShapes(llamaConfig({ ...shape, layers: 1 }))
  expect(Object.fromEntries(names)).toEqual({
    "model.embed_tokens.weight": [100, 32],
    "model.layers.0.self_attn.q_proj.weight": [32, 32],
    "model.layers.0.self_attn.k_proj.weight": [16, 32],
    "model.layers.0.self_attn.v_proj.weight": [16, 32],
    "model.layers.0.self_attn.o_proj.weight": [32, 32],
    "model.layers.0.mlp.gate_proj.weight": [48, 32],
    "model.layers.0.mlp.up_proj.weight": [48, 32],
    "model.layers.0.mlp.down_proj.weight": [32, 48],
    "model.layers.0.input_layernorm.weight": [32],
    "model.layers.0.post_attention_layernorm.weight": [32],
    "model.norm.weight": [32],
    "lm_head.weight": [100, 32]
  })
  expect(weightShapes(llamaConfig({ ...shape, tieEmbeddings: true })).has("lm_head.weight")).toBe(false)
})

test.each([
  [{ model_type: "mamba" }, "SLUICE_UNSUPPORTED_MODEL"],
  [{ hidden_act: "gelu" }, "SLUICE_UNSUPPORTED_MODEL"],
  [{ rope_parameters: { rope_type: "yarn" } }, "SLUICE_UNSUPPORTED_MODEL"],
  [{ num_key_value_heads: 3 }, "SLUICE_BAD_MODEL_SHAPE"]
])("%j is refused", (change, code) => {
  const json = { ...toConfigJson(llamaConfig(shape)), ...change }
  expect(() => fromConfigJson(json)).toThrow(expect.objectContaining({ code }))
})
