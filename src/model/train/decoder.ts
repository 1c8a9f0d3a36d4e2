// A decoder of any family as a graph: its forward pass around one kind of attention or another, and the scores it ends in.
import { type Attend, headModule, type ModelConfig, type TokenInput } from "../architectures/architecture.ts"
import { architectureOf, embeddingsName } from "../architectures/index.ts"
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
import { multiply, rotate } from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/** Sizes of this model's attention for a batch. */
export const attentionShape = (config: ModelConfig, batch: number): AttentionShape => ({
  batch,
  heads: config.heads,
  kvHeads: config.kvHeads,
  headDim: config.headDim
})

/** Tokens that a token of this model sees, all before it if undefined. */
export const windowOf = (config: ModelConfig): number | undefined => architectureOf(config).window?.(config)

/** Runs the layers over `input` with the given kind of attention → hidden states after the last norm [rows, hidden]. */
export const decoderHidden = (
  graph: TensorGraph,
  config: ModelConfig,
  binding: Binding,
  input: TokenInput,
  attend: Attend
): Tensor => architectureOf(config).hidden({ graph, config, binding, input, attend })

/** Queries and keys by their positions: turned where the family turns them, and the queries with their 1/√headDim. */
export interface Placed {
  readonly queries: (states: Tensor) => Tensor
  readonly keys: (states: Tensor) => Tensor
}

/** What brings positions and the factor of the scores into queries and keys [batch, time, heads, width]. */
export const placing = (graph: TensorGraph, config: ModelConfig, binding: Binding, input: TokenInput): Placed => {
  const frequencies = architectureOf(config).rotaryFrequencies?.(config)
  const scale = config.headDim ** -0.5
  if (frequencies === undefined) {
    return { queries: (states) => multiply(graph, states, graph.scalar(scale)), keys: (states) => states }
  }
  const { batch, time, positions } = input
  const size = { batch, time, maxPositions: input.positionLimit, first: binding.prefix?.count ?? 0 }
  const turning = (factor: number): ((states: Tensor) => Tensor) => {
    const angles = rotaryAngles(graph, frequencies, positions, { ...size, factor })
    return (states) => rotate(graph, states, angles.cosine, angles.sine)
  }
  const keys = turning(1)
  return { keys, queries: turning(scale) }
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

/** The mask of tokens read together, for this model and what its adapter puts before them. */
export const packedMask = (graph: TensorGraph, config: ModelConfig, binding: Binding, segments: Tensor): Tensor => {
  const window = windowOf(config)
  return packedCausalMask(graph, segments, config.heads / config.kvHeads, {
    open: binding.prefix?.count ?? 0,
    ...(window !== undefined && { window })
  })
}

/** Attention over the batch itself, causal and closed within each segment; `segments` [batch, time] int64. */
export const packedAttention = (
  graph: TensorGraph,
  config: ModelConfig,
  binding: Binding,
  input: TokenInput,
  segments: Tensor
): Attend => {
  const shape = attentionShape(config, input.batch)
  const placed = placing(graph, config, binding, input)
  const mask = packedMask(graph, config, binding, segments)
  return (layer, queries, keys, values) => {
    const own = { keys: headsFirst(graph, placed.keys(keys)), values: headsFirst(graph, values) }
    const turned = placed.queries(queries)
    return attention(graph, { queries: turned, ...prefixed(graph, config, binding, layer, own), mask }, shape)
  }
}

/** Scores of the next token: hidden [rows, hidden] → [rows, vocabulary], with the embedding table when tied. */
export const decoderLogits = (config: ModelConfig, binding: Binding, hidden: Tensor): Tensor =>
  binding.linear(headModule, hidden, config.tieEmbeddings ? embeddingsName(config) : `${headModule}.weight`)
