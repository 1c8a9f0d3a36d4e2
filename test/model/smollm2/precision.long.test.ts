// Mixed precision on a real model: 20 steps of SmolLM2-135M-Instruct in f16 beside the same in f32.
import { beforeAll, describe, expect, test } from "vitest"
import {
  type CausalModel,
  createLora,
  type LedgerEntry,
  loadModel,
  type TokenSequence,
  trainCausal,
  trainDefaults
} from "../../../src/model/index.ts"
import { layOutBatch } from "../../../src/model/train/batch.ts"
import { Trainer } from "../../../src/model/train/trainer.ts"
import { smolLm2File } from "./smollm2-file.ts"
import { renderedConversations } from "./conversations.ts"

const length = 88
const cases = [
  // The gradients of the first two are beyond f16 at 2¹⁶ times the loss. AdamW moves weights by small gradients as far as by
  // large ones, and the smallest are 0 in f16: torch's losses in f16 are as far from those in f32 (test/torch).
  { title: "every weight", lr: 2e-5, checkpointing: false, skips: 2, within: 0.04, adapter: () => ({}) },
  {
    title: "LoRA on all linear layers, checkpointed",
    lr: 1e-3,
    checkpointing: true,
    skips: 0,
    within: 0.005,
    adapter: (model: CausalModel) => ({ adapter: createLora(model, { targets: "all-linear" }) })
  }
]

describe.skipIf(smolLm2File === undefined)("SmolLM2-135M-Instruct", () => {
  let model: CausalModel
  let sequences: TokenSequence[]

  beforeAll(async () => {
    model = loadModel(smolLm2File!)
    sequences = await renderedConversations(model)
  })

  /** Losses of the same steps in f32, but for those that were skipped. */
  const inF32 = async (ledger: readonly LedgerEntry[], adapter: object): Promise<readonly number[]> => {
    const shape = { rows: 1, length, targets: length }
    const { beta1, beta2, epsilon, weightDecay, maxGradNorm } = trainDefaults
    const optimizer = { beta1, beta2, epsilon, weightDecay, maxGradNorm }
    const target = { config: model.config, base: model.weights, ...adapter }
    const trainer = await Trainer.compile(target, shape, { optimizer, accumulate: 1 })
    const losses: number[] = []
    for (const { rowIds, lr } of ledger) {
      const sequence = Number(rowIds[0])
      const batch = layOutBatch([[{ sequence, start: 0, end: sequences[sequence]!.ids.length }]], sequences, shape)
      losses.push((await trainer.step([batch], losses.length + 1, lr)).loss)
    }
    await trainer.dispose()
    return losses
  }

  test.each(cases)(
    "$title: 20 losses are near those of the same steps in f32 ($within), and they fall",
    async (one) => {
      const adapter = one.adapter(model)
      const { lr, checkpointing } = one
      const { ledger } = await trainCausal({
        model,
        sequences,
        ...adapter,
        options: { maxLength: length, batchSize: 1, epochs: 5, packing: "none", lr, precision: "f16", checkpointing }
      })
      expect(ledger).toHaveLength(20)
      const taken = ledger.filter(({ skipped }) => skipped !== true)
      expect(ledger.length - taken.length).toBe(one.skips)
      const plain = await inF32(taken, adapter)
      for (const [at, { loss, step }] of taken.entries()) {
        expect(Math.abs(loss / plain[at]! - 1), `step ${step}`).toBeLessThan(one.within)
      }
      const mean = (from: number): number => ledger.slice(from, from + 4).reduce((sum, { loss }) => sum + loss / 4, 0)
      expect(mean(16)).toBeLessThan(mean(0) - 0.2)
    }
  )
})
