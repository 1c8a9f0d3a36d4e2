// GPT-2: learned positions, layer norms with biases, one matrix for queries, keys and values (Radford et al. 2019).
import { ModelError } from "../model-error.ts"
import { layerNorm } from "../train/layers.ts"
import { add, gatherRows, geluTanh, reshape, slice } from "../train/operation.ts"
import type { Tensor } from "../train/tensor-graph.ts"
import { type Architecture, type Forward, headModule, type ModelConfig, type ModelShape } from "./architecture.ts"
import { checkActivation, endsFromJson, endsToJson, numberUnder, sizeUnder, unsupported } from "./config-fields.ts"

/** The shape of a GPT-2. */
export interface Gpt2Config extends ModelConfig {
  readonly architecture: "gpt2"
  readonly layerNormEpsilon: number
}

/** What must be said about a new GPT-2; embeddings are tied unless said otherwise. */
export interface Gpt2Shape extends ModelShape {
  readonly architecture: "gpt2"
  readonly layerNormEpsilon?: number
}

const config = (shape: Omit<Gpt2Shape, "architecture">): Gpt2Config => {
  const { hiddenSize, heads } = shape
  const headDim = hiddenSize / heads
  if (!Number.isInteger(headDim)) {
    throw new ModelError("SLUICE_BAD_MODEL_SHAPE", `${heads} heads do not divide a hidden size of ${hiddenSize}.`)
  }
  return {
    architecture: "gpt2",
    vocabSize: shape.vocabSize,
    hiddenSize,
    intermediateSize: shape.intermediateSize,
    layers: shape.layers,
    heads,
    kvHeads: heads,
    headDim,
    layerNormEpsilon: shape.layerNormEpsilon ?? 1e-5,
    tieEmbeddings: shape.tieEmbeddings ?? true,
    maxPositions: shape.maxPositions ?? 1024,
    ...(shape.bosId !== undefined && { bosId: shape.bosId }),
    eosIds: shape.eosIds ?? []
  }
}

const linear = ["attn.c_attn", "attn.c_proj", "mlp.c_fc", "mlp.c_proj"]

const weightShapes = (given: Gpt2Config): Map<string, number[]> => {
  const { hiddenSize: width, intermediateSize, vocabSize, maxPositions } = given
  const sizes = [
    [3 * width, width],
    [width, width],
    [intermediateSize, width],
    [width, intermediateSize]
  ]
  const shapes = new Map<string, number[]>([
    ["transformer.wte.weight", [vocabSize, width]],
    ["transformer.wpe.weight", [maxPositions, width]]
  ])
  const norm = (name: string): void => {
    for (const part of ["weight", "bias"]) shapes.set(`${name}.${part}`, [width])
  }
  for (let layer = 0; layer < given.layers; layer++) {
    const module = `transformer.h.${layer}`
    norm(`${module}.ln_1`)
    norm(`${module}.ln_2`)
    linear.forEach((name, at) => {
      shapes.set(`${module}.${name}.weight`, sizes[at]!)
      shapes.set(`${module}.${name}.bias`, [sizes[at]![0]!])
    })
  }
  norm("transformer.ln_f")
  if (!given.tieEmbeddings) shapes.set(`${headModule}.weight`, [vocabSize, width])
  return shapes
}

const hidden = ({ graph, config: given, binding, input, attend }: Forward<Gpt2Config>): Tensor => {
  const { batch, time } = input
  const { heads, headDim, hiddenSize: width } = given
  const norm = (name: string, states: Tensor): Tensor => {
    const parts = { gain: binding.weight(`${name}.weight`), bias: binding.weight(`${name}.bias`) }
    return layerNorm(graph, states, parts, given.layerNormEpsilon)
  }
  const first = binding.prefix?.count ?? 0
  const table = binding.weight("transformer.wpe.weight")
  const places = first === 0 ? table : slice(graph, table, 0, [first, given.maxPositions])
  let states = add(graph, binding.embed(input.ids), gatherRows(graph, places, input.positions))
  for (let layer = 0; layer < given.layers; layer++) {
    const module = `transformer.h.${layer}`
    const fused = binding.linear(`${module}.attn.c_attn`, norm(`${module}.ln_1`, states))
    const [queries, keys, values] = [0, 1, 2].map((part) =>
      reshape(graph, slice(graph, fused, 1, [part * width, (part + 1) * width]), [batch, time, heads, headDim])
    )
    const attended = binding.linear(`${module}.attn.c_proj`, attend(layer, queries!, keys!, values!))
    states = binding.join({ layer, block: "attention", stream: states, output: attended })
    const wide = binding.linear(`${module}.mlp.c_fc`, norm(`${module}.ln_2`, states))
    const narrowed = binding.linear(`${module}.mlp.c_proj`, geluTanh(graph, wide))
    states = binding.join({ layer, block: "feedForward", stream: states, output: narrowed })
  }
  return norm("transformer.ln_f", states)
}

/** Settings of its class that change the arithmetic, and the one value of each that is computed. */
const fixed = {
  scale_attn_weights: true,
  scale_attn_by_inverse_layer_idx: false,
  add_cross_attention: false
}

/** GPT-2. */
export const gpt2: Architecture<"gpt2", Gpt2Shape, Gpt2Config> = {
  kind: "gpt2",
  names: {
    root: "transformer.",
    embeddings: "transformer.wte",
    layers: "transformer.h",
    query: "c_attn",
    key: "c_attn",
    value: "c_attn",
    narrow: "mlp.c_proj"
  },
  linear,
  config,
  fromJson: (json) => {
    checkActivation(json, "activation_function", ["gelu_new", "gelu_pytorch_tanh"])
    for (const [key, value] of Object.entries(fixed)) {
      if ((json[key] ?? value) !== value) throw unsupported(`${key} ${String(json[key])} is not supported in GPT-2.`)
    }
    const hiddenSize = sizeUnder(json, "n_embd")
    return config({
      vocabSize: sizeUnder(json, "vocab_size"),
      hiddenSize,
      intermediateSize: numberUnder(json, "n_inner") ?? 4 * hiddenSize,
      layers: sizeUnder(json, "n_layer"),
      heads: sizeUnder(json, "n_head"),
      maxPositions: numberUnder(json, "n_positions") ?? 1024,
      layerNormEpsilon: numberUnder(json, "layer_norm_epsilon") ?? 1e-5,
      tieEmbeddings: json["tie_word_embeddings"] !== false,
      ...endsFromJson(json)
    })
  },
  toJson: (given) => ({
    architectures: ["GPT2LMHeadModel"],
    model_type: "gpt2",
    activation_function: "gelu_new",
    attn_pdrop: 0,
    ...endsToJson(given),
    embd_pdrop: 0,
    initializer_range: 0.02,
    layer_norm_epsilon: given.layerNormEpsilon,
    n_embd: given.hiddenSize,
    n_head: given.heads,
    n_inner: given.intermediateSize,
    n_layer: given.layers,
    n_positions: given.maxPositions,
    resid_pdrop: 0,
    ...fixed,
    tie_word_embeddings: given.tieEmbeddings,
    torch_dtype: "float32",
    use_cache: true,
    vocab_size: given.vocabSize
  }),
  weightShapes,
  hidden,
  isTransposed: (name) => /\.c_(attn|proj|fc)\.weight$/.test(name)
}
