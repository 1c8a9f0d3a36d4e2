// A trainer writes weights and moments where they lie; here against the same graph that writes them elsewhere.
import { expect, test } from "vitest"
import { packSequences } from "../../../src/model/pack.ts"
import { layOutBatch } from "../../../src/model/train/batch.ts"
import { inputName } from "../../../src/model/train/binding.ts"
import { momentName, secondMomentName, stepNumbers } from "../../../src/model/train/optimizer.ts"
import { floatValue, Session, scalarValue, type Values } from "../../../src/model/train/session.ts"
import { buildStepGraph } from "../../../src/model/train/step-graph.ts"
import { Trainer } from "../../../src/model/train/trainer.ts"
import { randomSequences, tinyModel } from "../tiny-model.ts"

const plain = { beta1: 0.9, beta2: 0.99, epsilon: 1e-8, weightDecay: 0.1 }

test.each([
  { title: "clipped, tied embeddings", optimizer: { ...plain, maxGradNorm: 0.5 }, tieEmbeddings: true },
  { title: "not clipped", optimizer: plain, tieEmbeddings: false }
])("four steps in place give the bytes of four steps elsewhere: $title", async ({ optimizer, tieEmbeddings }) => {
  const model = tinyModel(1, { tieEmbeddings })
  const shape = { rows: 2, length: 16, targets: 32 }
  const target = { config: model.config, base: model.weights }
  const lengths = [9, 14, 3, 12]
  const rows = packSequences(lengths, shape.length).slice(0, shape.rows)
  const batch = layOutBatch(rows, randomSequences(lengths, model.config.vocabSize), shape)
  const trainer = await Trainer.compile(target, shape, { optimizer, accumulate: 1, threads: 2 })
  const elsewhere = await Session.compile(buildStepGraph(target, shape, optimizer).graph, { threads: 2 })
  let state: Values = {}
  for (const [name, { shape: size, data }] of model.weights) {
    state[inputName(name)] = floatValue(data.slice(), size)
    for (const moment of [momentName(name), secondMomentName(name)]) {
      state[moment] = floatValue(new Float32Array(data.length), size)
    }
  }
  for (let step = 1; step <= 4; step++) {
    const numbers = Object.entries(stepNumbers(optimizer, step, 0.01))
    const scalars = Object.fromEntries(numbers.map(([name, value]) => [name, scalarValue(value)]))
    const inverseCount = scalarValue(1 / batch.supervised)
    const { loss, gradNorm, ...next } = await elsewhere.run({ ...state, ...batch.feeds, ...scalars, inverseCount })
    const result = await trainer.step([batch], step, 0.01)
    expect([result.loss, result.gradNorm]).toEqual([loss!.data[0], gradNorm!.data[0]])
    state = next
  }
  const { weights, moments } = await trainer.snapshot()
  for (const name of model.weights.keys()) {
    expect(weights.get(name)!.data, name).toEqual(state[inputName(name)]!.data)
    expect(moments.first.get(name)!.data, name).toEqual(state[momentName(name)]!.data)
    expect(moments.second.get(name)!.data, name).toEqual(state[secondMomentName(name)]!.data)
  }
  await trainer.dispose()
  await elsewhere.dispose()
})
