// Adapters on disk in PEFT's layout, and merged into the model.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, test } from "vitest"
import {
  createLora,
  createModel,
  type LoraAdapter,
  loadAdapter,
  mergeAdapter,
  readSafetensors,
  saveAdapter,
  scoreSequences,
  writeSafetensors
} from "../../src/model/index.ts"
import { seededRandom } from "../../src/model/random.ts"
import { randomSequences, tinyModel } from "./tiny-model.ts"

const model = tinyModel(1, { tieEmbeddings: true })
const sequences = randomSequences([12, 20, 7], model.config.vocabSize)
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-adapter-"))
})

afterEach(() => rmSync(folder, { recursive: true }))

const busyAdapter = (rankStabilised: boolean): LoraAdapter => {
  const adapter = createLora(model, { rank: 4, alpha: 16, targets: ["v_proj", "q_proj", "down_proj"], rankStabilised })
  const random = seededRandom(5, "adapter")
  for (const { data } of adapter.weights.values()) {
    for (let place = 0; place < data.length; place++) data[place] = 0.2 * random.normal()
  }
  return adapter
}

test.each([false, true])("saved, loaded and merged adapters score alike (rank-stabilised %s)", async (stabilised) => {
  const adapter = busyAdapter(stabilised)
  saveAdapter(folder, adapter, "base")
  const loaded = loadAdapter(folder)
  const expected = await scoreSequences(model, sequences, { adapter })
  expect(await scoreSequences(model, sequences, { adapter: loaded })).toEqual(expected)
  const merged = await scoreSequences(mergeAdapter(model, adapter), sequences)
  expected.forEach(({ tokenLogProbs }, place) => {
    tokenLogProbs.forEach((value, token) => {
      expect(Math.abs(merged[place]!.tokenLogProbs[token]! - value)).toBeLessThan(1e-5)
    })
  })
  expect(expected).not.toEqual(await scoreSequences(model, sequences))
})

test("a fresh adapter changes nothing", async () => {
  expect(await scoreSequences(model, sequences, { adapter: createLora(model) })).toEqual(
    await scoreSequences(model, sequences)
  )
})

test("the files are PEFT's", () => {
  saveAdapter(folder, busyAdapter(false), "some/base")
  const config = JSON.parse(readFileSync(join(folder, "adapter_config.json"), "utf8"))
  expect(config).toMatchObject({
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    base_model_name_or_path: "some/base",
    r: 4,
    lora_alpha: 16,
    target_modules: ["down_proj", "q_proj", "v_proj"]
  })
  const weights = readSafetensors(join(folder, "adapter_model.safetensors"))
  expect(weights.size).toBe(12)
  expect(weights.get("base_model.model.model.layers.1.mlp.down_proj.lora_A.weight")!.shape).toEqual([4, 24])
  expect(weights.get("base_model.model.model.layers.0.self_attn.v_proj.lora_B.weight")!.shape).toEqual([8, 4])
})

test.each([{ modules_to_save: ["lm_head"] }, { bias: "some" }, { lora_bias: true }, { peft_type: "LOHA" }])(
  "%j is refused, not ignored",
  (change) => {
    saveAdapter(folder, busyAdapter(false))
    const path = join(folder, "adapter_config.json")
    writeFileSync(path, JSON.stringify({ ...JSON.parse(readFileSync(path, "utf8")), ...change }))
    expect(() => loadAdapter(folder)).toThrow(expect.objectContaining({ code: "SLUICE_UNSUPPORTED_ADAPTER" }))
  }
)

test("the table that peft writes beside a correction of embeddings is the model's, and is left out", () => {
  const adapter = createLora(model, { rank: 2, targets: ["embed_tokens"] })
  saveAdapter(folder, adapter)
  const path = join(folder, "adapter_model.safetensors")
  const table = model.weights.get("model.embed_tokens.weight")!
  const name = "base_model.model.model.embed_tokens.base_layer.weight"
  writeSafetensors(path, new Map([...readSafetensors(path), [name, table]]))
  expect(loadAdapter(folder).weights).toEqual(adapter.weights)
})

test("biases of corrected layers lie inside their wrappers, as peft has them", () => {
  const plain = createModel(model.tokenizer, { ...model.config, architecture: "qwen2" })
  const adapter = createLora(plain, { targets: ["q_proj"], bias: "all", modulesToSave: ["lm_head"] })
  saveAdapter(folder, adapter, "base", plain.config)
  const names = [...readSafetensors(join(folder, "adapter_model.safetensors")).keys()]
  expect(names).toEqual(
    expect.arrayContaining([
      "base_model.model.model.layers.0.self_attn.q_proj.base_layer.bias",
      "base_model.model.model.layers.0.self_attn.k_proj.bias",
      "base_model.model.lm_head.weight"
    ])
  )
  expect(loadAdapter(folder)).toEqual(adapter)
})

test("a target that is no linear layer is named", () => {
  expect(() => createLora(model, { targets: ["q_proj", "c_attn"] })).toThrow('named "c_attn"')
})
