// A decoder of any family as a graph: its forward pass around one kind of attention or another, and the scores it ends in.
import { type Attend, headModule, type ModelConfig, type TokenInput } from "../architectures/architecture.ts"
import { architectureOf, embeddingsName, windowOf } from "../architectures/index.ts"
import type { Binding } from "./binding.ts"
import {
  type AttentionShape,
  attention,
  headsFirst,
  type KeyValues,
  packedCausalMask,
  rotaryAngles,
  type Sight,
  withPrefix
} from "./layers.ts"
import { multiply, rotate } from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/** Sizes of this model's attention for a batch. */
export const attentionShape = (config: ModelConfig, batch: number): AttentionShape => ({
  batch,
  heads: config.heads,
  kvHeads: config.kvHeads,
  headDim: config.headDim
})

/** Runs the layers over `input` with the given kind of attention → hidden states after the last norm [rows, hidden]. */
export const decoderHidden = (
  graph: TensorGraph,
  config: ModelConfig,
  binding: Binding,
  input: TokenInput,
  attend: Attend
): Tensor => architectureOf(config).hidden({ graph, config, binding, input, attend })

/**
 * `attend` as the layers call it: queries and keys [batch, time, heads, width] reach it by their positions, turned where the
 * family turns them, and the queries with their 1/√headDim.
 */
export const placing = (
  graph: TensorGraph,
  config: ModelConfig,
  binding: Binding,
  input: TokenInput,
  attend: Attend
): Attend => {
  const frequencies = architectureOf(config).rotaryFrequencies?.(config)
  const scale = config.headDim ** -0.5
  if (frequencies === undefined) {
    const factor = graph.scalar(scale)
    return (layer, queries, keys, values) => attend(layer, multiply(graph, queries, factor), keys, values)
  }
  const { batch, time, positions } = input
  const size = { batch, time, maxPositions: input.positionLimit, first: binding.prefix?.count ?? 0 }
  const turning = (factor: number): ((states: Tensor) => Tensor) => {
    const angles = rotaryAngles(graph, frequencies, positions, { ...size, factor })
    return (states) => rotate(graph, states, angles.cosine, angles.sine)
  }
  const turnKeys = turning(1)
  const turnQueries = turning(scale)
  return (layer, queries, keys, values) => attend(layer, turnQueries(queries), turnKeys(keys), values)
}

/** Keys and values of a batch [batch, kvHeads, time, width] with the adapter's before them, where it has some. */
export const prefixed = (
  graph: TensorGraph,
  config: ModelConfig,
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

/** What a token of this model sees of those before it, and of what its adapter puts before them all. */
export const sightOf = (config: ModelConfig, binding: Binding): Sight => {
  const window = windowOf(config)
  return { open: binding.prefix?.count ?? 0, ...(window !== undefined && { window }) }
}

/** The mask of tokens read together, for this model and what its adapter puts before them. */
export const packedMask = (graph: TensorGraph, config: ModelConfig, binding: Binding, segments: Tensor): Tensor =>
  packedCausalMask(graph, segments, config.heads / config.kvHeads, sightOf(config, binding))

/** Attention over the batch itself, causal and closed within each segment; `segments` [batch, time] int64. */
export const packedAttention = (
  graph: TensorGraph,
  config: ModelConfig,
  binding: Binding,
  input: TokenInput,
  segments: Tensor
): Attend => {
  const shape = attentionShape(config, input.batch)
  const mask = packedMask(graph, config, binding, segments)
  return placing(graph, config, binding, input, (layer, queries, keys, values) => {
    const own = { keys: headsFirst(graph, keys), values: headsFirst(graph, values) }
    return attention(graph, { queries, ...prefixed(graph, config, binding, layer, own), mask }, shape)
  })
}

/** Scores of the next token: hidden [rows, hidden] → [rows, vocabulary], with the embedding table when tied. */
export const decoderLogits = (config: ModelConfig, binding: Binding, hidden: Tensor): Tensor =>
  binding.linear(headModule, hidden, config.tieEmbeddings ? embeddingsName(config) : `${headModule}.weight`)
