// LoRA on the table of embeddings: a row's correction is a column of A, brought to the hidden size by B (as in PEFT).
import type { ModelConfig } from "../../architectures/architecture.ts"
import { embeddingsName } from "../../architectures/index.ts"
import type { Weight, Weights } from "../../weights.ts"
import { add, affine, gatherRows, multiply, transpose } from "../operation.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"
import type { EmbeddingSite, MergeTarget } from "./adapter.ts"
import { normalWeight } from "./dense.ts"
import { ownHead } from "./own-head.ts"

const partNames = (module: string): readonly [string, string] => [
  `${module}.lora_embedding_A`,
  `${module}.lora_embedding_B`
]

const named = /^(.*)\.lora_embedding_[AB]$/

/** The module that a weight corrects as embeddings, undefined for other weights. */
export const embeddingOf = (name: string): string | undefined => named.exec(name)?.[1]

/** Fresh: A [rank, vocabulary] zero, B [hidden, rank] normal, so that it changes nothing yet. */
export const embeddingWeights = (
  module: string,
  [vocabulary, hidden]: readonly [number, number],
  rank: number,
  seed: number
): [string, Weight][] => {
  const [a, b] = partNames(module)
  return [
    [a, { shape: [rank, vocabulary], data: new Float32Array(rank * vocabulary) }],
    [b, normalWeight(seed, b, [hidden, rank], 1)]
  ]
}

/** Shape that a weight of such a correction has. */
export const embeddingShape = (model: ModelConfig, name: string): readonly (number | undefined)[] | undefined => {
  if (`${embeddingOf(name)}.weight` !== embeddingsName(model)) return undefined
  return name.endsWith("A") ? [undefined, model.vocabSize] : [model.hiddenSize, undefined]
}

/** e + scale · B A[:, id], with the factor that the family gives its embeddings; e alone where there is no correction. */
export const correctedEmbedding = (
  graph: TensorGraph,
  site: EmbeddingSite,
  tensors: ReadonlyMap<string, Tensor>,
  scale: number
): Tensor => {
  const [a, b] = partNames(site.module).map((name) => tensors.get(name))
  const own = site.plain(site.ids)
  if (a === undefined || b === undefined) return own
  const narrow = gatherRows(graph, transpose(graph, a, [1, 0]), site.ids)
  const wide = affine(graph, narrow, b, { scale })
  return add(graph, own, site.scale === 1 ? wide : multiply(graph, wide, graph.scalar(site.scale)))
}

/** The table with the correction in it, in f64; a tied head keeps the old one. */
export const mergeEmbedding = (target: MergeTarget, weights: Weights, module: string, scale: number): MergeTarget => {
  const result = ownHead(target, module)
  const [a, b] = partNames(module).map((name) => weights.get(name)!)
  const { shape, data } = result.weights.get(`${module}.weight`)!
  const [rows, width] = shape as [number, number]
  const rank = a!.shape[0]!
  const table = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < width; column++) {
      let sum = data[row * width + column]!
      for (let inner = 0; inner < rank; inner++) {
        sum += scale * b!.data[column * rank + inner]! * a!.data[inner * rows + row]!
      }
      table[row * width + column] = sum
    }
  }
  return { ...result, weights: new Map(result.weights).set(`${module}.weight`, { shape, data: table }) }
}
