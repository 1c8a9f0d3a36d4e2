// The whole decoder: gradients of every weight, of an adapter, and of tied embeddings, in f64 against finite differences.
import { Tensor as Value } from "onnxruntime-node"
import { expect, test } from "vitest"
import { llamaConfig } from "../../../src/model/architectures/llama.ts"
import { packSequences } from "../../../src/model/pack.ts"
import { layOutBatch } from "../../../src/model/train/batch.ts"
import { inputName } from "../../../src/model/train/binding.ts"
import { createLora } from "../../../src/model/train/adapters/lora.ts"
import type { Values } from "../../../src/model/train/session.ts"
import { accumulatorName, buildGradientGraph, trainableWeights } from "../../../src/model/train/step-graph.ts"
import { initialWeights, type Weights } from "../../../src/model/weights.ts"
import { randomSequences } from "../tiny-model.ts"
import { randomValue, worstGradientError } from "./finite-difference.ts"

const shape = { vocabSize: 13, hiddenSize: 8, intermediateSize: 12, layers: 2, heads: 4, kvHeads: 2 }
const sequences = randomSequences([4, 7, 3, 5], 13)

const randomised = (weights: Weights): Weights =>
  new Map(
    [...weights].map(([name, { shape: size }]) => {
      const data = Float32Array.from(randomValue(name, size, size.length === 1).data as Float64Array)
      return [name, { shape: size, data }]
    })
  )

test.each([
  { title: "all weights, dense targets", tieEmbeddings: false, lora: false, targets: 20 },
  { title: "all weights, gathered targets", tieEmbeddings: false, lora: false, targets: 16 },
  { title: "tied embeddings", tieEmbeddings: true, lora: false, targets: 20 },
  { title: "LoRA on attention and the feed-forward layer", tieEmbeddings: false, lora: true, targets: 16 }
])("gradients: $title", async ({ tieEmbeddings, lora, targets }) => {
  const config = llamaConfig({ ...shape, tieEmbeddings })
  const base = randomised(initialWeights(config, 1))
  const fresh = createLora({ config }, { rank: 2, alpha: 6, targets: ["q_proj", "v_proj", "down_proj"] })
  const adapter = { ...fresh, weights: randomised(fresh.weights) }
  const target = { config, base, ...(lora && { adapter }) }
  const batchShape = { rows: 2, length: 10, targets }
  const batch = layOutBatch(packSequences([4, 7, 3, 5], 10), sequences, batchShape)
  const { graph } = buildGradientGraph(target, batchShape, { accumulate: false, float: "float64" })
  const weights = trainableWeights(target)
  const feeds: Values = {
    ...batch.feeds,
    weights: new Value("float64", Float64Array.from(batch.feeds.weights!.data as Float32Array), [targets]),
    inverseCount: new Value("float64", Float64Array.of(1 / batch.supervised), [])
  }
  for (const [name, { data, shape: size }] of weights) {
    feeds[inputName(name)] = new Value("float64", Float64Array.from(data), size)
  }
  const byName = new Map(graph.inputs.map((input) => [input.name, input]))
  const gradients = new Map([...weights.keys()].map((name) => [byName.get(inputName(name))!, accumulatorName(name)]))
  expect(gradients.size).toBe(weights.size)
  expect(await worstGradientError(graph, gradients, feeds, 8)).toBeLessThan(2e-5)
})
