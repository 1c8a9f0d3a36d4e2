// The building blocks of an encoder in terms of graph operations, for inputs whose sizes are open until the graph runs.
import type { Binding } from "../train/binding.ts"
import type { Tensor, TensorGraph } from "../train/tensor-graph.ts"
import type { Activation, Pooling } from "./bert-config.ts"

/** left + right, of the shape of `left`. */
export const summed = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor =>
  graph.emit("Add", [left, right], left.shape)

/** factor · x. */
export const scaled = (graph: TensorGraph, input: Tensor, factor: number): Tensor =>
  graph.emit("Mul", [input, graph.scalar(factor)], input.shape)

/** left / right, of the shape of `left`. */
export const divided = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor =>
  graph.emit("Div", [left, right], left.shape)

/** x Wᵀ + b: [rows, in] → [rows, out]. */
export const linear = (graph: TensorGraph, binding: Binding, module: string, input: Tensor): Tensor => {
  const weight = binding.weight(`${module}.weight`)
  const inputs = [input, weight, binding.weight(`${module}.bias`)]
  return graph.emit("Gemm", inputs, [input.shape[0]!, weight.shape[0]!], { attributes: { transB: 1 } })
}

/** (x − mean) / √(variance + ε) · gain + bias over the last axis (Ba et al., arXiv 1607.06450). */
export const layerNorm = (
  graph: TensorGraph,
  binding: Binding,
  module: string,
  input: Tensor,
  epsilon: number
): Tensor =>
  graph.emit(
    "LayerNormalization",
    [input, binding.weight(`${module}.weight`), binding.weight(`${module}.bias`)],
    input.shape,
    { attributes: { axis: -1, epsilon: { float: epsilon } } }
  )

/** x · Φ(x) by the error function, x · Φ(x) by tanh (Hendrycks and Gimpel, arXiv 1606.08415), or max(x, 0). */
export const activate = (graph: TensorGraph, activation: Activation, input: Tensor): Tensor => {
  const { shape } = input
  const unary = (type: string, given: Tensor): Tensor => graph.emit(type, [given], shape)
  const times = (left: Tensor, right: Tensor): Tensor => graph.emit("Mul", [left, right], shape)
  if (activation === "relu") return unary("Relu", input)
  const half = (slope: Tensor): Tensor =>
    scaled(graph, times(input, graph.emit("Add", [slope, graph.scalar(1)], shape)), 0.5)
  if (activation === "gelu") return half(unary("Erf", graph.emit("Div", [input, graph.scalar(Math.SQRT2)], shape)))
  const cube = scaled(graph, times(times(input, input), input), 0.044715)
  return half(unary("Tanh", scaled(graph, summed(graph, input, cube), Math.sqrt(2 / Math.PI))))
}

/** One vector a text: states [texts, tokens, hidden], tokens [texts, tokens, 1] of 1 and 0 → [texts, hidden]. */
export const pooled = (graph: TensorGraph, pooling: Pooling, states: Tensor, tokens: Tensor): Tensor => {
  const shape = [states.shape[0]!, states.shape[2]!]
  const over = graph.integers([1])
  const gone = { attributes: { keepdims: 0 } }
  if (pooling === "first") {
    const firsts = graph.emit("Gather", [states, graph.integers([0])], [shape[0]!, 1, shape[1]!], {
      attributes: { axis: 1 }
    })
    return graph.emit("Squeeze", [firsts, over], shape)
  }
  if (pooling === "max") {
    const away = scaled(graph, graph.emit("Sub", [tokens, graph.scalar(1)], tokens.shape), 1e9)
    return graph.emit("ReduceMax", [summed(graph, states, away), over], shape, gone)
  }
  const sum = graph.emit("ReduceSum", [graph.emit("Mul", [states, tokens], states.shape), over], shape, gone)
  const count = graph.emit("ReduceSum", [tokens, over], [shape[0]!, 1], gone)
  return divided(graph, sum, graph.emit("Max", [count, graph.scalar(1e-9)], count.shape))
}

/** The length of each vector, at least 10⁻¹²: [texts, hidden] → [texts, 1]. */
export const normalised = (graph: TensorGraph, vectors: Tensor): Tensor => {
  const column = [vectors.shape[0]!, 1]
  const length = graph.emit("ReduceL2", [vectors, graph.integers([1])], column, { attributes: { keepdims: 1 } })
  return graph.emit("Max", [length, graph.scalar(1e-12)], column)
}
