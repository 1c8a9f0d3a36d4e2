// Validation during a run: losses measured, the best weights kept, an early end, the same after a kill; and what shapes a loss.
import { expect, test } from "vitest"
import { type CausalModel, scoreSequences, type TrainInput, trainCausal } from "../../../src/model/index.ts"
import { encodeSafetensors } from "../../../src/model/safetensors.ts"
import { randomSequences, TemporaryFolder, tinyModel } from "../tiny-model.ts"

const model = tinyModel()
const all = randomSequences([9, 14, 22, 7, 11, 30, 16, 12], model.config.vocabSize)
const sequences = all.slice(0, 5)
const held = all.slice(5)
const options = { maxLength: 32, batchSize: 2, epochs: 12, lr: 3e-2, threads: 1, schedule: "constant" } as const
const run = (input: Partial<TrainInput> = {}) =>
  trainCausal({ model, sequences, ...input, options: { ...options, ...input.options } })

const lossOf = async (trained: CausalModel): Promise<number> => {
  const scores = await scoreSequences(trained, held, { threads: 1 })
  const tokens = scores.reduce((sum, score) => sum + score.tokens, 0)
  return -scores.reduce((sum, { logProb }) => sum + logProb, 0) / tokens
}

test("random data is learnt by heart: held-out loss rises, the best weights are given back", async () => {
  const { validation, ledger, step, model: best } = await run({ validation: { sequences: held, every: 2 } })
  expect(validation.map((entry) => entry.step)).toEqual(ledger.map((entry) => entry.step).filter((at) => at % 2 === 0))
  const lowest = validation.toSorted((a, b) => a.loss - b.loss)[0]!
  expect(validation.at(-1)!.loss).toBeGreaterThan(lowest.loss + 0.5)
  expect(step).toBe(lowest.step)
  expect(await lossOf(best)).toBeCloseTo(lowest.loss, 4)
  const last = await run({ validation: { sequences: held, every: 2, keepBest: false } })
  expect(last.step).toBe(ledger.length)
  expect(await lossOf(last.model)).toBeCloseTo(validation.at(-1)!.loss, 4)
})

test("patience ends a run; killed and resumed it ends the same", async () => {
  const validation = { sequences: held, every: 2, patience: 2 }
  const whole = await run({ validation })
  const full = await run({ validation: { sequences: held, every: 2 } })
  expect(whole.ledger.length).toBeLessThan(full.ledger.length)
  expect(whole.ledger).toEqual(full.ledger.slice(0, whole.ledger.length))
  expect(whole.validation).toHaveLength(whole.validation.findIndex(({ step }) => step === whole.step) + 3)

  using folder = new TemporaryFolder()
  const checkpoint = { folder: folder.path, every: 1 }
  const killed = run({
    validation,
    checkpoint,
    onStep: ({ step }) => {
      if (step === whole.ledger.length - 1) throw new Error("killed")
    }
  })
  await expect(killed).rejects.toThrow("killed")
  const resumed = await run({ validation, checkpoint })
  expect(resumed.validation).toEqual(whole.validation)
  expect(resumed.step).toBe(whole.step)
  expect(encodeSafetensors(resumed.model.weights)).toEqual(encodeSafetensors(whole.model.weights))
})

test("validation data without a supervised token is refused", async () => {
  const silent = held.map((sequence) => ({ ...sequence, mask: new Uint8Array(sequence.mask.length) }))
  await expect(run({ validation: { sequences: silent, every: 1 } })).rejects.toMatchObject({
    code: "SLUICE_NO_TRAINING_ROWS"
  })
})

test("what was trained so far can be tried out between steps, which changes nothing", async () => {
  const losses: number[] = []
  const tried = await run({
    between: {
      every: 10,
      run: async (_, trained) => {
        losses.push(await lossOf(trained.model))
      }
    }
  })
  expect(losses).toHaveLength(Math.floor(tried.ledger.length / 10))
  expect(new Set(losses).size).toBe(losses.length)
  expect(tried.ledger).toEqual((await run()).ledger)
})

test("label smoothing: the first loss is the mixture of the target's and the whole vocabulary's", async () => {
  const [plain, smooth] = [
    await run({ options: { maxSteps: 1 } }),
    await run({ options: { maxSteps: 1, labelSmoothing: 0.2 } })
  ]
  const { vocabSize } = model.config
  let flat = 0
  let count = 0
  const seen = new Set(plain.ledger[0]!.rowIds)
  for (const { ids, mask, rowId } of sequences.filter((sequence) => seen.has(sequence.rowId))) {
    for (let place = 1; place < ids.length; place++) {
      if (mask[place] === 0) continue
      const every = Array.from({ length: vocabSize }, (_, id) => {
        const changed = ids.slice(0, place + 1)
        changed[place] = id
        const one = new Uint8Array(place + 1)
        one[place] = 1
        return { ids: changed, mask: one, rowId }
      })
      if (place > 2) continue
      const scores = await scoreSequences(model, every, { threads: 1 })
      flat -= scores.reduce((sum, { logProb }) => sum + logProb, 0) / vocabSize
      count++
    }
  }
  expect(count).toBeGreaterThan(0)
  // The untrained model is nearly flat everywhere, so a few places tell the mean over the vocabulary.
  expect(smooth.ledger[0]!.loss).toBeCloseTo(0.8 * plain.ledger[0]!.loss + (0.2 * flat) / count, 2)
  expect(smooth.ledger[0]!.loss).not.toBe(plain.ledger[0]!.loss)
})

test("NEFTune: noise of the seed, in training alone", async () => {
  const [first, again] = [await run({ options: { neftune: 5 } }), await run({ options: { neftune: 5 } })]
  const plain = await run()
  expect(again.ledger).toEqual(first.ledger)
  expect(first.ledger[0]!.loss).not.toBe(plain.ledger[0]!.loss)
  expect(await lossOf(first.model)).toBe(await lossOf(again.model))
})
