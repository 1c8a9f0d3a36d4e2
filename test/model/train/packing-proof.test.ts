// Packed losses equal those of rows alone, and a difference is told.
import { expect, test } from "vitest"
import { provePacking } from "../../../src/model/index.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"

const model = tinyModel()

test("sequences that share rows have the losses that they have alone", async () => {
  const sequences = randomSequences([20, 7, 12, 33, 5, 90, 11, 9, 14], model.config.vocabSize)
  const proof = await provePacking(model, sequences, { maxLength: 48 })
  expect(proof.sequences).toBe(8)
  expect(proof.apart).toBeLessThan(1e-4)
})

test("where no row holds two there is nothing to prove", async () => {
  const one = randomSequences([20], model.config.vocabSize)
  expect(await provePacking(model, one)).toEqual({ sequences: 0, apart: 0 })
  const silent = randomSequences([20, 20], model.config.vocabSize, 0)
  expect(await provePacking(model, silent)).toEqual({ sequences: 0, apart: 0 })
})

test("a loss that is no number is a difference", async () => {
  const [name, weight] = [...model.weights][1]!
  const weights = new Map(model.weights).set(name, { ...weight, data: weight.data.with(0, Number.NaN) })
  const sequences = randomSequences([9, 7], model.config.vocabSize, 1)
  await expect(provePacking({ ...model, weights }, sequences)).rejects.toThrow(
    expect.objectContaining({ code: "SLUICE_PACKING_DIFFERS" })
  )
})
