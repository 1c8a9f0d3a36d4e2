// A BERT encoder as one graph for texts of any number and length: embeddings, post-norm attention, pooling, length 1.
import { type Binding, bindTensors, createBinding } from "../train/binding.ts"
import { type Tensor, TensorGraph } from "../train/tensor-graph.ts"
import type { Weights } from "../weights.ts"
import type { BertConfig } from "./bert-config.ts"
import { activate, divided, layerNorm, linear, normalised, pooled, scaled, summed } from "./layers.ts"

/** A size that is known only when the graph runs. */
const OPEN = -1
const MASKED = -1e9

/** What every layer sees beside the hidden states. */
interface Sight {
  /** int64 [4]: texts, tokens, heads, width of a head. */
  readonly split: Tensor
  /** [texts, 1, 1, tokens]: 0 at a token, −10⁹ at padding. */
  readonly mask: Tensor
}

/** Self-attention of Vaswani et al. (arXiv 1706.03762) over all tokens: hidden [rows, hidden] → the same. */
const attention = (
  graph: TensorGraph,
  { heads, hiddenSize }: BertConfig,
  binding: Binding,
  module: string,
  hidden: Tensor,
  { split, mask }: Sight
): Tensor => {
  const open = [OPEN, heads, OPEN, OPEN]
  const part = (name: string, order: readonly number[]): Tensor => {
    const made = linear(graph, binding, `${module}.self.${name}`, hidden)
    const four = graph.emit("Reshape", [made, split], open)
    return graph.emit("Transpose", [four], open, { attributes: { perm: order } })
  }
  const queries = scaled(graph, part("query", [0, 2, 1, 3]), Math.sqrt(heads / hiddenSize))
  const scores = graph.emit("MatMul", [queries, part("key", [0, 2, 3, 1])], open)
  const chances = graph.emit("Softmax", [summed(graph, scores, mask)], open, { attributes: { axis: -1 } })
  const mixed = graph.emit("MatMul", [chances, part("value", [0, 2, 1, 3])], open)
  const back = graph.emit("Transpose", [mixed], open, { attributes: { perm: [0, 2, 1, 3] } })
  return graph.emit("Reshape", [back, graph.integers([-1, hiddenSize])], [OPEN, hiddenSize])
}

/**
 * The graph of an encoder (Devlin et al., arXiv 1810.04805; weights as Hugging Face's BertModel names them). Inputs ids and
 * positions [texts, tokens] int64 and mask [texts, tokens], 1 at tokens and 0 at padding; output `vectors` [texts, hidden], each
 * of length 1.
 */
export const buildBertGraph = (
  config: BertConfig,
  weights: Weights
): { readonly graph: TensorGraph; readonly fed: Weights } => {
  const graph = new TensorGraph("float32")
  const binding = createBinding(graph, bindTensors(graph, weights, false))
  const { hiddenSize, heads, layerNormEpsilon: epsilon } = config
  const ids = graph.input("ids", [OPEN, OPEN], "int64")
  const positions = graph.input("positions", [OPEN, OPEN], "int64")
  const tokens = graph.input("mask", [OPEN, OPEN])
  const rows = [OPEN, hiddenSize]
  const look = (table: string, at: Tensor): Tensor =>
    graph.emit("Gather", [binding.weight(`embeddings.${table}.weight`), at], [OPEN, OPEN, hiddenSize], {
      attributes: { axis: 0 }
    })
  // Of the kinds of text a model may tell apart, all of it is the first.
  const kind = look("token_type_embeddings", graph.integers([0]))
  const sum = summed(graph, summed(graph, look("word_embeddings", ids), kind), look("position_embeddings", positions))
  const flat = graph.emit("Reshape", [sum, graph.integers([-1, hiddenSize])], rows)
  let hidden = layerNorm(graph, binding, "embeddings.LayerNorm", flat, epsilon)
  const size = graph.emit("Shape", [ids], [2], { dtype: "int64" })
  const joined = { attributes: { axis: 0 }, dtype: "int64" as const }
  const split = graph.emit("Concat", [size, graph.integers([heads, hiddenSize / heads])], [4], joined)
  const away = scaled(graph, graph.emit("Sub", [tokens, graph.scalar(1)], [OPEN, OPEN]), -MASKED)
  const mask = graph.emit("Unsqueeze", [away, graph.integers([1, 2])], [OPEN, 1, 1, OPEN])
  for (let index = 0; index < config.layers; index++) {
    const layer = `encoder.layer.${index}`
    const mixed = attention(graph, config, binding, `${layer}.attention`, hidden, { split, mask })
    const attended = linear(graph, binding, `${layer}.attention.output.dense`, mixed)
    hidden = layerNorm(graph, binding, `${layer}.attention.output.LayerNorm`, summed(graph, attended, hidden), epsilon)
    const wide = activate(graph, config.activation, linear(graph, binding, `${layer}.intermediate.dense`, hidden))
    const narrow = linear(graph, binding, `${layer}.output.dense`, wide)
    hidden = layerNorm(graph, binding, `${layer}.output.LayerNorm`, summed(graph, narrow, hidden), epsilon)
  }
  const shape = graph.emit("Concat", [size, graph.integers([hiddenSize])], [3], joined)
  const states = graph.emit("Reshape", [hidden, shape], [OPEN, OPEN, hiddenSize])
  const column = graph.emit("Unsqueeze", [tokens, graph.integers([2])], [OPEN, OPEN, 1])
  const vectors = pooled(graph, config.pooling, states, column)
  graph.output(divided(graph, vectors, normalised(graph, vectors)), "vectors")
  return { graph, fed: binding.fed }
}
