// Every way to adapt a model: what peft and adapters answer with the same weights, gradients, files, merging, learning.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { Tensor as Value } from "onnxruntime-node"
import { describe, expect, test } from "vitest"
import {
  createLora,
  generate,
  loadAdapter,
  loadAdapters,
  mergeAdapter,
  nextTokenLogits,
  proveMerge,
  saveAdapter,
  saveAdapters,
  scoreSequences,
  stackAdapters,
  trainCausal
} from "../../../../src/model/index.ts"
import { packSequences } from "../../../../src/model/pack.ts"
import { virtualTokens } from "../../../../src/model/train/adapters/any-adapter.ts"
import { adapterMethods } from "../../../../src/model/train/adapters/index.ts"
import { layOutBatch, withVirtualTokens } from "../../../../src/model/train/batch.ts"
import { inputName } from "../../../../src/model/train/binding.ts"
import type { Values } from "../../../../src/model/train/session.ts"
import { accumulatorName, buildGradientGraph } from "../../../../src/model/train/step-graph.ts"
import { randomSequences, TemporaryFolder } from "../../tiny-model.ts"
import { worstGradientError } from "../finite-difference.ts"
import { adapterCases } from "./cases.ts"
import { heldNorms } from "./held-norms.ts"
import { madeWeights, recordedIds, recordedModel } from "./made-weights.ts"

const recorded: Record<string, number[]> = JSON.parse(readFileSync(join(import.meta.dirname, "recorded.json"), "utf8"))

const worst = (found: ArrayLike<number>, expected: ArrayLike<number>): number => {
  expect(found.length).toBe(expected.length)
  return Math.max(...Array.from(found, (value, index) => Math.abs(value - expected[index]!)))
}

/** PEFT writes lists of names sorted. */
const sorted = (config: object) =>
  Object.fromEntries(
    Object.entries(config).map(([key, value]) => [key, Array.isArray(value) ? value.toSorted() : value])
  )

test.each([
  ["base", recordedModel()],
  ["qwen2", recordedModel("qwen2")]
] as const)("the model of the recordings is the same here: %s", async (name, model) => {
  const [found] = await nextTokenLogits(model, [recordedIds])
  expect(worst(found!, recorded[name]!)).toBeLessThan(1e-5)
})

test("every method has a case", () => {
  expect(new Set(adapterCases.map(({ adapter }) => adapter.kind))).toEqual(new Set(adapterMethods.keys()))
})

describe.each(adapterCases)("$name", ({ name, model, adapter }) => {
  const sequences = randomSequences([5, 9, 4, 7], model.config.vocabSize)

  test("scores tokens as recorded", async () => {
    const [found] = await nextTokenLogits(model, [recordedIds], { adapter })
    expect(worst(found!, recorded[name]!)).toBeLessThan(1e-4)
    expect(worst(found!, recorded[model.config.architecture === "qwen2" ? "qwen2" : "base"]!)).toBeGreaterThan(0.1)
  })

  test("its gradients are those of finite differences", async () => {
    const count = virtualTokens(adapter)
    const length = 12 + 2 * count
    const led = withVirtualTokens(sequences, count, model.config.vocabSize)
    const shape = { rows: 3, length, targets: 3 * length }
    const rows = packSequences(
      led.map(({ ids }) => ids.length),
      length,
      "bfd"
    )
    expect(rows.length).toBeLessThan(led.length)
    const batch = layOutBatch(rows, led, shape)
    const target = { config: model.config, base: model.weights, adapter }
    const { graph } = buildGradientGraph(target, shape, { accumulate: false, float: "float64" })
    const weights = new Value("float64", Float64Array.from(batch.feeds.weights!.data as Float32Array), [shape.targets])
    const count1 = new Value("float64", Float64Array.of(1 / batch.supervised), [])
    const feeds: Values = { ...batch.feeds, weights, inverseCount: count1 }
    for (const [key, { data, shape: size }] of adapter.weights) {
      feeds[inputName(key)] = new Value("float64", Float64Array.from(data), size)
    }
    const byName = new Map(graph.inputs.map((input) => [input.name, input]))
    const names = [...adapter.weights.keys()]
    const gradients = new Map(names.map((key) => [byName.get(inputName(key))!, accumulatorName(key)]))
    const held = (input: { readonly name: string }, moved: Float64Array): Values =>
      heldNorms(model.weights, adapter, input.name, moved)
    expect(await worstGradientError(graph, gradients, feeds, 4, held)).toBeLessThan(2e-5)
  })

  test("is read from its files as it was written", async () => {
    using folder = new TemporaryFolder()
    saveAdapter(folder.path, adapter, "base", model.config)
    const loaded = loadAdapter(folder.path)
    expect(loaded.kind).toBe(adapter.kind)
    expect(sorted(loaded.config)).toEqual(sorted(adapter.config))
    const [before] = await nextTokenLogits(model, [recordedIds], { adapter })
    const [after] = await nextTokenLogits(model, [recordedIds], { adapter: loaded })
    expect(worst(after!, before!)).toBeLessThan(1e-5)
  })

  test("packed and alone, padded or not, texts score the same", async () => {
    const together = await scoreSequences(model, sequences, { adapter, maxLength: 20 })
    for (const [place, sequence] of sequences.entries()) {
      const [alone] = await scoreSequences(model, [sequence], { adapter })
      expect(alone!.tokens).toBe(together[place]!.tokens)
      expect(alone!.logProb).toBeCloseTo(together[place]!.logProb, 4)
    }
  })

  test("continues texts as scoring them whole says", async () => {
    const prompt = recordedIds.slice(0, 3)
    const [answer] = await generate(model, [prompt], { adapter, maxNewTokens: 5, stopIds: [] })
    const text = [...prompt]
    for (let step = 0; step < 5; step++) {
      const [scores] = await nextTokenLogits(model, [Int32Array.from(text)], { adapter })
      const last = scores!.subarray(-model.config.vocabSize)
      text.push(last.indexOf(Math.max(...last)))
    }
    expect([...answer!.ids]).toEqual(text.slice(3))
  })

  if (adapterMethods.get(adapter.kind)!.merge === undefined) {
    test("says that it cannot be merged", () => {
      expect(() => mergeAdapter(model, adapter)).toThrow(expect.objectContaining({ code: "SLUICE_CANNOT_MERGE" }))
    })
  } else {
    test("merged it gives the same scores, and the proof would notice if it did not", async () => {
      const merged = mergeAdapter(model, adapter)
      const off = await proveMerge(model, adapter, merged, [recordedIds], { tolerance: 1e-4 })
      expect(off).toBeGreaterThanOrEqual(0)
      const wrong = proveMerge(model, adapter, model, [recordedIds])
      await expect(wrong).rejects.toMatchObject({ code: "SLUICE_MERGE_DIFFERS" })
    })
  }

  test("learns, and leaves the model as it is", async () => {
    const options = { maxLength: 40, batchSize: 4, epochs: 20, lr: 2e-2, threads: 1 }
    const { ledger, adapter: trained, model: kept } = await trainCausal({ model, adapter, sequences, options })
    expect(ledger).toHaveLength(20)
    expect(ledger.at(-1)!.loss).toBeLessThan(ledger[0]!.loss - 0.05)
    expect(kept).toBe(model)
    const whole = sequences.map((sequence) => sequence)
    const scores = await scoreSequences(model, whole, { adapter: trained! })
    const loss =
      scores.reduce((sum, { logProb }) => sum - logProb, 0) / scores.reduce((sum, { tokens }) => sum + tokens, 0)
    expect(loss).toBeLessThan(ledger[0]!.loss)
  })
})

describe("several adapters over one model", () => {
  const model = recordedModel()
  const first = createLora(model, { rank: 4, alpha: 8 })
  const second = createLora(model, { rank: 2, alpha: 6, targets: ["q_proj", "down_proj"] })
  const made = {
    first: { ...first, weights: madeWeights(first.weights) },
    second: { ...second, weights: madeWeights(second.weights, "second/") }
  }

  test("at work together, or one of them, they score as recorded", async () => {
    const both = stackAdapters([made.first, made.second])
    const [together] = await nextTokenLogits(model, [recordedIds], { adapter: both })
    expect(worst(together!, recorded["stack"]!)).toBeLessThan(1e-4)
    const [alone] = await nextTokenLogits(model, [recordedIds], { adapter: made.second })
    expect(worst(alone!, recorded["second"]!)).toBeLessThan(1e-4)
    expect(await proveMerge(model, both, mergeAdapter(model, both), [recordedIds], { tolerance: 1e-4 })).toBeLessThan(
      1e-4
    )
  })

  test("lie in folders of their names", () => {
    using folder = new TemporaryFolder()
    saveAdapters(
      folder.path,
      new Map([
        ["default", made.first],
        ["legal", made.second]
      ]),
      "base"
    )
    const found = loadAdapters(folder.path)
    expect([...found.keys()]).toEqual(["default", "legal"])
    expect(found.get("legal")).toEqual({
      ...made.second,
      config: { ...made.second.config, targets: ["down_proj", "q_proj"] }
    })
  })

  test.each([
    ["DoRA beside LoRA", [createLora(model, { dora: true }), made.first]],
    ["two prompts", adapterCases.filter(({ adapter }) => virtualTokens(adapter) > 0).map(({ adapter }) => adapter)],
    ["none", []]
  ])("are refused where they cannot be: %s", (_, adapters) => {
    expect(() => stackAdapters(adapters)).toThrow(expect.objectContaining({ code: "SLUICE_BAD_STACK" }))
  })
})
