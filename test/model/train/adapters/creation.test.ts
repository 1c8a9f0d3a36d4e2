// Fresh adapters: what they start at, what they target, what is refused, and dropout that a resumed run draws again.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import {
  createBottleneck,
  createIa3,
  createLora,
  createPrefix,
  createPrompt,
  createPTuning,
  nextTokenLogits,
  saveAdapter,
  stackAdapters,
  trainCausal
} from "../../../../src/model/index.ts"
import { readCheckpoint } from "../../../../src/model/train/checkpoint.ts"
import { byPattern, targetModules, type Targets } from "../../../../src/model/train/adapters/targets.ts"
import { randomSequences, TemporaryFolder, tinyModel } from "../../tiny-model.ts"

const model = tinyModel()
const ids = Int32Array.of(5, 9, 200, 31)

test.each([
  ["LoRA", createLora(model)],
  ["IA³", createIa3(model)],
  ["a parallel bottleneck", createBottleneck(model, { layout: "parallel" })]
])("fresh, %s changes nothing", async (_, adapter) => {
  expect(await nextTokenLogits(model, [ids], { adapter })).toEqual(await nextTokenLogits(model, [ids]))
})

test.each([
  ["DoRA", createLora(model, { dora: true })],
  ["a bottleneck", createBottleneck(model)]
])("fresh, %s changes next to nothing", async (_, adapter) => {
  const [found] = await nextTokenLogits(model, [ids], { adapter })
  const [plain] = await nextTokenLogits(model, [ids])
  found!.forEach((value, at) => {
    expect(Math.abs(value - plain![at]!)).toBeLessThan(1e-3)
  })
})

test.each([
  ["LoRA on embeddings", createLora(model, { targets: ["embed_tokens"] })],
  ["LoRA with all biases and a module", createLora(model, { bias: "all", modulesToSave: ["lm_head"] })],
  ["IA³ with a module", createIa3(model, { modulesToSave: ["norm"] })]
])("fresh, %s changes nothing", async (_, adapter) => {
  expect(await nextTokenLogits(model, [ids], { adapter })).toEqual(await nextTokenLogits(model, [ids]))
})

test.each<[string, () => unknown, string]>([
  ["a module that is not there", () => createLora(model, { modulesToSave: ["c_attn"] }), 'named "c_attn"'],
  [
    "a module that is corrected too",
    () => createLora(model, { targets: ["q_proj"], modulesToSave: ["q_proj"] }),
    "is to be corrected and to be trained whole"
  ],
  ["DoRA on embeddings", () => createLora(model, { dora: true, targets: ["embed_tokens"] }), "DoRA on embeddings"],
  ["factors of embeddings", () => createIa3(model, { targets: ["embed_tokens"] }), "IA³ has no factors"]
])("%s is refused", (_, create, message) => {
  expect(create).toThrow(expect.objectContaining({ code: "SLUICE_BAD_ADAPTER" }))
  expect(create).toThrow(message)
})

test("two adapters that train weights whole do not stand together", () => {
  const saved = createLora(model, { modulesToSave: ["lm_head"] })
  expect(() => stackAdapters([saved, createIa3(model, { modulesToSave: ["norm"] })])).toThrow(
    "train weights of the model whole"
  )
  expect(stackAdapters([saved, createIa3(model)]).weights.has("0/whole/lm_head.weight")).toBe(true)
})

describe("targets", () => {
  const size = (targets: Targets, layers?: number[]): number => targetModules(model.config, targets, layers).length

  test.each([
    ["a list", ["q_proj", "down_proj"], undefined, 4],
    ["a longer end", ["self_attn.q_proj"], undefined, 2],
    ["one layer", ["q_proj", "down_proj"], [1], 2],
    ["all linear layers but the head", "all-linear", undefined, 14],
    ["the head", ["lm_head"], undefined, 1],
    ["a pattern of whole paths", ".*layers\\.0\\..*(q|k)_proj", undefined, 2]
  ] as const)("%s", (_, targets, layers, count) => {
    expect(size(targets as Targets, layers as number[] | undefined)).toBe(count)
  })

  test.each([
    ["a name that no layer has", ["c_attn"]],
    ["a pattern that fits none", "q_proj"],
    ["a pattern that is none", "(q_proj"]
  ])("%s is an error", (_, targets) => {
    expect(() => size(targets)).toThrow(expect.objectContaining({ code: "SLUICE_NO_LORA_TARGET" }))
  })

  test.each([
    ["model.layers.1.self_attn.q_proj", 3],
    ["model.layers.11.self_attn.q_proj", 8],
    ["model.layers.0.mlp.down_proj", 5]
  ])("ranks by pattern of the end of a path: %s", (module, rank) => {
    expect(byPattern({ "layers.1.self_attn.q_proj": 3, "mlp\\.(up|down)_proj": 5 }, module, 8)).toBe(rank)
  })
})

describe("a prompt starts", () => {
  const row = (id: number) => [...model.weights.get("model.embed_tokens.weight")!.data.subarray(id * 16, id * 16 + 16)]
  const embeddings = (options: Parameters<typeof createPrompt>[1]) => {
    const { data, shape } = createPrompt(model, options).weights.get("prompt_embeddings")!
    return Array.from({ length: shape[0]! }, (_, token) => [...data.subarray(token * 16, token * 16 + 16)])
  }

  test("at a text, repeated or cut", () => {
    const said = [...model.tokenizer.encode("The sluice")].map(row)
    expect(said.length).toBeGreaterThan(1)
    expect(embeddings({ text: "The sluice", tokens: said.length + 1 })).toEqual([...said, said[0]])
    expect(embeddings({ text: "The sluice", tokens: 1 })).toEqual([said[0]])
  })

  test("at tokens of the vocabulary, by a seed", () => {
    const all = new Set(Array.from({ length: model.config.vocabSize }, (_, id) => row(id).join()))
    const first = embeddings({ init: "vocabulary", tokens: 6, seed: 1 })
    expect(first.every((values) => all.has(values.join()))).toBe(true)
    expect(embeddings({ init: "vocabulary", tokens: 6, seed: 2 })).not.toEqual(first)
  })

  test("at random, with deviation 1", () => {
    const values = embeddings({ tokens: 50 }).flat()
    const deviation = Math.sqrt(values.reduce((sum, value) => sum + value * value, 0) / values.length)
    expect(deviation).toBeGreaterThan(0.9)
    expect(deviation).toBeLessThan(1.1)
  })

  test.each([
    ["no tokens", () => createPrompt(model, { tokens: 0 })],
    ["half a token", () => createPrefix(model, { tokens: 1.5 })],
    ["no encoder tokens", () => createPTuning(model, { tokens: 0 })],
    ["a text without tokens", () => createPrompt(model, { init: "text", text: "" })]
  ])("not at all with %s", (_, create) => {
    expect(create).toThrow(expect.objectContaining({ code: "SLUICE_BAD_ADAPTER" }))
  })
})

test("PEFT takes no pattern beside layers: its modules are written out", () => {
  using folder = new TemporaryFolder()
  saveAdapter(folder.path, createLora(model, { targets: ".*\\.(q|k)_proj", layers: [1] }))
  const config = JSON.parse(readFileSync(join(folder.path, "adapter_config.json"), "utf8"))
  expect(config.layers_to_transform).toBe(null)
  expect(config.target_modules).toEqual(["k", "q"].map((name) => `model.layers.1.self_attn.${name}_proj`))
})

test("prefixes have the width of keys, which grouped heads share", () => {
  const { weights } = createPrefix(model, { tokens: 3 })
  expect(weights.get("1.value")!.shape).toEqual([3, 8])
})

describe("an adapter of another model is refused", () => {
  const { config } = model
  const deeper = { ...model, config: { ...config, layers: 3 } }
  const shallower = { ...model, config: { ...config, layers: 1 } }
  const wider = { ...model, config: { ...config, hiddenSize: 32, heads: 8, kvHeads: 4 } }
  const some = { tokens: 3 }

  test.each([
    ["LoRA, more layers", createLora(deeper), "no place"],
    ["LoRA, wider", createLora(wider), "asks for [any, 16]"],
    ["IA³, more layers", createIa3(deeper), "no place"],
    ["IA³, wider", createIa3(wider), "which wants 8"],
    ["a prompt, wider", createPrompt(wider, some), "asks for [any, 16]"],
    ["P-tuning, wider", createPTuning(wider, some), "asks for [any, 16]"],
    ["a prefix, more layers", createPrefix(deeper, some), "no place"],
    ["a prefix, fewer layers", createPrefix(shallower, some), "nothing for layer 1"],
    ["a prefix, wider", createPrefix(wider, some), "asks for [any, 8]"],
    ["bottlenecks, more layers", createBottleneck(deeper), "no place"],
    ["bottlenecks, wider", createBottleneck(wider), "asks for [any, 16]"]
  ])("%s", async (_, adapter, said) => {
    const found = await nextTokenLogits(model, [ids], { adapter }).catch((error: unknown) => error)
    expect(found).toMatchObject({ code: "SLUICE_ADAPTER_MISMATCH", message: expect.stringContaining(said) })
  })
})

describe("dropout", () => {
  const sequences = randomSequences([9, 14, 22, 7, 11, 30], model.config.vocabSize)
  const adapter = createLora(model, { rank: 4, alpha: 16, dropout: 0.4, targets: "all-linear" })
  const options = { maxLength: 32, batchSize: 1, accumulate: 2, epochs: 3, lr: 5e-2, threads: 1 }
  const run = (seed: number, dropout = 0.4) =>
    trainCausal({
      model,
      adapter: { ...adapter, config: { ...adapter.config, dropout } },
      sequences,
      options: { ...options, seed }
    })

  test("changes what is learnt, the same for the same seed", async () => {
    const [first, again, without] = [await run(1), await run(1), await run(1, 0)]
    expect(again.ledger).toEqual(first.ledger)
    expect(first.ledger.at(-1)!.loss).not.toBe(without.ledger.at(-1)!.loss)
  })

  test("is drawn again by a run that goes on from a checkpoint", async () => {
    using folder = new TemporaryFolder()
    const checkpoint = { folder: folder.path, every: 1 }
    const input = { model, adapter, sequences, options, checkpoint }
    const onStep = ({ step }: { readonly step: number }): void => {
      if (step === 2) throw new Error("killed")
    }
    await expect(trainCausal({ ...input, onStep })).rejects.toThrow("killed")
    const resumed = await trainCausal(input)
    expect(resumed.ledger).toEqual((await trainCausal({ model, adapter, sequences, options })).ledger)
    expect(() => readCheckpoint(folder.path, "another")).toThrow()
  })
})
