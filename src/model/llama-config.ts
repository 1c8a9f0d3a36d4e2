// The architecture of a Llama model and its Hugging Face config.json, in both spellings of the rotary settings.
import { ModelError } from "./model-error.ts"

/** Llama 3's stretching of the rotary frequencies for long contexts. */
export interface RopeScaling {
  readonly factor: number
  readonly lowFrequencyFactor: number
  readonly highFrequencyFactor: number
  readonly originalMaxPositions: number
}

/** The shape of a model; defaults follow `LlamaConfig` of transformers where a field may be left out. */
export interface LlamaConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly rmsNormEpsilon: number
  readonly ropeTheta: number
  readonly ropeScaling?: RopeScaling
  readonly tieEmbeddings: boolean
  readonly maxPositions: number
  readonly bosId?: number
  readonly eosIds: readonly number[]
}

/** What must be said about a new model; the rest has defaults. */
export interface LlamaShape {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads?: number
  readonly headDim?: number
  readonly rmsNormEpsilon?: number
  readonly ropeTheta?: number
  readonly ropeScaling?: RopeScaling
  readonly tieEmbeddings?: boolean
  readonly maxPositions?: number
  readonly bosId?: number
  readonly eosIds?: readonly number[]
}

/** Fills the defaults (ε 1e-5, θ 10000, 2048 positions) and throws `SLUICE_BAD_MODEL_SHAPE` if the heads do not divide. */
export const llamaConfig = (shape: LlamaShape): LlamaConfig => {
  const kvHeads = shape.kvHeads ?? shape.heads
  const headDim = shape.headDim ?? shape.hiddenSize / shape.heads
  if (shape.heads % kvHeads !== 0 || !Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new ModelError(
      "SLUICE_BAD_MODEL_SHAPE",
      `${shape.heads} heads over ${kvHeads} key-value heads with width ${headDim}: heads must be a multiple of key-value ` +
        "heads, and the width even."
    )
  }
  return {
    vocabSize: shape.vocabSize,
    hiddenSize: shape.hiddenSize,
    intermediateSize: shape.intermediateSize,
    layers: shape.layers,
    heads: shape.heads,
    kvHeads,
    headDim,
    rmsNormEpsilon: shape.rmsNormEpsilon ?? 1e-5,
    ropeTheta: shape.ropeTheta ?? 10_000,
    ...(shape.ropeScaling && { ropeScaling: shape.ropeScaling }),
    tieEmbeddings: shape.tieEmbeddings ?? false,
    maxPositions: shape.maxPositions ?? 2048,
    ...(shape.bosId !== undefined && { bosId: shape.bosId }),
    eosIds: shape.eosIds ?? []
  }
}

/** Sub-modules of layer `index` that are linear, in the order of the forward pass. */
export const linearModules = (index: number): string[] => [
  ...["q_proj", "k_proj", "v_proj", "o_proj"].map((name) => `model.layers.${index}.self_attn.${name}`),
  ...["gate_proj", "up_proj", "down_proj"].map((name) => `model.layers.${index}.mlp.${name}`)
]

/** Name and shape of every weight, linear weights as [out, in]; `lm_head.weight` is absent when embeddings are tied. */
export const llamaWeightShapes = (config: LlamaConfig): Map<string, number[]> => {
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
    for (const module of linearModules(index)) {
      shapes.set(`${module}.weight`, sizes[module.slice(module.lastIndexOf(".") + 1)]!)
    }
    shapes.set(`model.layers.${index}.input_layernorm.weight`, [hiddenSize])
    shapes.set(`model.layers.${index}.post_attention_layernorm.weight`, [hiddenSize])
  }
  shapes.set("model.norm.weight", [hiddenSize])
  if (!config.tieEmbeddings) shapes.set("lm_head.weight", [vocabSize, hiddenSize])
  return shapes
}

/** Rotary frequencies, headDim/2 of them: θ^(−2i/d), stretched when the config asks for Llama 3 scaling. */
export const rotaryFrequencies = (config: LlamaConfig): Float64Array => {
  const { headDim, ropeTheta, ropeScaling } = config
  return Float64Array.from({ length: headDim / 2 }, (_, index) => {
    const frequency = ropeTheta ** ((-2 * index) / headDim)
    if (ropeScaling === undefined) return frequency
    const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = ropeScaling
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
    if (turns > highFrequencyFactor) return frequency
    if (turns < lowFrequencyFactor) return frequency / factor
    const smooth = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })
}

type Json = Readonly<Record<string, unknown>>

/** The config.json of transformers for this model. */
export const toConfigJson = (config: LlamaConfig): Json => {
  const { ropeScaling } = config
  const scaling = ropeScaling && {
    rope_type: "llama3",
    factor: ropeScaling.factor,
    low_freq_factor: ropeScaling.lowFrequencyFactor,
    high_freq_factor: ropeScaling.highFrequencyFactor,
    original_max_position_embeddings: ropeScaling.originalMaxPositions
  }
  return {
    architectures: ["LlamaForCausalLM"],
    attention_bias: false,
    attention_dropout: 0,
    bos_token_id: config.bosId ?? null,
    eos_token_id: config.eosIds.length === 0 ? null : config.eosIds.length === 1 ? config.eosIds[0] : config.eosIds,
    head_dim: config.headDim,
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    mlp_bias: false,
    model_type: "llama",
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.rmsNormEpsilon,
    rope_parameters: { rope_type: "default", rope_theta: config.ropeTheta, ...scaling },
    rope_scaling: scaling ?? null,
    rope_theta: config.ropeTheta,
    tie_word_embeddings: config.tieEmbeddings,
    torch_dtype: "float32",
    use_cache: true,
    vocab_size: config.vocabSize
  }
}

const readRopeScaling = (rope: Json): RopeScaling | undefined => {
  const type = rope.rope_type ?? rope.type ?? "default"
  if (type === "default") return undefined
  if (type !== "llama3") {
    throw new ModelError(
      "SLUICE_UNSUPPORTED_MODEL",
      `rope_type "${type}" is not supported; "default" and "llama3" are.`
    )
  }
  return {
    factor: Number(rope.factor),
    lowFrequencyFactor: Number(rope.low_freq_factor),
    highFrequencyFactor: Number(rope.high_freq_factor),
    originalMaxPositions: Number(rope.original_max_position_embeddings)
  }
}

/** Reads a config.json; throws `SLUICE_UNSUPPORTED_MODEL` for other architectures, activations and rotary types. */
export const fromConfigJson = (json: Json): LlamaConfig => {
  if (json.model_type !== "llama" || (json.hidden_act ?? "silu") !== "silu") {
    throw new ModelError(
      "SLUICE_UNSUPPORTED_MODEL",
      `model_type "${json.model_type}" with hidden_act "${json.hidden_act}" is not supported; "llama" with "silu" is.`
    )
  }
  const rope = { ...(json.rope_scaling as Json | null), ...(json.rope_parameters as Json | undefined) }
  const ropeScaling = readRopeScaling(rope)
  const number = (key: string): number | undefined => (typeof json[key] === "number" ? json[key] : undefined)
  const eos = json.eos_token_id
  const bosId = number("bos_token_id")
  return llamaConfig({
    vocabSize: Number(json.vocab_size),
    hiddenSize: Number(json.hidden_size),
    intermediateSize: Number(json.intermediate_size),
    layers: Number(json.num_hidden_layers),
    heads: Number(json.num_attention_heads),
    kvHeads: number("num_key_value_heads") ?? Number(json.num_attention_heads),
    ...(number("head_dim") !== undefined && { headDim: Number(json.head_dim) }),
    rmsNormEpsilon: number("rms_norm_eps") ?? 1e-6,
    ropeTheta: Number(rope.rope_theta ?? json.rope_theta ?? 10_000),
    ...(ropeScaling && { ropeScaling }),
    tieEmbeddings: json.tie_word_embeddings === true,
    maxPositions: number("max_position_embeddings") ?? 2048,
    ...(bosId !== undefined && { bosId }),
    eosIds: Array.isArray(eos) ? eos.map(Number) : typeof eos === "number" ? [eos] : []
  })
}
