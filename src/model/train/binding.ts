// Puts weights into a graph: trainable ones as fed inputs, frozen ones as constants, adapters in front of linear layers.
import type { Weights } from "../weights.ts"
import { affine } from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/** A linear layer as an adapter sees it. */
export interface LinearSite {
  /** Module path, such as `model.layers.0.self_attn.q_proj`. */
  readonly module: string
  /** [rows, in] */
  readonly input: Tensor
  /** [out, in] */
  readonly weight: Tensor
  /** What the layer itself answers to an input [rows, in] → [rows, out]. */
  readonly plain: (input: Tensor) => Tensor
}

/** Answers in place of linear layers, with their help. LoRA is one; whatever scales inputs or outputs fits as well. */
export interface GraphAdapter {
  linear(graph: TensorGraph, site: LinearSite): Tensor
}

/** Weights as graph tensors. */
export interface Binding {
  readonly weight: (name: string) => Tensor
  readonly linear: (module: string, input: Tensor) => Tensor
  /** Frozen weights too large to be constants, to be fed on every run. */
  readonly fed: Weights
}

/** Frozen weights above this many bytes are fed instead of being written into the graph file (limit 2 GiB). */
const MAX_CONSTANT_BYTES = 512 * 2 ** 20

/** Name of the input that carries a weight. */
export const inputName = (name: string): string => `weight:${name}`

/** Declares an input per weight, or a constant per frozen weight while they take at most `limit` bytes together. */
export const bindTensors = (
  graph: TensorGraph,
  weights: Weights,
  trainable: boolean,
  limit = MAX_CONSTANT_BYTES
): { readonly tensors: Map<string, Tensor>; readonly fed: Weights } => {
  let bytes = 0
  for (const weight of weights.values()) bytes += weight.data.byteLength
  const constant = !trainable && bytes <= limit
  const tensors = new Map<string, Tensor>()
  for (const [name, weight] of weights) {
    const tensor = constant
      ? graph.constant(weight.data, weight.shape)
      : graph.input(inputName(name), weight.shape, graph.float, trainable)
    tensors.set(name, tensor)
  }
  return { tensors, fed: trainable || constant ? new Map() : weights }
}

/** A binding over `tensors`; a linear layer adds its bias when one is there, then asks the adapter. */
export const createBinding = (
  graph: TensorGraph,
  bound: { readonly tensors: ReadonlyMap<string, Tensor>; readonly fed: Weights },
  adapter?: GraphAdapter
): Binding => {
  const weight = (name: string): Tensor => {
    const tensor = bound.tensors.get(name)
    if (tensor === undefined) throw new Error(`The model has no weight named ${name}.`)
    return tensor
  }
  const linear = (module: string, input: Tensor): Tensor => {
    const bias = bound.tensors.get(`${module}.bias`)
    const matrix = weight(`${module}.weight`)
    const plain = (given: Tensor): Tensor => affine(graph, given, matrix, bias === undefined ? {} : { bias })
    return adapter === undefined ? plain(input) : adapter.linear(graph, { module, input, weight: matrix, plain })
  }
  return { weight, linear, fed: bound.fed }
}
