// Every family: what transformers and peft answer with the same weights, gradients, files, the cache, adapters, learning.
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { Tensor as Value } from "onnxruntime-node"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { type AnyShape, architectureOf, architectures } from "../../../src/model/architectures/index.ts"
import {
  type CausalModel,
  createIa3,
  createLora,
  createModel,
  createPrefix,
  generate,
  loadAdapter,
  loadModel,
  mergeAdapter,
  nextTokenLogits,
  proveMerge,
  readSafetensors,
  saveAdapter,
  saveModel,
  scoreSequences,
  trainCausal,
  writeSafetensors
} from "../../../src/model/index.ts"
import { packSequences } from "../../../src/model/pack.ts"
import { layOutBatch } from "../../../src/model/train/batch.ts"
import { inputName } from "../../../src/model/train/binding.ts"
import type { Values } from "../../../src/model/train/session.ts"
import { accumulatorName, buildGradientGraph } from "../../../src/model/train/step-graph.ts"
import { randomSequences, TemporaryFolder, tinyText, tinyTokenizer, wholeSequence } from "../tiny-model.ts"
import { madeWeight, madeWeights, recordedIds } from "../train/adapters/made-weights.ts"
import { worstGradientError } from "../train/finite-difference.ts"
import { madeModel, parallel, parallelShape, shapes } from "./families.ts"

const recorded: Record<string, number[]> = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8"))

const worst = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length)
  return Math.max(...Array.from(found, (value, index) => Math.abs(value - expected[index]!)))
}

const made = <Adapter extends ReturnType<typeof createLora> | ReturnType<typeof createIa3>>(adapter: Adapter) => ({
  ...adapter,
  weights: madeWeights(adapter.weights)
})

test("every family has a case, and every file of a family is in the list", () => {
  expect(Object.keys(shapes).sort()).toEqual([...architectures.keys()].sort())
  const folder = join(import.meta.dirname, "../../../src/model/architectures")
  const families = readdirSync(folder).filter((name) =>
    /: Architecture<"/.test(readFileSync(join(folder, name), "utf8"))
  )
  expect(families.map((name) => name.replace(".ts", "")).sort()).toEqual([...architectures.keys()].sort())
})

test("no file but its own names a family", () => {
  const source = join(import.meta.dirname, "../../../src")
  const naming = readdirSync(source, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ts") && !name.startsWith("model/architectures/"))
    .filter((name) => {
      const text = readFileSync(join(source, name), "utf8")
      return [...architectures.keys()].some((kind) => text.includes(`architecture === "${kind}"`))
    })
  expect(naming).toEqual([])
})

/** What must hold of a model of any family. */
const holds = (model: () => CausalModel): void => {
  test("its gradients are those of finite differences", async () => {
    const { config, weights } = model()
    const sequences = randomSequences([4, 7, 3, 5], config.vocabSize)
    const shape = { rows: 2, length: 10, targets: 16 }
    const batch = layOutBatch(packSequences([4, 7, 3, 5], 10), sequences, shape)
    const target = { config, base: weights }
    const { graph } = buildGradientGraph(target, shape, { accumulate: false, float: "float64" })
    const feeds: Values = {
      ...batch.feeds,
      weights: new Value("float64", Float64Array.from(batch.feeds.weights!.data as Float32Array), [16]),
      inverseCount: new Value("float64", Float64Array.of(1 / batch.supervised), [])
    }
    for (const [name, { data, shape: size }] of weights) {
      feeds[inputName(name)] = new Value("float64", Float64Array.from(data), size)
    }
    const byName = new Map(graph.inputs.map((input) => [input.name, input]))
    const gradients = new Map([...weights.keys()].map((name) => [byName.get(inputName(name))!, accumulatorName(name)]))
    expect(await worstGradientError(graph, gradients, feeds, 6)).toBeLessThan(2e-5)
  })

  test("is loaded as it was saved", async () => {
    const { config, weights, tokenizer } = createModel(
      tinyTokenizer(),
      { ...model().config, vocabSize: 320 } as AnyShape,
      3
    )
    using folder = new TemporaryFolder()
    saveModel(folder.path, { config, weights, tokenizer })
    const loaded = loadModel(folder.path)
    expect(loaded.config).toEqual(config)
    expect([...loaded.weights]).toEqual([...weights])
  })

  test("packed and alone, texts score the same", async () => {
    const sequences = randomSequences([5, 9, 4, 7], model().config.vocabSize)
    const together = await scoreSequences(model(), sequences, { maxLength: 20 })
    for (const [place, sequence] of sequences.entries()) {
      const [alone] = await scoreSequences(model(), [sequence])
      expect(alone!.logProb).toBeCloseTo(together[place]!.logProb, 4)
    }
  })

  test("continues texts as reading them whole says", async () => {
    const prompts = [recordedIds.slice(0, 5), recordedIds.slice(2, 4)]
    const answers = await generate(model(), prompts, { maxNewTokens: 9, stopIds: [] })
    for (const [place, prompt] of prompts.entries()) {
      const text = [...prompt]
      for (let step = 0; step < 9; step++) {
        const [scores] = await nextTokenLogits(model(), [Int32Array.from(text)])
        const last = scores!.subarray(-model().config.vocabSize)
        text.push(last.indexOf(Math.max(...last)))
      }
      expect([...answers[place]!.ids]).toEqual(text.slice(prompt.length))
    }
  })

  test("learns by an adapter that is saved, loaded and merged", async () => {
    const sequences = randomSequences([5, 9, 4, 7], model().config.vocabSize)
    const options = { maxLength: 40, batchSize: 4, epochs: 12, lr: 2e-2, threads: 1 }
    const { ledger, adapter } = await trainCausal({ model: model(), adapter: createLora(model()), sequences, options })
    expect(ledger.at(-1)!.loss).toBeLessThan(ledger[0]!.loss - 0.02)
    using folder = new TemporaryFolder()
    saveAdapter(folder.path, adapter!, "base", model().config)
    const loaded = loadAdapter(folder.path)
    expect(loaded.weights).toEqual(adapter!.weights)
    const merged = mergeAdapter(model(), loaded)
    expect(await proveMerge(model(), adapter!, merged, [recordedIds], { tolerance: 1e-4 })).toBeLessThan(1e-4)
  })
}

describe.each(Object.entries(shapes))("%s", (kind, shape) => {
  const model = madeModel(shape)

  test("scores tokens as recorded", async () => {
    const [found] = await nextTokenLogits(model, [recordedIds])
    expect(worst(found!, recorded[kind]!)).toBeLessThan(1e-4)
  })

  test("scores tokens as recorded with LoRA on all linear layers, and with IA³", async () => {
    const lora = made(createLora(model, { rank: 3, alpha: 6, targets: "all-linear" }))
    const [found] = await nextTokenLogits(model, [recordedIds], { adapter: lora })
    expect(worst(found!, recorded[`${kind}-lora`]!)).toBeLessThan(1e-4)
    const [scaled] = await nextTokenLogits(model, [recordedIds], { adapter: made(createIa3(model)) })
    expect(worst(scaled!, recorded[`${kind}-ia3`]!)).toBeLessThan(1e-4)
    expect(worst(scaled!, recorded[kind]!)).toBeGreaterThan(0.01)
  })

  test("fresh, every token is as likely as any other", async () => {
    const fresh = createModel(tinyTokenizer(), { ...shape, vocabSize: 320 } as AnyShape, 5)
    const sequences = [wholeSequence(fresh.tokenizer, tinyText[0]!, "a")]
    const [{ logProb, tokens } = { logProb: 0, tokens: 1 }] = await scoreSequences(fresh, sequences)
    expect(-logProb / tokens).toBeCloseTo(Math.log(320), 0)
  })

  test("heads of a width that ONNX Runtime's own attention takes continue texts likewise", async () => {
    const config = { ...shape, headDim: 16, hiddenSize: 64, heads: 4 } as AnyShape
    const wide = madeModel(config)
    const prompt = recordedIds.slice(0, 5)
    const [answer] = await generate(wide, [prompt, recordedIds.slice(0, 2)], { maxNewTokens: 9, stopIds: [] })
    const text = [...prompt]
    for (let step = 0; step < 9; step++) {
      const [scores] = await nextTokenLogits(wide, [Int32Array.from(text)])
      const last = scores!.subarray(-24)
      text.push(last.indexOf(Math.max(...last)))
    }
    expect([...answer!.ids]).toEqual(text.slice(5))
  })

  holds(() => model)
})

test("GPT-2's prefix moves its learned positions", async () => {
  const model = madeModel(shapes["gpt2"]!)
  const prefix = createPrefix(model, { tokens: 3 })
  const names = [...prefix.weights.keys()]
  const whole = madeWeight("prompt_embeddings", [3, names.length * 16])
  const weights = new Map(
    names.map((name, part) => {
      const rows = [0, 1, 2].map((row) => whole.data.subarray((row * names.length + part) * 16).subarray(0, 16))
      return [name, { shape: [3, 16], data: Float32Array.from(rows.flatMap((row) => [...row])) }]
    })
  )
  const [found] = await nextTokenLogits(model, [recordedIds], { adapter: { ...prefix, weights } })
  expect(worst(found!, recorded["gpt2-prefix"]!)).toBeLessThan(1e-4)
})

test("a prefix over a window is refused", async () => {
  const model = madeModel(shapes["mistral"]!)
  const scored = nextTokenLogits(model, [recordedIds], { adapter: createPrefix(model) })
  await expect(scored).rejects.toMatchObject({ code: "SLUICE_ADAPTER_MISMATCH" })
})

test("weights saved without the output head are found under their shorter names", () => {
  const { config, weights, tokenizer } = createModel(tinyTokenizer(), {
    ...shapes["gpt2"]!,
    vocabSize: 320
  } as AnyShape)
  using folder = new TemporaryFolder()
  saveModel(folder.path, { config, weights, tokenizer })
  const path = join(folder.path, "model.safetensors")
  const bare = [...readSafetensors(path)].map(([name, weight]) => [name.replace("transformer.", ""), weight] as const)
  writeSafetensors(path, new Map(bare))
  expect([...loadModel(folder.path).weights]).toEqual([...weights])
})

test.each<[string, Record<string, unknown>]>([
  ["qwen2", { use_sliding_window: true }],
  ["qwen3", { use_sliding_window: true }],
  ["gemma", { use_bidirectional_attention: true }],
  ["gemma", { attention_bias: true }],
  ["gemma", { hidden_act: "silu" }],
  ["gpt2", { scale_attn_by_inverse_layer_idx: true }],
  ["gpt2", { activation_function: "relu" }],
  ["mistral", { rope_scaling: { rope_type: "yarn" }, rope_parameters: null }]
])("%s with %j is refused", (kind, change) => {
  const { config } = madeModel(shapes[kind]!)
  const family = architectureOf(config)
  expect(() => family.fromJson({ ...family.toJson(config), ...change })).toThrow(
    expect.objectContaining({ code: "SLUICE_UNSUPPORTED_MODEL" })
  )
})

describe("a family that nobody published is one file and a line of the list", () => {
  const list = architectures as Map<string, unknown>
  beforeAll(() => {
    list.set("parallel", parallel)
  })
  afterAll(() => {
    list.delete("parallel")
  })

  holds(() => madeModel(parallelShape as unknown as AnyShape))
})
