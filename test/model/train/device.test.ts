// Graphs written for a GPU: the same mathematics as for the CPU, held against it here, and run on a GPU where there is one.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { createLora, generate, scoreSequences, type TrainInput, trainCausal } from "../../../src/model/index.ts"
import { layOutBatch } from "../../../src/model/train/batch.ts"
import type { Device } from "../../../src/model/train/device.ts"
import { probeDevice } from "../../../src/model/train/device-probe.ts"
import { freeze } from "../../../src/model/train/frozen.ts"
import { product } from "../../../src/model/train/product.ts"
import { floatValue, Session, type Values } from "../../../src/model/train/session.ts"
import { buildGradientGraph, buildStepGraph } from "../../../src/model/train/step-graph.ts"
import { TensorGraph } from "../../../src/model/train/tensor-graph.ts"
import { encodeSafetensors } from "../../../src/model/safetensors.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"

const model = tinyModel(1, { tieEmbeddings: false })
const sequences = randomSequences([9, 14, 3, 12, 16, 7], model.config.vocabSize)
const shape = { rows: 2, length: 32, targets: 64 }
const target = { config: model.config, base: model.weights }
const packed = [
  [
    { sequence: 0, start: 0, end: 9 },
    { sequence: 1, start: 0, end: 14 }
  ],
  [
    { sequence: 3, start: 0, end: 12 },
    { sequence: 4, start: 0, end: 16 }
  ]
]

/** Feeds of a batch and of all weights. */
const feedsOf = async (graph: TensorGraph): Promise<Values> => {
  const { feeds } = await freeze(model.weights, "cpu")
  const all: Values = {
    ...feeds,
    ...layOutBatch(packed, sequences, shape).feeds,
    ...(await freeze(adapter.weights, "cpu")).feeds,
    inverseCount: floatValue(Float32Array.of(0.02), []),
    lossScale: floatValue(Float32Array.of(1024), [])
  }
  return Object.fromEntries(graph.inputs.map(({ name }) => [name, all[name]!]))
}

/** What a graph computes on the CPU, whatever device it was written for. */
const computed = async (graph: TensorGraph) => {
  const session = await Session.compile(graph, { device: "cpu", threads: 1 })
  const results = await session.run(await feedsOf(graph))
  await session.dispose()
  return new Map(Object.entries(results).map(([name, { data }]) => [name, data as Float32Array]))
}

test.each(["webgpu", "cuda"] as const)(
  "the form for %s gives the loss and gradients of that for the CPU",
  async (device) => {
    const plain = buildGradientGraph(target, shape, { accumulate: false }).graph
    const other = buildGradientGraph(target, shape, { accumulate: false, device }).graph
    expect(other.nodes.map(({ type }) => type)).not.toEqual(plain.nodes.map(({ type }) => type))
    const [expected, found] = [await computed(plain), await computed(other)]
    expect([...found.keys()]).toEqual([...expected.keys()])
    for (const [name, values] of expected)
      found.get(name)!.forEach((value, index) => {
        expect(Math.abs(value - values[index]!), name).toBeLessThan(2e-6)
      })
  }
)

const adapter = createLora(model, { rank: 2, seed: 4, targets: "all-linear" })

describe.each(["webgpu", "cuda"] as const)("the form for %s in f16", (device) => {
  test.each([
    { title: "a whole model", trained: {} },
    { title: "an adapter over matrices of 16 bits", trained: { adapter } }
  ])("gives the loss and gradients of f16 on the CPU within 1 %: $title", async ({ trained }) => {
    const mixed = { ...target, ...trained, precision: "f16" } as const
    const plain = buildGradientGraph(mixed, shape, { accumulate: false }).graph
    const other = buildGradientGraph(mixed, shape, { accumulate: false, device }).graph
    const [expected, found] = [await computed(plain), await computed(other)]
    expect([...found.keys()]).toEqual([...expected.keys()])
    for (const [name, values] of expected) {
      const apart = Math.hypot(...values.map((value, index) => value - found.get(name)![index]!))
      expect(apart, name).toBeLessThanOrEqual(0.01 * Math.hypot(...values))
    }
  })
})

test("of frozen weights those of two axes are fed and written in 16 bits", async () => {
  const all = new Map([
    ["matrix", { shape: [2, 2], data: Float32Array.of(1 / 3, 70_000, 2, -2) }],
    ["gain", { shape: [2], data: Float32Array.of(1 / 3, 1) }]
  ])
  const { constants } = await freeze(all, "cuda", "f16")
  expect(constants.get("weight:matrix")).toEqual(new Float16Array([1 / 3, Number.POSITIVE_INFINITY, 2, -2]))
  expect(constants.get("weight:gain")).toBe(all.get("gain")!.data)
  const { feeds } = await freeze(all, "cpu", "f16")
  expect(feeds["weight:matrix"]!.data).toBe(all.get("matrix")!.data)
})

describe("nothing that a GPU adds up in varying order is left in its form", () => {
  const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 }
  const nodesOf = (device: Device) => buildStepGraph(target, shape, optimizer, device).graph.nodes

  test.each(["webgpu", "cuda"] as const)("no row of a table gets two additions on %s", (device) => {
    const scattered = nodesOf(device).filter(({ type }) => type === "ScatterElements")
    // The one that is left adds once to each row, at the place of its target.
    expect(scattered.map(({ outputs }) => outputs[0]!.shape)).toEqual([[shape.targets, model.config.vocabSize]])
  })

  test("rows are not reduced on CUDA", () => {
    const reductions = (device: Device) =>
      nodesOf(device).filter(({ type, inputs, outputs }) => {
        return type.startsWith("ReduceSum") && outputs[0]!.shape[0] !== inputs[0]!.shape[0]
      }).length
    expect(reductions("cpu")).toBeGreaterThan(model.weights.size)
    expect(reductions("cuda")).toBe(0)
  })
})

test("weights that are written into the graph give what fed ones give", async () => {
  const graph = new TensorGraph("float32", "cuda")
  const weight = graph.input("weight:w", [3, 4])
  graph.output(graph.emit("MatMul", [graph.input("x", [2, 3]), weight], [2, 4]), "y")
  const data = Float32Array.from({ length: 12 }, (_unused, index) => index - 5)
  const x = floatValue(Float32Array.of(1, 2, 3, 4, 5, 6), [2, 3])
  const results = []
  for (const device of ["cuda", "cpu"] as const) {
    const frozen = await freeze(new Map([["w", { shape: [3, 4], data }]]), device)
    expect(frozen.constants.size).toBe(device === "cuda" ? 1 : 0)
    const session = await Session.compile(graph, { device: "cpu", frozen })
    results.push((await session.run({ x })).y!.data)
    await session.dispose()
  }
  expect(results[0]).toEqual(results[1])
})

const cuda = await probeDevice("cuda")

test.skipIf(cuda.available)("a device that is not there is an error that says why, and how to do without", async () => {
  const graph = new TensorGraph("float32", "cuda")
  graph.output(graph.input("x", [1]), "y")
  await expect(Session.compile(graph)).rejects.toMatchObject({
    code: "SLUICE_NO_DEVICE",
    message: expect.stringContaining("device cuda cannot be used here: "),
    hint: expect.stringContaining("--device cpu")
  })
})

for (const device of ["webgpu", "cuda"] as const) {
  const found = device === "cuda" ? cuda : await probeDevice(device)
  const reason = found.available ? "" : ` (skipped: ${found.text})`
  describe.skipIf(!found.available)(`on ${device}${reason}`, { timeout: 600_000 }, () => {
    const small = { maxLength: 32, batchSize: 2, epochs: 4, maxSteps: 8, lr: 5e-3, weightDecay: 0.1 }
    const train = (on: Device, input: Partial<TrainInput> = {}) =>
      trainCausal({ model, sequences, ...input, options: { ...small, ...input.options, device: on } })

    test.each([
      { title: "a whole model", input: {} },
      { title: "with accumulated gradients", input: { options: { accumulate: 2 } } },
      { title: "an adapter", input: { adapter } }
    ])("losses are the CPU's and bytes repeat: $title", async ({ input }) => {
      const [cpu, first, second] = [await train("cpu", input), await train(device, input), await train(device, input)]
      for (const [step, { loss, gradNorm }] of cpu.ledger.entries()) {
        expect(Math.abs(first.ledger[step]!.loss - loss) / loss).toBeLessThan(1e-3)
        expect(Math.abs(first.ledger[step]!.gradNorm - gradNorm) / gradNorm).toBeLessThan(1e-2)
      }
      const bytes = (result: typeof first) => encodeSafetensors((result.adapter ?? result.model).weights)
      expect(bytes(first)).toEqual(bytes(second))
    })

    test("a run continued from a checkpoint ends with the same bytes", async () => {
      const folder = mkdtempSync(join(tmpdir(), "sluice-device-"))
      const checkpoint = { folder, every: 2 }
      const unbroken = await train(device, { adapter })
      const stopped = train(device, {
        adapter,
        checkpoint,
        onStep: ({ step }) => {
          if (step === 3) throw new Error("stopped")
        }
      })
      await expect(stopped).rejects.toThrow("stopped")
      const resumed = await train(device, { adapter, checkpoint })
      rmSync(folder, { recursive: true })
      expect(resumed.ledger).toEqual(unbroken.ledger)
      expect(encodeSafetensors(resumed.adapter!.weights)).toEqual(encodeSafetensors(unbroken.adapter!.weights))
    })

    const half = found.half === true
    describe.skipIf(!half)(`in f16${half ? "" : " (skipped: the device has none)"}`, () => {
      const mixed = { precision: "f16" } as const
      test.each<{ title: string; input: Partial<TrainInput> }>([
        { title: "a whole model", input: {} },
        {
          title: "checkpointed, with accumulated gradients",
          input: { options: { accumulate: 2, checkpointing: true } }
        },
        { title: "an adapter", input: { adapter } }
      ])("losses are the CPU's in f16 and bytes repeat: $title", async ({ input }) => {
        const given = { ...input, options: { ...input.options, ...mixed } }
        const [cpu, first, second] = [await train("cpu", given), await train(device, given), await train(device, given)]
        for (const [step, { loss, gradNorm, lossScale }] of cpu.ledger.entries()) {
          expect(Math.abs(first.ledger[step]!.loss - loss) / loss).toBeLessThan(1e-3)
          expect(Math.abs(first.ledger[step]!.gradNorm - gradNorm) / gradNorm).toBeLessThan(5e-2)
          expect(first.ledger[step]!.lossScale).toBe(lossScale)
        }
        const bytes = (result: typeof first) => encodeSafetensors((result.adapter ?? result.model).weights)
        expect(bytes(first)).toEqual(bytes(second))
      })

      test("matrices that are fed in 16 bits are read as such", async () => {
        const data = Float32Array.of(1 / 3, -2, 0.5, 7)
        const frozen = await freeze(new Map([["w", { shape: [2, 2], data }]]), device, "f16")
        const graph = new TensorGraph("float32", device, "f16")
        const weight = graph.input("weight:w", [2, 2], "float16")
        graph.output(product(graph, "MatMul", [graph.input("x", [1, 2]), weight], [1, 2]), "y")
        const session = await Session.compile(graph, { frozen })
        const { y } = await session.run({ x: floatValue(Float32Array.of(1, 0), [1, 2]) })
        expect(y!.data).toEqual(Float32Array.of(Math.f16round(1 / 3), -2))
        await frozen.dispose()
        await session.dispose()
      })

      test("gradients that overflow skip the step and leave the weights", async () => {
        const weights = new Map(model.weights)
        const norm = weights.get("model.norm.weight")!
        weights.set("model.norm.weight", { ...norm, data: norm.data.map((value) => value * 100) })
        const steep = { ...model, weights }
        const { ledger, model: after } = await train(device, { model: steep, options: { ...mixed, maxSteps: 1 } })
        expect(ledger.map(({ skipped }) => skipped)).toEqual([true])
        expect(encodeSafetensors(after.weights)).toEqual(encodeSafetensors(weights))
      })
    })

    test.skipIf(half)(
      "without f16 a training in it is an error that says what is missing, and how to do without",
      async () => {
        await expect(train(device, { options: { precision: "f16" } })).rejects.toMatchObject({
          code: "SLUICE_NO_DEVICE",
          message: expect.stringMatching(new RegExp(`device ${device} does not multiply in 16 bits`)),
          evidence: [expect.stringMatching(/f16/)],
          hint: expect.stringContaining("--device cpu")
        })
      }
    )

    test("scores are the CPU's, and so is greedy text", async () => {
      const [scores, others] = [
        await scoreSequences(model, sequences),
        await scoreSequences(model, sequences, { device })
      ]
      for (const [at, { logProb }] of scores.entries()) expect(others[at]!.logProb).toBeCloseTo(logProb, 2)
      const prompts = sequences.slice(0, 3).map(({ ids }) => ids)
      const settings = { maxNewTokens: 8, stopIds: [], batchSize: 2 }
      const texts = await generate(model, prompts, { ...settings, device })
      expect(texts).toEqual(await generate(model, prompts, settings))
    })
  })
}
