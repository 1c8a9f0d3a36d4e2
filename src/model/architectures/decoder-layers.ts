// The layers that Llama and its relatives share: their weights, and their forward pass with the places where families differ.
import { add, reshape, rmsNorm, swiGlu } from "../train/operation.ts"
import type { Tensor, TensorGraph } from "../train/tensor-graph.ts"
import { type Forward, headModule } from "./architecture.ts"
import { type DecoderConfig, decoderLinear, decoderNames } from "./decoder-config.ts"
import { rotaryFrequencies } from "./rotary.ts"

/** Where a family's layers differ from Llama's. */
export interface DecoderStyle {
  /** Norms of each head's queries and keys, before they are turned: `q_norm` and `k_norm` [headDim]. */
  readonly headNorms?: boolean
  /** Norms multiply with 1 + w in place of w. */
  readonly gainsFromOne?: boolean
  /** The gated unit, silu(gate) · up if not given. */
  readonly gated?: (graph: TensorGraph, gate: Tensor, up: Tensor) => Tensor
}

/**
 * Name and shape of every weight, linear weights as [out, in] and biases as [out]; `lm_head.weight` is absent when
 * embeddings are tied.
 */
const decoderWeightShapes = (config: DecoderConfig, style: DecoderStyle): Map<string, number[]> => {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, vocabSize } = config
  const sizes: Record<string, number[]> = {
    q_proj: [heads * headDim, hiddenSize],
    k_proj: [kvHeads * headDim, hiddenSize],
    v_proj: [kvHeads * headDim, hiddenSize],
    o_proj: [hiddenSize, heads * headDim],
    gate_proj: [intermediateSize, hiddenSize],
    up_proj: [intermediateSize, hiddenSize],
    down_proj: [hiddenSize, intermediateSize]
  }
  const shapes = new Map<string, number[]>([["model.embed_tokens.weight", [vocabSize, hiddenSize]]])
  for (let index = 0; index < config.layers; index++) {
    const layer = `model.layers.${index}`
    for (const module of decoderLinear) {
      const name = module.slice(module.lastIndexOf(".") + 1)
      const size = sizes[name]!
      shapes.set(`${layer}.${module}.weight`, size)
      if (config.biases.includes(name)) shapes.set(`${layer}.${module}.bias`, [size[0]!])
    }
    if (style.headNorms) {
      for (const name of ["q_norm", "k_norm"]) shapes.set(`${layer}.self_attn.${name}.weight`, [headDim])
    }
    shapes.set(`${layer}.input_layernorm.weight`, [hiddenSize])
    shapes.set(`${layer}.post_attention_layernorm.weight`, [hiddenSize])
  }
  shapes.set("model.norm.weight", [hiddenSize])
  if (!config.tieEmbeddings) shapes.set(`${headModule}.weight`, [vocabSize, hiddenSize])
  return shapes
}

/** What a family has whose layers are Llama's, or differ from them by a style. */
export const decoderFamily = (style: DecoderStyle = {}) => ({
  names: decoderNames,
  linear: decoderLinear,
  weightShapes: (config: DecoderConfig) => decoderWeightShapes(config, style),
  hidden: (parts: Forward<DecoderConfig>) => decoderHidden(parts, style),
  rotaryFrequencies
})

/** Runs the layers → hidden states after the last norm [rows, hidden]. */
const decoderHidden = (
  { graph, config, binding, input, attend }: Forward<DecoderConfig>,
  style: DecoderStyle
): Tensor => {
  const { batch, time } = input
  const { gated = swiGlu } = style
  const norm = (name: string, states: Tensor): Tensor => {
    const weight = binding.weight(`${name}.weight`)
    const gain = style.gainsFromOne ? add(graph, weight, graph.scalar(1)) : weight
    return rmsNorm(graph, states, gain, config.rmsNormEpsilon)
  }
  let hidden = binding.embed(input.ids)
  for (let layer = 0; layer < config.layers; layer++) {
    const module = `model.layers.${layer}`
    const normal = norm(`${module}.input_layernorm`, hidden)
    const project = (name: string, heads: number): Tensor =>
      reshape(graph, binding.linear(`${module}.self_attn.${name}`, normal), [batch, time, heads, config.headDim])
    const headNorm = (name: string, states: Tensor): Tensor =>
      style.headNorms ? norm(`${module}.self_attn.${name}`, states) : states
    const queries = headNorm("q_norm", project("q_proj", config.heads))
    const keys = headNorm("k_norm", project("k_proj", config.kvHeads))
    const mixed = attend(layer, queries, keys, project("v_proj", config.kvHeads))
    const attended = binding.linear(`${module}.self_attn.o_proj`, mixed)
    hidden = binding.join({ layer, block: "attention", stream: hidden, output: attended })
    const wide = norm(`${module}.post_attention_layernorm`, hidden)
    const gate = binding.linear(`${module}.mlp.gate_proj`, wide)
    const unit = gated(graph, gate, binding.linear(`${module}.mlp.up_proj`, wide))
    const narrowed = binding.linear(`${module}.mlp.down_proj`, unit)
    hidden = binding.join({ layer, block: "feedForward", stream: hidden, output: narrowed })
  }
  return norm("model.norm", hidden)
}
