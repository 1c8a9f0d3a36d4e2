// Losses by source: those of the sequences themselves, whatever they are packed with, and nothing else changes.
import { expect, test } from "vitest"
import { createPrompt, scoreSequences, type TrainInput, trainCausal } from "../../../src/model/index.ts"
import { encodeSafetensors } from "../../../src/model/safetensors.ts"
import { randomSequences, TemporaryFolder, tinyModel } from "../tiny-model.ts"

const model = tinyModel()
const plain = randomSequences([9, 14, 22, 7, 11, 30, 16, 12], model.config.vocabSize)
const sequences = plain.map((sequence, at) => ({ ...sequence, source: ["law", "poems", "code"][at % 3]! }))
const options = { maxLength: 32, batchSize: 2, epochs: 3, lr: 1e-2, threads: 1 } as const
const run = (input: Partial<TrainInput> = {}) =>
  trainCausal({ model, sequences, ...input, options: { ...options, ...input.options } })

test("telling them changes no bit of the model and of the ledger", async () => {
  const [told, untold] = [await run(), await run({ sequences: plain })]
  expect(encodeSafetensors(told.model.weights)).toEqual(encodeSafetensors(untold.model.weights))
  expect(told.ledger.map(({ sources, ...entry }) => entry)).toEqual(untold.ledger)
  expect(untold.ledger.every(({ sources }) => sources === undefined)).toBe(true)
})

test.each([
  ["a fused step", {}],
  ["accumulation", { accumulate: 2 }]
])("%s: they add up to the step's, and the first step's are what scoring says", async (_, more) => {
  const { ledger } = await run({ options: more })
  for (const { sources, tokens, supervised, loss } of ledger) {
    const parts = Object.values(sources!)
    expect(parts.reduce((sum, part) => sum + part.tokens, 0)).toBe(tokens)
    expect(parts.reduce((sum, part) => sum + part.supervised, 0)).toBe(supervised)
    expect(parts.reduce((sum, part) => sum + part.loss * part.supervised, 0) / supervised).toBeCloseTo(loss, 5)
  }
  const first = ledger[0]!
  const seen = sequences.filter(({ rowId }) => first.rowIds.includes(rowId))
  const scores = await scoreSequences(model, seen, { threads: 1 })
  for (const [source, { loss, supervised }] of Object.entries(first.sources!)) {
    const own = scores.filter((_, at) => seen[at]!.source === source)
    expect(supervised).toBe(own.reduce((sum, { tokens }) => sum + tokens, 0))
    expect(loss).toBeCloseTo(-own.reduce((sum, { logProb }) => sum + logProb, 0) / supervised, 4)
  }
})

test("an adapter's virtual tokens leave them with their sources; without smoothing", async () => {
  const adapter = createPrompt(model, { tokens: 4, seed: 3 })
  const { ledger } = await run({ adapter, options: { labelSmoothing: 0.3 } })
  const { sources, loss, supervised } = ledger[0]!
  expect(Object.keys(sources!)).toEqual(
    [...new Set(sequences.filter(({ rowId }) => ledger[0]!.rowIds.includes(rowId)).map(({ source }) => source))].sort()
  )
  const mean = Object.values(sources!).reduce((sum, part) => sum + part.loss * part.supervised, 0) / supervised
  expect(mean).toBeGreaterThan(1)
  expect(mean).not.toBeCloseTo(loss, 5)
})

test("validation tells them too; killed and resumed they are the same; other sources are another run", async () => {
  const validation = { sequences: sequences.slice(5), every: 2, keepBest: false }
  const input = { sequences: sequences.slice(0, 5), validation }
  const whole = await run(input)
  for (const { sources, loss } of whole.validation) {
    const parts = Object.values(sources!)
    const supervised = parts.reduce((sum, part) => sum + part.supervised, 0)
    expect(parts.reduce((sum, part) => sum + part.loss * part.supervised, 0) / supervised).toBeCloseTo(loss, 10)
  }
  using folder = new TemporaryFolder()
  const checkpoint = { folder: folder.path, every: 1 }
  const killed = run({
    ...input,
    checkpoint,
    onStep: ({ step }) => {
      if (step === 2) throw new Error("killed")
    }
  })
  await expect(killed).rejects.toThrow("killed")
  const moved = input.sequences.map((sequence) => ({ ...sequence, source: "elsewhere" }))
  await expect(run({ ...input, sequences: moved, checkpoint })).rejects.toMatchObject({
    code: "SLUICE_CHECKPOINT_MISMATCH"
  })
  const resumed = await run({ ...input, checkpoint })
  expect(resumed.ledger).toEqual(whole.ledger)
  expect(resumed.validation).toEqual(whole.validation)
})
