// The Llama decoder as a graph, with weights under their Hugging Face names.
import { type LlamaConfig, rotaryFrequencies } from "../llama-config.ts"
import type { Binding } from "./binding.ts"
import {
  type AttentionShape,
  attention,
  headsFirst,
  type KeyValues,
  packedCausalMask,
  rotaryAngles,
  withPrefix
} from "./layers.ts"
import { reshape, rmsNorm, rotate, swiGlu } from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/**
 * Tokens of a batch, row after row: ids and positions [batch · time], positions below `positionLimit`. Without positions the
 * attention turns queries and keys itself.
 */
export interface TokenInput {
  readonly ids: Tensor
  readonly positions?: Tensor
  readonly positionLimit: number
  readonly batch: number
  readonly time: number
}

/** Queries and keys after rotation, if any, [batch, time, heads, width], values likewise → [batch · time, heads · width]. */
export type Attend = (layer: number, queries: Tensor, keys: Tensor, values: Tensor) => Tensor

/** Sizes of this model's attention for a batch. */
export const attentionShape = (config: LlamaConfig, batch: number): AttentionShape => ({
  batch,
  heads: config.heads,
  kvHeads: config.kvHeads,
  headDim: config.headDim
})

/** Runs the layers over `input` with the given kind of attention → hidden states after the last norm [rows, hidden]. */
export const llamaHidden = (
  graph: TensorGraph,
  config: LlamaConfig,
  binding: Binding,
  input: TokenInput,
  attend: Attend
): Tensor => {
  const { batch, time, positions } = input
  const frequencies = rotaryFrequencies(config)
  const size = { batch, time, maxPositions: input.positionLimit, first: binding.prefix?.count ?? 0 }
  const turning = (factor: number): ((states: Tensor) => Tensor) => {
    if (positions === undefined) return (states) => states
    const angles = rotaryAngles(graph, frequencies, positions, { ...size, factor })
    return (states) => rotate(graph, states, angles.cosine, angles.sine)
  }
  const turnKeys = turning(1)
  const turnQueries = turning(config.headDim ** -0.5)
  let hidden = binding.embed(input.ids)
  for (let layer = 0; layer < config.layers; layer++) {
    const module = `model.layers.${layer}`
    const gain = (name: string): Tensor => binding.weight(`${module}.${name}.weight`)
    const normal = rmsNorm(graph, hidden, gain("input_layernorm"), config.rmsNormEpsilon)
    const project = (name: string, heads: number): Tensor =>
      reshape(graph, binding.linear(`${module}.self_attn.${name}`, normal), [batch, time, heads, config.headDim])
    const queries = turnQueries(project("q_proj", config.heads))
    const keys = turnKeys(project("k_proj", config.kvHeads))
    const mixed = attend(layer, queries, keys, project("v_proj", config.kvHeads))
    const attended = binding.linear(`${module}.self_attn.o_proj`, mixed)
    hidden = binding.join({ layer, block: "attention", stream: hidden, output: attended })
    const wide = rmsNorm(graph, hidden, gain("post_attention_layernorm"), config.rmsNormEpsilon)
    const gate = binding.linear(`${module}.mlp.gate_proj`, wide)
    const gated = swiGlu(graph, gate, binding.linear(`${module}.mlp.up_proj`, wide))
    const narrowed = binding.linear(`${module}.mlp.down_proj`, gated)
    hidden = binding.join({ layer, block: "feedForward", stream: hidden, output: narrowed })
  }
  return rmsNorm(graph, hidden, binding.weight("model.norm.weight"), config.rmsNormEpsilon)
}

/** Keys and values of a batch [batch, kvHeads, time, width] with the adapter's before them, where it has some. */
export const prefixed = (
  graph: TensorGraph,
  config: LlamaConfig,
  binding: Binding,
  layer: number,
  own: KeyValues
): KeyValues => {
  if (binding.prefix === undefined) return own
  const { keys, values } = binding.prefix.states(layer)
  return {
    keys: withPrefix(graph, keys, own.keys, config.kvHeads),
    values: withPrefix(graph, values, own.values, config.kvHeads)
  }
}

/** Attention over the batch itself, causal and closed within each segment; `segments` [batch, time] int64. */
export const packedAttention = (
  graph: TensorGraph,
  config: LlamaConfig,
  binding: Binding,
  segments: Tensor
): Attend => {
  const shape = attentionShape(config, segments.shape[0]!)
  const mask = packedCausalMask(graph, segments, config.heads / config.kvHeads, binding.prefix?.count)
  return (layer, queries, keys, values) => {
    const own = { keys: headsFirst(graph, keys), values: headsFirst(graph, values) }
    return attention(graph, { queries, ...prefixed(graph, config, binding, layer, own), mask }, shape)
  }
}

/** Scores of the next token: hidden [rows, hidden] → [rows, vocabulary], with the embedding table when tied. */
export const llamaLogits = (config: LlamaConfig, binding: Binding, hidden: Tensor): Tensor =>
  binding.linear("lm_head", hidden, config.tieEmbeddings ? "model.embed_tokens.weight" : "lm_head.weight")
