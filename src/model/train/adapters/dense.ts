// Small dense layers with biases, as PyTorch starts them, for the encoders of prompts and prefixes and for bottlenecks.
import { seededRandom } from "../../random.ts"
import type { Weight } from "../../weights.ts"
import { affine } from "../operation.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"

/** Normal values of a deviation, drawn from a stream named after the weight. */
export const normalWeight = (seed: number, name: string, shape: readonly number[], deviation: number): Weight => {
  const random = seededRandom(seed, name)
  const size = shape.reduce((product, length) => product * length, 1)
  return { shape, data: Float32Array.from({ length: size }, () => deviation * random.normal()) }
}

/** Uniform values in ±1/√in, in the last axis of `shape` unless given. */
export const uniformWeight = (seed: number, name: string, shape: readonly number[], width = shape.at(-1)!): Weight => {
  const random = seededRandom(seed, name)
  const bound = 1 / Math.sqrt(width)
  const size = shape.reduce((product, length) => product * length, 1)
  return { shape, data: Float32Array.from({ length: size }, () => bound * (2 * random.uniform() - 1)) }
}

/** `<name>.weight` [out, in] and `<name>.bias` [out], both uniform in ±1/√in as `torch.nn.Linear` starts. */
export const denseWeights = (seed: number, name: string, [out, width]: readonly [number, number]): [string, Weight][] =>
  [["weight", [out, width]] as const, ["bias", [out]] as const].map(([part, shape]) => {
    const key = `${name}.${part}`
    return [key, uniformWeight(seed, key, shape, width)]
  })

/** x Wᵀ + b with the weights named `name`. */
export const dense = (graph: TensorGraph, tensors: ReadonlyMap<string, Tensor>, name: string, input: Tensor): Tensor =>
  affine(graph, input, tensors.get(`${name}.weight`)!, { bias: tensors.get(`${name}.bias`)! })

/** The same outside a graph, in f64 rounded once: rows [count, in] → [count, out]. */
export const denseRows = (weights: ReadonlyMap<string, Weight>, name: string, rows: Weight): Weight => {
  const matrix = weights.get(`${name}.weight`)!
  const bias = weights.get(`${name}.bias`)!.data
  const [count, width] = rows.shape as [number, number]
  const out = matrix.shape[0]!
  const data = new Float32Array(count * out)
  for (let row = 0; row < count; row++) {
    for (let column = 0; column < out; column++) {
      let sum = bias[column]!
      for (let inner = 0; inner < width; inner++) {
        sum += rows.data[row * width + inner]! * matrix.data[column * width + inner]!
      }
      data[row * out + column] = sum
    }
  }
  return { shape: [count, out], data }
}

/** A function of each element. */
export const mapped = ({ shape, data }: Weight, apply: (value: number) => number): Weight => ({
  shape,
  data: data.map(apply)
})
