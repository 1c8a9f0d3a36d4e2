// GGUF files: what was written of a model is loaded, in the order of rows and under the names it had, and damage is named.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import { type CausalModel, createModel, loadModel, Tokenizer } from "../../../src/model/index.ts"
import { llamaConfig } from "../../../src/model/architectures/llama.ts"
import { rotaryFrequencies } from "../../../src/model/architectures/rotary.ts"
import { tinyModel, tinyText } from "../tiny-model.ts"
import { type GgufChanges, ggufBytes } from "./gguf-bytes.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-gguf-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

const written = (model: CausalModel, architecture: string, changes?: GgufChanges): string => {
  const path = join(folder, "model.gguf")
  writeFileSync(path, ggufBytes(model, architecture, changes))
  return path
}

const weightsOf = (model: CausalModel) => new Map([...model.weights].map(([name, { data }]) => [name, data]))

test.each([
  ["tied", "llama", tinyModel(3, { tieEmbeddings: true })],
  ["untied", "llama", tinyModel(4)],
  [
    "with biases on q, k and v",
    "qwen2",
    createModel(tinyModel().tokenizer, { ...tinyModel().config, architecture: "qwen2" }, 5)
  ],
  [
    "with norms on queries and keys",
    "qwen3",
    createModel(tinyModel().tokenizer, { ...tinyModel().config, architecture: "qwen3" }, 8)
  ],
  [
    "with biases on all of attention",
    "llama",
    createModel(tinyModel().tokenizer, { ...tinyModel().config, biases: ["q_proj", "k_proj", "v_proj", "o_proj"] }, 6)
  ]
])("a model %s of %s is loaded as it was", (_title, architecture, model) => {
  for (const [name, { data }] of model.weights) {
    if (name.endsWith(".bias")) data.set(Float32Array.from(data, (_, at) => at / 8))
  }
  const settings = { chat_template: "{{ messages }}" }
  const templated = { ...model, tokenizer: new Tokenizer(model.tokenizer.definition, settings) }
  const loaded = loadModel(written(templated, architecture))
  expect(loaded.config).toEqual(model.config)
  expect(weightsOf(loaded)).toEqual(weightsOf(model))
  expect(loaded.tokenizer.settings).toMatchObject({ ...settings, eos_token: "<|endoftext|>" })
  for (const text of tinyText) {
    expect(loaded.tokenizer.decode(loaded.tokenizer.encode(text))).toBe(text)
  }
  expect(loaded.tokenizer.specialId("<|im_end|>")).toBe(2)
  expect(loadModel(folder).weights).toEqual(loaded.weights)
})

test("half precision is widened", () => {
  const model = tinyModel(7)
  const path = written(model, "llama", {
    store: (name, data) =>
      name.includes("ffn") ? { type: 1, bytes: new Uint8Array(Float16Array.from(data).buffer) } : undefined
  })
  const name = "model.layers.1.mlp.down_proj.weight"
  expect(loadModel(path).weights.get(name)!.data).toEqual(model.weights.get(name)!.data.map(Math.f16round))
})

test("the divisors of Llama 3.2's frequencies become its stretching", () => {
  const ropeScaling = { factor: 32, lowFrequencyFactor: 1, highFrequencyFactor: 4, originalMaxPositions: 8192 }
  const plain = tinyModel()
  const wide = { ...plain.config, ropeTheta: 500_000, headDim: 64 }
  const model = createModel(plain.tokenizer, { ...wide, ropeScaling })
  const [kept, stretched] = [rotaryFrequencies(wide), rotaryFrequencies(llamaConfig({ ...wide, ropeScaling }))]
  const divisors = Float32Array.from(kept, (frequency, at) => frequency / stretched[at]!)
  const metadata = { "llama.attention.key_length": 64 }
  const path = written(model, "llama", { metadata, more: { "rope_freqs.weight": divisors } })
  expect(loadModel(path).config).toEqual(model.config)
  const other = written(model, "llama", {
    metadata,
    more: { "rope_freqs.weight": divisors.map((value) => value * 1.1) }
  })
  expect(() => loadModel(other)).toThrow("rope_freqs.weight is no stretching of Llama 3.1 or 3.2.")
})

const broken = (data: Float32Array) => ({ type: 0, bytes: new Uint8Array(data.with(17, Number.NaN).buffer) })

test.each<[string, GgufChanges, string, string]>([
  [
    "another architecture",
    { metadata: { "general.architecture": "mamba" } },
    "SLUICE_UNSUPPORTED_MODEL",
    'general.architecture "mamba" is not supported'
  ],
  ["experts", { metadata: { "llama.expert_count": 8 } }, "SLUICE_UNSUPPORTED_MODEL", "A mixture of experts"],
  ["one part of several", { metadata: { "split.count": 3 } }, "SLUICE_UNSUPPORTED_MODEL", "llama-gguf-split --merge"],
  [
    "a number missing",
    { metadata: { "llama.block_count": undefined } },
    "SLUICE_BAD_GGUF",
    "no number llama.block_count"
  ],
  ["a tensor missing", { without: ["blk.1.ffn_up.weight"] }, "SLUICE_BAD_GGUF", "blk.1.ffn_up.weight is missing"],
  [
    "another shape",
    { metadata: { "llama.feed_forward_length": 32 } },
    "SLUICE_BAD_GGUF",
    "blk.0.ffn_gate.weight has shape [24,16]; the model's sizes ask for [32,16]"
  ],
  [
    "a format that is not read",
    { store: (name) => (name === "blk.0.attn_v.weight" ? { type: 16, bytes: new Uint8Array(66) } : undefined) },
    "SLUICE_UNSUPPORTED_MODEL",
    "blk.0.attn_v.weight is stored in ggml's format 16"
  ],
  [
    "no number among the weights",
    { store: (name, data) => (name === "blk.0.ffn_up.weight" ? broken(data) : undefined) },
    "SLUICE_BAD_WEIGHTS",
    "model.layers.0.mlp.up_proj.weight holds NaN at [1, 1]"
  ],
  [
    "a tokenizer of another kind",
    { metadata: { "tokenizer.ggml.model": "llama" } },
    "SLUICE_UNSUPPORTED_TOKENIZER",
    'A tokenizer of model "llama" with pre "smollm" is not read from GGUF'
  ],
  [
    "a tokenizer with a cut of its own",
    { metadata: { "tokenizer.ggml.pre": "toString" } },
    "SLUICE_UNSUPPORTED_TOKENIZER",
    'with pre "toString"'
  ]
])("%s is one error that names the file", (_title, changes, code, message) => {
  const path = written(tinyModel(8), "llama", changes)
  expect(() => loadModel(path)).toThrow(expect.objectContaining({ code }))
  expect(() => loadModel(path)).toThrow(message)
  expect(() => loadModel(path)).toThrow(path)
})

test.each([0, 3, 30, 400, 9000])("a file cut off after %i bytes is damaged", (length) => {
  const bytes = ggufBytes(tinyModel(9), "llama")
  const path = join(folder, "model.gguf")
  writeFileSync(path, bytes.subarray(0, length))
  expect(() => loadModel(path)).toThrow(expect.objectContaining({ code: "SLUICE_BAD_GGUF" }))
})

test("two files in a folder are a question", () => {
  for (const name of ["a.gguf", "b.gguf"]) writeFileSync(join(folder, name), ggufBytes(tinyModel(), "llama"))
  expect(() => loadModel(folder)).toThrow("holds 2 GGUF files: a.gguf, b.gguf")
})
