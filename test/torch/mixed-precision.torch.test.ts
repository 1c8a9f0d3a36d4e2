// A training in mixed precision against torch's: autocast to f16 with a GradScaler over the same rows of the same model.
import { execFileSync } from "node:child_process"
import { join } from "node:path"
import { describe, expect, test } from "vitest"
import { type LedgerEntry, loadModel, saveModel, type TokenSequence, trainCausal } from "../../src/model/index.ts"
import { seededRandom } from "../../src/model/random.ts"
import { firstLossScale, nextLossScale } from "../../src/model/train/loss-scale.ts"
import { smolLm2File } from "../model/smollm2/smollm2-file.ts"
import { renderedConversations } from "../model/smollm2/conversations.ts"
import { TemporaryFolder, tinyModel, tinyText, wholeSequence } from "../model/tiny-model.ts"
import { torchEnvironment } from "./environment.ts"

const environment = torchEnvironment()
const skipped = "missing" in environment
const reason = skipped ? ` (skipped: no Python with torch and peft could be made: ${environment.missing})` : ""
if (skipped) console.warn(`test:torch${reason}`)

interface Answer {
  readonly steps: readonly { readonly loss: number; readonly norm: number | null; readonly scale: number }[]
  readonly scales: readonly number[]
}

const ask = (order: object): Answer =>
  JSON.parse(
    execFileSync((environment as { readonly python: string }).python, [join(import.meta.dirname, "mixed.py")], {
      input: JSON.stringify(order),
      encoding: "utf8",
      maxBuffer: 1 << 26
    })
  )

/** Holds a ledger against what torch makes of the same rows in the same order, from the model in a folder. */
const compare = (
  ledger: readonly LedgerEntry[],
  sequences: readonly TokenSequence[],
  { model, lr, within }: { readonly model: string; readonly lr: number; readonly within: number }
): void => {
  const steps = ledger.map(({ rowIds }) => [...sequences[Number(rowIds[0])]!.ids])
  const theirs = ask({ model, steps, lr, overflows: [] }).steps
  expect(ledger.map(({ lossScale }) => lossScale)).toEqual(theirs.map(({ scale }) => scale))
  for (const [at, { loss, gradNorm, skipped: none }] of ledger.entries()) {
    expect(Math.abs(loss / theirs[at]!.loss - 1), `loss of step ${at + 1}`).toBeLessThan(within)
    if (!none) expect(Math.abs(gradNorm / theirs[at]!.norm! - 1), `norm of step ${at + 1}`).toBeLessThan(2e-2)
  }
}

/**
 * The model, or the same with so large a gain that gradients overflow at first. What overflows at a scale and what just does
 * not is rounding: the second is compared while both skip the same steps.
 */
const cases = [
  { title: "24 steps of a plain model", gain: 1, steps: 24, within: 1e-3 },
  { title: "12 steps, of which five overflow", gain: 40, steps: 12, within: 1e-2 }
] as const

describe.skipIf(skipped)(`torch${reason}`, { timeout: 600_000 }, () => {
  test.each(cases)("losses, norms and scales of $title", async ({ gain, steps: maxSteps, within }) => {
    using folder = new TemporaryFolder()
    const plain = tinyModel(1, { tieEmbeddings: false })
    const norm = plain.weights.get("model.norm.weight")!
    const weights = new Map(plain.weights).set("model.norm.weight", {
      ...norm,
      data: norm.data.map((value) => gain * value)
    })
    const model = { ...plain, weights }
    saveModel(folder.path, model)
    const sequences = tinyText
      .flatMap((text) => text.split(/(?<=[.;]) /))
      .map((text, at) => wholeSequence(model.tokenizer, text, `${at}`))
    const lr = 5e-3
    const { ledger } = await trainCausal({
      model,
      sequences,
      options: {
        precision: "f16",
        batchSize: 1,
        packing: "none",
        maxLength: 64,
        epochs: 8,
        maxSteps,
        lr,
        schedule: "constant"
      }
    })
    compare(ledger, sequences, { model: folder.path, lr, within })
    expect(ledger.filter((entry) => entry.skipped === true)).toHaveLength(gain === 1 ? 0 : 5)
  })

  test.skipIf(smolLm2File === undefined)("losses, norms and scales of ten steps of SmolLM2-135M-Instruct", async () => {
    using folder = new TemporaryFolder()
    const model = loadModel(smolLm2File!)
    saveModel(folder.path, model)
    const answers = await renderedConversations(model)
    const sequences = answers.map((row) => ({ ...row, mask: new Uint8Array(row.ids.length).fill(1) }))
    const settings = {
      batchSize: 1,
      packing: "none",
      maxLength: 88,
      epochs: 5,
      maxSteps: 10,
      schedule: "constant"
    } as const
    const lr = 2e-5
    const { ledger } = await trainCausal({ model, sequences, options: { precision: "f16", lr, ...settings } })
    compare(ledger, sequences, { model: folder.path, lr, within: 5e-3 })
    expect(ledger.at(-1)!.loss).toBeLessThan(0.8 * ledger[0]!.loss)
  })

  test("the scale moves as GradScaler's over 9,000 steps with overflows here and there", () => {
    using folder = new TemporaryFolder()
    saveModel(folder.path, tinyModel())
    const random = seededRandom(5, "overflows")
    const overflows = Array.from({ length: 9000 }, (_, at) => at < 3 || (at > 5000 && random.uniform() < 1 / 700))
    let scale = firstLossScale
    const ours = overflows.map((one) => {
      scale = nextLossScale(scale, one)
      return scale.scale
    })
    expect(new Set(ours).size).toBeGreaterThan(4)
    expect(ask({ model: folder.path, steps: [], lr: 1, overflows }).scales).toEqual(ours)
  })
})
