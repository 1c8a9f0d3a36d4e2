// Activations computed again: the same training as with activations kept, whatever is trained.
import { expect, test } from "vitest"
import { type CausalModel, createLora, trainCausal } from "../../../src/model/index.ts"
import type { Adapter } from "../../../src/model/train/adapters/any-adapter.ts"
import { buildGradientGraph } from "../../../src/model/train/step-graph.ts"
import { madeModel, shapes } from "../architectures/families.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"
import { adapterCases } from "./adapters/cases.ts"
import { recordedModel } from "./adapters/made-weights.ts"

interface Case {
  readonly name: string
  readonly model: CausalModel
  readonly adapter?: Adapter
  readonly accumulate?: number
}

const model = recordedModel()
const cases: ReadonlyArray<Case> = [
  { name: "every weight", model },
  { name: "every weight, tied embeddings", model: recordedModel("llama", true) },
  { name: "every weight, two batches a step", model, accumulate: 2 },
  { name: "LoRA with dropout", model, adapter: createLora(model, { targets: "all-linear", dropout: 0.3, seed: 2 }) },
  ...Object.entries(shapes).flatMap(([family, shape]) => {
    const own = madeModel(shape)
    return [
      { name: `every weight, ${family}`, model: own },
      { name: `LoRA, ${family}`, model: own, adapter: createLora(own, { targets: "all-linear", seed: 3 }) }
    ]
  }),
  ...adapterCases.map(({ name, model: own, adapter }) => ({ name, model: own as CausalModel, adapter }))
]

test.each(cases)("losses, norms and weights are those of a training that keeps them: $name", async (one) => {
  const sequences = randomSequences([9, 14, 6, 12, 8, 11], one.model.config.vocabSize)
  const train = (checkpointing: boolean) => {
    const { accumulate = 1, model: own, adapter } = one
    const options = {
      checkpointing,
      accumulate,
      batchSize: 1,
      maxLength: 20,
      maxSteps: 3,
      epochs: 3,
      neftune: 2,
      lr: 1e-2
    }
    return trainCausal({ model: own, sequences, ...(adapter && { adapter }), options })
  }
  const [kept, again] = [await train(false), await train(true)]
  for (const [place, { loss, gradNorm }] of kept.ledger.entries()) {
    expect(Math.abs(again.ledger[place]!.loss - loss), "loss").toBeLessThan(1e-5)
    expect(Math.abs(again.ledger[place]!.gradNorm / gradNorm - 1), "norm").toBeLessThan(1e-4)
  }
  const weightsOf = ({ model: own, adapter }: typeof kept) => (adapter ?? own).weights
  for (const [name, { data }] of weightsOf(kept)) {
    const other = weightsOf(again).get(name)!.data
    expect(Math.max(...data.map((value, at) => Math.abs(value - other[at]!))), name).toBeLessThan(1e-4)
  }
})

/** Most elements that a graph holds at once when its nodes run in their order and values go after their last reader. */
const mostHeld = (checkpointing: boolean): number => {
  const { config, weights } = tinyModel(1, { layers: 8 })
  const target = { config, base: weights, adapter: createLora({ config }), checkpointing }
  const { graph } = buildGradientGraph(target, { rows: 2, length: 64, targets: 32 }, { accumulate: false })
  const last = new Map<string, number>()
  graph.nodes.forEach(({ inputs }, place) => {
    for (const { name } of inputs) last.set(name, place)
  })
  const sizes = new Map<string, number>()
  let held = 0
  let most = 0
  graph.nodes.forEach(({ inputs, outputs }, place) => {
    for (const { name, shape } of outputs) {
      sizes.set(
        name,
        shape.reduce((product, size) => product * size, 1)
      )
      held += sizes.get(name)!
    }
    most = Math.max(most, held)
    for (const name of new Set(inputs.map((input) => input.name))) {
      if (last.get(name) !== place) continue
      held -= sizes.get(name) ?? 0
      sizes.delete(name)
    }
    for (const { name } of outputs)
      if (!last.has(name) && !graph.outputs.some(({ tensor }) => tensor.name === name)) held -= sizes.get(name)!
  })
  return most
}

test("of eight layers the activations of one are held at a time", () => {
  expect(mostHeld(true)).toBeLessThan(0.3 * mostHeld(false))
})
