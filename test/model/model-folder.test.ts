// Models on disk: what is saved is loaded, byte for byte and score for score.
import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import {
  createModel,
  loadModel,
  readSafetensors,
  saveModel,
  scoreSequences,
  type Weight,
  writeSafetensors
} from "../../src/model/index.ts"
import { randomSequences, tinyModel, tinyText } from "./tiny-model.ts"

let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-model-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

test.each([true, false])("a saved model scores as before, tied embeddings %s", async (tieEmbeddings) => {
  const model = tinyModel(3, { tieEmbeddings })
  saveModel(folder, model)
  expect(readdirSync(folder).sort()).toEqual([
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "tokenizer.json",
    "tokenizer_config.json"
  ])
  const loaded = loadModel(folder)
  expect(loaded.config).toEqual(model.config)
  const sequences = randomSequences([9, 14], model.config.vocabSize)
  expect(await scoreSequences(loaded, sequences)).toEqual(await scoreSequences(model, sequences))
  for (const text of tinyText) expect(loaded.tokenizer.encode(text)).toEqual(model.tokenizer.encode(text))
})

test("equal models give equal bytes", () => {
  const other = mkdtempSync(join(tmpdir(), "sluice-model-"))
  saveModel(folder, tinyModel(4))
  saveModel(other, tinyModel(4))
  for (const name of readdirSync(folder)) {
    expect(readFileSync(join(folder, name)).equals(readFileSync(join(other, name)))).toBe(true)
  }
  rmSync(other, { recursive: true })
})

test("weights spread over several files are found through the index", () => {
  const model = tinyModel(5)
  saveModel(folder, model)
  const weights = [...readSafetensors(join(folder, "model.safetensors"))]
  rmSync(join(folder, "model.safetensors"))
  writeSafetensors(join(folder, "one.safetensors"), new Map(weights.slice(0, 5)))
  writeSafetensors(join(folder, "two.safetensors"), new Map(weights.slice(5)))
  const places = weights.map(([name], place) => [name, place < 5 ? "one.safetensors" : "two.safetensors"])
  writeFileSync(
    join(folder, "model.safetensors.index.json"),
    JSON.stringify({ weight_map: Object.fromEntries(places) })
  )
  expect(loadModel(folder).weights).toEqual(model.weights)
})

test("a missing or misshapen weight is named", () => {
  const model = tinyModel(6)
  saveModel(folder, model)
  const weights = readSafetensors(join(folder, "model.safetensors"))
  weights.set("model.norm.weight", { shape: [4], data: new Float32Array(4) })
  writeSafetensors(join(folder, "model.safetensors"), weights)
  expect(() => loadModel(folder)).toThrow("model.norm.weight has shape [4]; the model's sizes ask for [16].")
  weights.delete("model.norm.weight")
  writeSafetensors(join(folder, "model.safetensors"), weights)
  expect(() => loadModel(folder)).toThrow("model.norm.weight is missing")
})

const eachWeight = (bytes: (data: Float32Array) => ArrayBufferView): Buffer => {
  const model = tinyModel(8)
  const header: Record<string, unknown> = {}
  const parts: Uint8Array[] = []
  let offset = 0
  for (const [name, { shape, data }] of model.weights) {
    const view = bytes(data)
    const dtype = view instanceof Float16Array ? "F16" : "BF16"
    header[name] = { dtype, shape, data_offsets: [offset, offset + view.byteLength] }
    offset += view.byteLength
    parts.push(new Uint8Array(view.buffer, view.byteOffset, view.byteLength))
  }
  const text = Buffer.from(JSON.stringify(header))
  const length = Buffer.alloc(8)
  length.writeBigUInt64LE(BigInt(text.length))
  return Buffer.concat([length, text, ...parts])
}

test.each<[string, (data: Float32Array) => ArrayBufferView, (value: number) => number]>([
  ["F16", (data) => Float16Array.from(data), Math.f16round],
  [
    "BF16",
    (data) => Uint16Array.from(new Uint32Array(data.slice().buffer), (word) => word >>> 16),
    (value) =>
      new Float32Array(Uint32Array.of(new Uint32Array(Float32Array.of(value).buffer)[0]! & 0xffff0000).buffer)[0]!
  ]
])("weights of %s are widened", (_name, narrowed, rounded) => {
  const model = tinyModel(8)
  saveModel(folder, model)
  writeFileSync(join(folder, "model.safetensors"), eachWeight(narrowed))
  for (const [name, { data }] of loadModel(folder).weights) {
    expect(data).toEqual(model.weights.get(name)!.data.map(rounded))
  }
})

test("a Qwen 2 model has biases on q, k and v, and says so to transformers", async () => {
  const plain = tinyModel(9)
  const model = createModel(plain.tokenizer, { ...plain.config, architecture: "qwen2" }, 9)
  const bias = model.weights.get("model.layers.1.self_attn.k_proj.bias")!
  expect(bias.shape).toEqual([8])
  bias.data.fill(0.5)
  saveModel(folder, model)
  const config = JSON.parse(readFileSync(join(folder, "config.json"), "utf8"))
  expect([config.model_type, config.architectures]).toEqual(["qwen2", ["Qwen2ForCausalLM"]])
  const loaded = loadModel(folder)
  expect(loaded).toEqual(expect.objectContaining({ config: model.config, weights: model.weights }))
  const sequences = randomSequences([12], model.config.vocabSize)
  const [with_, without] = [await scoreSequences(loaded, sequences), await scoreSequences(plain, sequences)]
  expect(with_[0]!.logProb).not.toBe(without[0]!.logProb)
})

test("generation_config.json adds ends", () => {
  saveModel(folder, tinyModel(10))
  const path = join(folder, "generation_config.json")
  writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), eos_token_id: [0, 7] }))
  expect(loadModel(folder).config.eosIds).toEqual([0, 2, 7])
})

const edited = (change: (weights: Map<string, Weight>) => void): void => {
  const path = join(folder, "model.safetensors")
  const weights = readSafetensors(path)
  change(weights)
  writeSafetensors(path, weights)
}

const rewritten = (name: string, change: (json: Record<string, unknown>) => object): void => {
  const path = join(folder, name)
  writeFileSync(path, JSON.stringify(change(JSON.parse(readFileSync(path, "utf8")))))
}

test.each<[string, () => void, string, string]>([
  [
    "a weight that is no number",
    () => edited((weights) => weights.get("model.layers.0.mlp.up_proj.weight")!.data.fill(Number.NaN, 35)),
    "SLUICE_BAD_WEIGHTS",
    "model.layers.0.mlp.up_proj.weight holds NaN at [2, 3]"
  ],
  [
    "an infinite gain",
    () => edited((weights) => weights.get("model.norm.weight")!.data.fill(Number.POSITIVE_INFINITY, 3, 4)),
    "SLUICE_BAD_WEIGHTS",
    "model.norm.weight holds Infinity at [3]"
  ],
  [
    "a tokenizer with more ids than embeddings",
    () => {
      rewritten("config.json", (json) => ({ ...json, vocab_size: 200 }))
      edited((weights) => {
        for (const name of ["model.embed_tokens.weight", "lm_head.weight"]) {
          weights.set(name, { shape: [200, 16], data: new Float32Array(3200) })
        }
      })
    },
    "SLUICE_TOKENIZER_MISMATCH",
    "the model has embeddings for 200 ids."
  ],
  [
    "another architecture",
    () => rewritten("config.json", (json) => ({ ...json, model_type: "mamba" })),
    "SLUICE_UNSUPPORTED_MODEL",
    'model_type "mamba" is not supported'
  ],
  [
    "weights that are packed",
    () => rewritten("config.json", (json) => ({ ...json, quantization_config: { bits: 4 } })),
    "SLUICE_UNSUPPORTED_MODEL",
    "Weights quantised by quantization_config are not read"
  ],
  [
    "a size that is missing",
    () => rewritten("config.json", ({ hidden_size: _gone, ...json }) => json),
    "SLUICE_BAD_MODEL_SHAPE",
    "hidden_size is undefined"
  ],
  [
    "a pickle in place of safetensors",
    () => renameSync(join(folder, "model.safetensors"), join(folder, "pytorch_model.bin")),
    "SLUICE_BAD_MODEL_FOLDER",
    "has no model.safetensors; pytorch_model.bin is a pickle"
  ],
  [
    "a part that is missing",
    () =>
      writeFileSync(
        join(folder, "model.safetensors.index.json"),
        JSON.stringify({ weight_map: { a: "model.safetensors", b: "two.safetensors" } })
      ),
    "SLUICE_BAD_MODEL_FOLDER",
    "model.safetensors.index.json names two.safetensors, which is not there"
  ],
  [
    "a file that was cut off",
    () => truncateSync(join(folder, "model.safetensors"), 9000),
    "SLUICE_BAD_SAFETENSORS",
    "which do not fit in"
  ]
])("%s is one error that names the folder", (_title, damage, code, message) => {
  saveModel(folder, tinyModel(11))
  damage()
  expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code }))
  expect(() => loadModel(folder)).toThrow(message)
  expect(() => loadModel(folder)).toThrow(folder)
})

test("a folder without config.json is an error that names the path", () => {
  saveModel(folder, tinyModel(7))
  renameSync(join(folder, "config.json"), join(folder, "other.json"))
  expect(() => loadModel(folder)).toThrow(expect.objectContaining({ code: "SLUICE_BAD_MODEL_FOLDER" }))
})
