// Training runs: determinism, packing, accumulation, checkpoints, errors and learning itself.
import { mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, expect, test } from "vitest"
import {
  type CausalModel,
  createLora,
  scoreSequences,
  type TrainInput,
  type TrainResult,
  trainCausal
} from "../../../src/model/index.ts"
import { encodeSafetensors } from "../../../src/model/safetensors.ts"
import type { Weights } from "../../../src/model/weights.ts"
import { randomSequences, tinyModel, tinyText, wholeSequence } from "../tiny-model.ts"

const model = tinyModel()
const sequences = randomSequences([9, 14, 3, 22, 7, 11, 30, 5, 16, 12, 1, 8], model.config.vocabSize)
const options = { maxLength: 32, batchSize: 2, epochs: 2, lr: 5e-3, warmupSteps: 2, weightDecay: 0.1, threads: 1 }
const folders: string[] = []

const encodeWeights = ({ weights }: { readonly weights: Weights }): Uint8Array => encodeSafetensors(weights)

const folder = (): string => {
  const path = mkdtempSync(join(tmpdir(), "sluice-train-"))
  folders.push(path)
  return path
}

afterEach(() => {
  for (const path of folders.splice(0)) rmSync(path, { recursive: true })
})

const train = (input: Partial<TrainInput> = {}): Promise<TrainResult> =>
  trainCausal({ model, sequences, ...input, options: { ...options, ...input.options } })

test("equal inputs give equal bytes; another seed another order; the model given stays as it was", async () => {
  const before = encodeWeights(model)
  const first = await train()
  const second = await train()
  const other = await train({ options: { seed: 1 } })
  expect(encodeWeights(first.model)).toEqual(encodeWeights(second.model))
  expect(second.ledger).toEqual(first.ledger)
  expect(other.ledger.map(({ rowIds }) => rowIds)).not.toEqual(first.ledger.map(({ rowIds }) => rowIds))
  expect(encodeWeights(model)).toEqual(before)
})

test("the ledger names every usable sequence once per epoch, and what was lost", async () => {
  const { ledger, lost } = await train({ options: { maxLength: 20 } })
  const seen = ledger.flatMap(({ rowIds }) => rowIds)
  const usable = sequences.filter(({ ids }) => ids.length > 1).map(({ rowId }) => rowId)
  expect(seen.toSorted()).toEqual([...usable, ...usable].toSorted())
  expect(lost).toEqual([
    { rowId: "row-3", reason: "truncated", tokens: 2 },
    { rowId: "row-6", reason: "truncated", tokens: 10 },
    { rowId: "row-10", reason: "nothing-supervised", tokens: 1 }
  ])
  expect(ledger.map(({ step }) => step)).toEqual(ledger.map((_, index) => index + 1))
})

test("packed rows give the loss of the same sequences alone", async () => {
  const packed = await train({ options: { batchSize: 8, maxSteps: 1 } })
  const alone = await train({ options: { batchSize: 12, packing: "none", maxSteps: 1 } })
  expect(packed.ledger[0]!.supervised).toBe(alone.ledger[0]!.supervised)
  expect(packed.ledger[0]!.loss).toBeCloseTo(alone.ledger[0]!.loss, 5)
  expect(packed.ledger[0]!.gradNorm).toBeCloseTo(alone.ledger[0]!.gradNorm, 5)
})

test("eight micro-batches of one row are one batch of eight rows", async () => {
  const wide = await train({ options: { batchSize: 8, packing: "none" } })
  const deep = await train({ options: { batchSize: 1, accumulate: 8, packing: "none" } })
  expect(deep.ledger.map(({ rowIds }) => rowIds)).toEqual(wide.ledger.map(({ rowIds }) => rowIds))
  wide.ledger.forEach((entry, index) => {
    expect(deep.ledger[index]!.loss).toBeCloseTo(entry.loss, 4)
    expect(deep.ledger[index]!.gradNorm).toBeCloseTo(entry.gradNorm, 3)
  })
})

test.each([
  { title: "a whole model", adapter: undefined, accumulate: 1 },
  { title: "an adapter with accumulated gradients", adapter: createLora(model, { rank: 2, seed: 4 }), accumulate: 2 }
])("a run continued from a checkpoint ends with the same bytes: $title", async ({ adapter, accumulate }) => {
  const input = { ...(adapter && { adapter }), options: { accumulate } }
  const unbroken = await train(input)
  const checkpoint = { folder: folder(), every: 1, keep: 1 }
  const stop = new Error("interrupted")
  const interrupted = train({
    ...input,
    checkpoint,
    onStep: ({ step }) => {
      if (step === 3) throw stop
    }
  })
  await expect(interrupted).rejects.toBe(stop)
  expect(readdirSync(checkpoint.folder)).toEqual(["step-00000002", "step-00000003"])
  const steps: number[] = []
  const resumed = await train({ ...input, checkpoint, onStep: ({ step }) => steps.push(step) })
  expect(steps[0]).toBe(4)
  expect(resumed.ledger).toEqual(unbroken.ledger)
  const trained = ({ model: base, adapter: found }: TrainResult) => encodeWeights(found ?? base)
  expect(trained(resumed)).toEqual(trained(unbroken))
})

test("a checkpoint of another run is refused", async () => {
  const checkpoint = { folder: folder(), every: 1 }
  await train({ checkpoint, options: { maxSteps: 1 } })
  await expect(train({ checkpoint, options: { maxSteps: 1, lr: 1 } })).rejects.toMatchObject({
    code: "SLUICE_CHECKPOINT_MISMATCH"
  })
})

test.each([1, 2])("a loss that is no number stops the run and names the rows, accumulating %i", async (accumulate) => {
  const weights = new Map(model.weights)
  const embedding = weights.get("model.embed_tokens.weight")!
  const data = embedding.data.slice()
  data[16 * sequences[3]!.ids[4]!] = Number.NaN
  weights.set("model.embed_tokens.weight", { ...embedding, data })
  const broken: CausalModel = { ...model, weights }
  const failed = await train({ model: broken, options: { accumulate, batchSize: 1, packing: "none" } }).catch((e) => e)
  expect(failed.code).toBe("SLUICE_NAN_LOSS")
  const rows = new Set(failed.evidence.rowIds)
  const bad = sequences.filter(({ ids }) => ids.includes(sequences[3]!.ids[4]!)).map(({ rowId }) => rowId)
  expect(bad.some((row) => rows.has(row))).toBe(true)
  expect(rows.size).toBe(1)
})

test.each([
  [[{ ids: Int32Array.of(1, 99_999), mask: Uint8Array.of(1, 1), rowId: "a" }], "SLUICE_BAD_SEQUENCE"],
  [[{ ids: Int32Array.of(1, 2), mask: Uint8Array.of(1), rowId: "a" }], "SLUICE_BAD_SEQUENCE"],
  [[{ ids: Int32Array.of(1, 2), mask: Uint8Array.of(1, 0), rowId: "a" }], "SLUICE_NO_TRAINING_ROWS"]
])("bad sequences are refused before training (%#)", async (bad, code) => {
  await expect(train({ sequences: bad })).rejects.toMatchObject({ code })
})

test("rows longer than the model's positions are refused", async () => {
  await expect(train({ options: { maxLength: 97 } })).rejects.toMatchObject({ code: "SLUICE_ROW_TOO_LONG" })
})

test("a tiny set is learnt by heart, and an adapter over it learns more", async () => {
  const lines = tinyText.map((text, place) => wholeSequence(model.tokenizer, text, `line ${place}`))
  const learning = { maxLength: 64, batchSize: 4, epochs: 150, lr: 2e-2, schedule: "cosine", threads: 1 } as const
  const { model: learnt, ledger } = await trainCausal({ model, sequences: lines, options: learning })
  expect(ledger[0]!.loss).toBeCloseTo(Math.log(model.config.vocabSize), 0)
  expect(ledger.at(-1)!.loss).toBeLessThan(0.05)
  const more = [wholeSequence(model.tokenizer, "At dawn the miller opens 3 sacks; the wheel runs.", "more")]
  const targets = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]
  const adapter = createLora(learnt, { rank: 8, alpha: 32, targets })
  const tuned = await trainCausal({ model: learnt, adapter, sequences: more, options: learning })
  expect(tuned.model).toBe(learnt)
  expect(tuned.ledger.at(-1)!.loss).toBeLessThan(0.1 * tuned.ledger[0]!.loss)
  const [before] = await scoreSequences(learnt, more, { adapter })
  const [after] = await scoreSequences(learnt, more, { adapter: tuned.adapter! })
  expect(-before!.logProb / before!.tokens).toBeCloseTo(tuned.ledger[0]!.loss, 4)
  expect(after!.logProb).toBeGreaterThan(before!.logProb / 5)
})
