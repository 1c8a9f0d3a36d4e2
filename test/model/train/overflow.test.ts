// Gradients that overflow in mixed precision: the step is skipped and nothing of the state moves; what no scale mends is an error.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import {
  type CausalModel,
  createLora,
  type TrainInput,
  type TrainResult,
  trainCausal
} from "../../../src/model/index.ts"
import { packSequences } from "../../../src/model/pack.ts"
import { encodeSafetensors, readSafetensors } from "../../../src/model/safetensors.ts"
import { layOutBatch } from "../../../src/model/train/batch.ts"
import { firstLossScale, nextLossScale } from "../../../src/model/train/loss-scale.ts"
import { Trainer } from "../../../src/model/train/trainer.ts"
import { randomSequences, TemporaryFolder, tinyModel } from "../tiny-model.ts"

const plain = tinyModel(1, { tieEmbeddings: false })
const lengths = [9, 14, 3, 22, 7, 11, 30, 5, 16, 12, 1, 8]
const sequences = randomSequences(lengths, plain.config.vocabSize)

/** The model with some weights times a factor. */
const scaled = (factors: Readonly<Record<string, number>>): CausalModel => {
  const weights = new Map(plain.weights)
  for (const [name, factor] of Object.entries(factors)) {
    const { shape, data } = weights.get(name)!
    weights.set(name, { shape, data: data.map((value) => value * factor) })
  }
  return { ...plain, weights }
}

/** Its gradients are so large that 2¹⁶ times them is beyond f16, and much less is not. */
const steep = scaled({ "model.norm.weight": 40 })
const adapterOf = (model: CausalModel) => createLora(model, { targets: "all-linear", rank: 2, seed: 4 })
const options = {
  maxLength: 32,
  batchSize: 2,
  epochs: 4,
  lr: 5e-3,
  weightDecay: 0.1,
  threads: 1,
  precision: "f16"
} as const

const train = (input: Partial<TrainInput> = {}): Promise<TrainResult> =>
  trainCausal({ model: steep, sequences, ...input, options: { ...options, ...input.options } })

const bytesOf = ({ model, adapter }: Pick<TrainResult, "model" | "adapter">): Uint8Array =>
  encodeSafetensors((adapter ?? model).weights)

const kinds = [
  { title: "every weight", accumulate: 1, input: {} },
  { title: "every weight, two batches a step", accumulate: 2, input: { options: { accumulate: 2 } } },
  { title: "an adapter", accumulate: 1, input: { adapter: adapterOf(steep) } }
] as const

describe.each(kinds)("$title", ({ accumulate, input }) => {
  const adapter = "adapter" in input ? input.adapter : undefined

  test("a step that overflows leaves the bytes of weights and moments, and the next counts as if it had not been", async () => {
    const shape = { rows: 2, length: 32, targets: 64 }
    const rows = packSequences(lengths, shape.length)
    const batches = Array.from({ length: accumulate }, (_, at) =>
      layOutBatch(rows.slice(2 * at, 2 * at + 2), sequences, shape)
    )
    const target = { config: plain.config, base: plain.weights, ...(adapter && { adapter }), precision: "f16" } as const
    const optimizer = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1, maxGradNorm: 1 }
    const state = async (trainer: Trainer) => {
      const { weights, moments } = await trainer.snapshot()
      return [weights, moments.first, moments.second].map((part) => encodeSafetensors(part))
    }
    const [broken, whole] = await Promise.all(
      [1, 2].map(() => Trainer.compile(target, shape, { optimizer, accumulate, threads: 1 }))
    )
    for (const trainer of [broken!, whole!]) await trainer.step(batches, 1, 1e-2)
    const before = await state(broken!)
    const huge = { ...firstLossScale, scale: 2 ** 60 }
    const overflowed = await broken!.step(batches, 2, 1e-2, huge)
    expect([overflowed.skipped, overflowed.badBatch]).toEqual([true, -1])
    expect(overflowed.gradNorm).not.toSatisfy(Number.isFinite)
    expect(await state(broken!)).toEqual(before)
    const next = await broken!.step(batches, 3, 1e-2, { ...firstLossScale, skipped: 1 })
    expect(next).toEqual({ ...(await whole!.step(batches, 2, 1e-2)), skipped: false })
    expect(await state(broken!)).toEqual(await state(whole!))
    expect(await state(broken!)).not.toEqual(before)
    await Promise.all([broken!.dispose(), whole!.dispose()])
  })

  test("the ledger tells of skipped steps, the factor follows them, and the others move weights", async () => {
    const all = await train(input)
    const { ledger } = all
    expect(ledger[0]!.skipped).toBe(true)
    let expected = firstLossScale
    for (const { step, lossScale, skipped = false, gradNorm, loss } of ledger) {
      expect(lossScale, `step ${step}`).toBe(expected.scale)
      expect(gradNorm === 0, `step ${step}`).toBe(skipped)
      expect(loss).toSatisfy(Number.isFinite)
      expected = nextLossScale(expected, skipped)
    }
    expect(expected.skipped).toBeGreaterThan(0)
    expect(expected.skipped).toBeLessThan(ledger.length / 2)
    const start = bytesOf({ model: steep, ...(adapter && { adapter }) })
    expect(bytesOf(all)).not.toEqual(start)
    const first = await train({ ...input, options: { ...("options" in input && input.options), maxSteps: 1 } })
    expect(bytesOf(first)).toEqual(start)
  })

  test("a run continued from a checkpoint ends with the same bytes and the same factor; what is kept is f32", async () => {
    using folder = new TemporaryFolder()
    const checkpoint = { folder: folder.path, every: 1 }
    const unbroken = await train(input)
    const stopped = train({
      ...input,
      checkpoint,
      onStep: ({ step }) => {
        if (step === 4) throw new Error("stopped")
      }
    })
    await expect(stopped).rejects.toThrow("stopped")
    const place = join(folder.path, "step-00000004")
    const { lossScale } = JSON.parse(readFileSync(join(place, "state.json"), "utf8"))
    expect(lossScale).toEqual(
      unbroken.ledger.slice(0, 4).reduce((scale, { skipped = false }) => nextLossScale(scale, skipped), firstLossScale)
    )
    expect(lossScale.skipped).toBeGreaterThan(0)
    const file = readFileSync(join(place, "weights.safetensors"))
    const header = JSON.parse(file.subarray(8, 8 + Number(file.readBigUInt64LE())).toString())
    expect(new Set(Object.values<{ dtype: string }>(header).map(({ dtype }) => dtype))).toEqual(new Set(["F32"]))
    const kept = [...readSafetensors(join(place, "weights.safetensors")).values()]
    expect(kept.some(({ data }) => data.some((value) => value !== Math.f16round(value)))).toBe(true)
    const resumed = await train({ ...input, checkpoint })
    expect(resumed.ledger).toEqual(unbroken.ledger)
    expect(bytesOf(resumed)).toEqual(bytesOf(unbroken))
  })
})

const failure = async (input: Partial<TrainInput>) => {
  const error = await train(input).catch((cause) => cause)
  expect(error.code).toBe("SLUICE_NAN_LOSS")
  expect(error.hint).toMatch(/precision "f32"/)
  return error
}

test.each([1, 2])("a loss that is no number stops at once and names the rows, accumulating %i", async (accumulate) => {
  const embedding = plain.weights.get("model.embed_tokens.weight")!
  const id = sequences[3]!.ids[4]!
  const data = embedding.data.slice()
  data[16 * id] = Number.NaN
  const broken = { ...plain, weights: new Map(plain.weights).set("model.embed_tokens.weight", { ...embedding, data }) }
  const settings = { accumulate, batchSize: 1, packing: "none" } as const
  const { evidence } = await failure({ model: broken, options: settings })
  const bad = sequences.filter(({ ids }) => ids.includes(id)).map(({ rowId }) => rowId)
  expect(bad).toEqual(expect.arrayContaining(evidence.rowIds))
  const inF32 = train({ model: broken, options: { ...settings, precision: "f32" } })
  await expect(inF32).rejects.toMatchObject({
    evidence: { step: evidence.step, rowIds: evidence.rowIds },
    hint: undefined
  })
})

test("so does a forward pass beyond f16, which no scale of the loss mends", async () => {
  const { evidence } = await failure({ model: scaled({ "model.norm.weight": 1e6 }) })
  expect(evidence.step).toBe(1)
  expect(evidence.loss).not.toSatisfy(Number.isFinite)
})

test("gradients that overflow at the least factor stop, with a loss that is a number", async () => {
  const model = scaled({ "model.norm.weight": 1000, "lm_head.weight": 100 })
  const settings = { batchSize: 1, packing: "none", lr: 0 } as const
  const { evidence } = await failure({ model, options: settings })
  expect(evidence.step).toBeGreaterThan(16)
  expect(evidence.loss).toSatisfy(Number.isFinite)
  expect(evidence.gradNorm).not.toSatisfy(Number.isFinite)
  expect(evidence.rowIds).toHaveLength(1)
})
