// Mixed precision against f32: the gradients of every family and adapter, and the losses of a training.
import { describe, expect, test } from "vitest"
import { type CausalModel, createLora, trainCausal } from "../../../src/model/index.ts"
import { packSequences } from "../../../src/model/pack.ts"
import { type Adapter, virtualTokens } from "../../../src/model/train/adapters/any-adapter.ts"
import { layOutBatch, withVirtualTokens } from "../../../src/model/train/batch.ts"
import { inputName } from "../../../src/model/train/binding.ts"
import { firstLossScale } from "../../../src/model/train/loss-scale.ts"
import type { Precision } from "../../../src/model/train/precision.ts"
import { floatValue, Session, scalarValue, type Values } from "../../../src/model/train/session.ts"
import { buildGradientGraph, trainableWeights } from "../../../src/model/train/step-graph.ts"
import type { Weights } from "../../../src/model/weights.ts"
import { madeModel, shapes } from "../architectures/families.ts"
import { randomSequences, tinyModel, tinyText, wholeSequence } from "../tiny-model.ts"
import { adapterCases } from "./adapters/cases.ts"
import { recordedModel } from "./adapters/made-weights.ts"

interface Case {
  readonly name: string
  readonly model: CausalModel
  readonly adapter?: Adapter
}

/** With matrices of a third of their length: made ones are so sharp that rounding their weights alone moves gradients. */
const calm = <Given extends { readonly weights: Weights }>(given: Given): Given => ({
  ...given,
  weights: new Map(
    Array.from(given.weights, ([name, { shape, data }]) => [
      name,
      { shape, data: shape.length > 1 ? data.map((value) => value / 3) : data }
    ])
  )
})

const cases: ReadonlyArray<Case> = [
  { name: "every weight, tied embeddings", model: calm(recordedModel("llama", true)) },
  ...Object.entries(shapes).flatMap(([family, shape]) => {
    const model = calm(madeModel(shape))
    return [
      { name: `every weight, ${family}`, model },
      { name: `LoRA, ${family}`, model, adapter: createLora(model, { targets: "all-linear", seed: 3 }) }
    ]
  }),
  ...adapterCases.map(({ name, model, adapter }) => ({
    name,
    model: calm(model as CausalModel),
    adapter: calm(adapter)
  }))
]

const shape = { rows: 2, length: 24, targets: 48 }

/** Loss and gradients of one batch, without the scale of the loss. */
const gradientsOf = async ({ model, adapter }: Case, precision: Precision, checkpointing: boolean) => {
  const target = { config: model.config, base: model.weights, ...(adapter && { adapter }), precision, checkpointing }
  const { graph, fed, noise } = buildGradientGraph(target, shape, { accumulate: false })
  const plain = randomSequences([9, 14, 6, 12], model.config.vocabSize)
  const sequences = withVirtualTokens(plain, virtualTokens(adapter), model.config.vocabSize)
  const lengths = sequences.map(({ ids }) => ids.length)
  const batch = layOutBatch(packSequences(lengths, shape.length).slice(0, shape.rows), sequences, shape)
  const weights = [...fed, ...trainableWeights(target)]
  const feeds: Values = {
    ...Object.fromEntries(weights.map(([name, { data, shape: size }]) => [inputName(name), floatValue(data, size)])),
    ...batch.feeds,
    ...noise?.draw(0, 1, 0),
    inverseCount: scalarValue(1 / batch.supervised),
    lossScale: scalarValue(firstLossScale.scale)
  }
  const session = await Session.compile(graph, { threads: 1 })
  const results = await session.run(Object.fromEntries(graph.inputs.map(({ name }) => [name, feeds[name]!])))
  await session.dispose()
  const factor = precision === "f16" ? 1 / firstLossScale.scale : 1
  const gradients = Object.entries(results).filter(([name]) => name.startsWith("gradient:"))
  return {
    loss: results.loss!.data[0] as number,
    gradients: gradients.map(([name, { data }]) => ({ name, data: (data as Float32Array).map((g) => g * factor) }))
  }
}

const length = (gradients: readonly { readonly data: Float32Array }[]): number =>
  Math.hypot(...gradients.map(({ data }) => Math.hypot(...data)))

describe.each(cases)("$name", (one) => {
  test.each([false, true])(
    "gradients within 1 % of those of f32, loss within 0.1 %, checkpointed: %s",
    async (checkpointing) => {
      const plain = await gradientsOf(one, "f32", checkpointing)
      const mixed = await gradientsOf(one, "f16", checkpointing)
      expect(Math.abs(mixed.loss / plain.loss - 1)).toBeLessThan(1e-3)
      const apart = mixed.gradients.map(({ name, data }, place) => {
        const other = plain.gradients[place]!
        expect(name).toBe(other.name)
        return { data: data.map((value, at) => value - other.data[at]!) }
      })
      expect(length(apart)).toBeGreaterThan(0)
      expect(length(apart) / length(plain.gradients)).toBeLessThan(1e-2)
    }
  )
})

const model = tinyModel()
const sequences = tinyText
  .flatMap((text) => text.split(/(?<=[.;]) /))
  .map((text, at) => wholeSequence(model.tokenizer, text, `part ${at}`))

test.each([
  { title: "every weight", adapter: undefined, more: {} },
  {
    title: "every weight, accumulated, checkpointed",
    adapter: undefined,
    more: { accumulate: 2, checkpointing: true }
  },
  {
    title: "LoRA with dropout, and the embeddings whole",
    adapter: createLora(model, { targets: "all-linear", dropout: 0.1, modulesToSave: ["embed_tokens", "lm_head"] }),
    more: {}
  }
])("20 losses within 0.1 % of those of f32, and they fall by 10 %: $title", async ({ adapter, more }) => {
  const train = (precision: Precision) => {
    const options = { maxLength: 32, batchSize: 2, epochs: 20, maxSteps: 20, lr: 1e-2, threads: 1, precision, ...more }
    return trainCausal({ model, sequences, ...(adapter && { adapter }), options })
  }
  const [plain, mixed] = [await train("f32"), await train("f16")]
  expect(mixed.ledger).toHaveLength(20)
  for (const [at, { loss, lossScale }] of mixed.ledger.entries()) {
    expect(Math.abs(loss / plain.ledger[at]!.loss - 1), `step ${at + 1}`).toBeLessThan(1e-3)
    expect(lossScale).toBe(2 ** 16)
  }
  expect(mixed.ledger.at(-1)!.loss).toBeLessThan(0.9 * mixed.ledger[0]!.loss)
})
