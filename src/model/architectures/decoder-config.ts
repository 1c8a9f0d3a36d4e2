// Sizes and config.json of the families that are laid out as Llama: grouped heads, rotary angles, a gated feed-forward layer.
import { ModelError } from "../model-error.ts"
import type { ConfigJson, ModelConfig, ModelShape, ModuleNames } from "./architecture.ts"
import { checkActivation, endsFromJson, endsToJson, numberUnder, sizeUnder } from "./config-fields.ts"
import { type RopeScaling, rotaryFromJson, rotaryToJson } from "./rotary.ts"

/** The shape of a model of such a family. */
export interface DecoderConfig extends ModelConfig {
  readonly rmsNormEpsilon: number
  readonly ropeTheta: number
  readonly ropeScaling?: RopeScaling
  /** Linear layers that add a bias, by the last part of their names. */
  readonly biases: readonly string[]
}

/** What must be said about a new model; the rest has defaults. */
export interface DecoderShape extends ModelShape {
  readonly kvHeads?: number
  readonly headDim?: number
  readonly rmsNormEpsilon?: number
  readonly ropeTheta?: number
  readonly ropeScaling?: RopeScaling
}

export const attentionModules = ["q_proj", "k_proj", "v_proj", "o_proj"]
export const feedForwardModules = ["gate_proj", "up_proj", "down_proj"]

/** Linear layers of a layer, as ends of paths. */
export const decoderLinear: readonly string[] = [
  ...attentionModules.map((name) => `self_attn.${name}`),
  ...feedForwardModules.map((name) => `mlp.${name}`)
]

export const decoderNames: ModuleNames = {
  root: "model.",
  embeddings: "model.embed_tokens",
  layers: "model.layers",
  query: "q_proj",
  key: "k_proj",
  value: "v_proj",
  narrow: "down_proj"
}

/** Fills the defaults (ε 1e-5, θ 10000, 2048 positions) and throws `SLUICE_BAD_MODEL_SHAPE` if the heads do not divide. */
export const decoderConfig = <Kind extends string>(
  architecture: Kind,
  shape: DecoderShape,
  biases: readonly string[] = []
): DecoderConfig & { readonly architecture: Kind } => {
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
    architecture,
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
    biases,
    maxPositions: shape.maxPositions ?? 2048,
    ...(shape.bosId !== undefined && { bosId: shape.bosId }),
    eosIds: shape.eosIds ?? []
  }
}

/** What a family's class has where config.json leaves it out. */
export interface DecoderDefaults {
  readonly activation: readonly string[]
  readonly tieEmbeddings?: boolean
  /** Width of heads; the hidden size over the heads if not given. */
  readonly headDim?: number
}

/**
 * The shape that a config.json describes. Throws `SLUICE_UNSUPPORTED_MODEL` for other activations and rotary types, and
 * `SLUICE_BAD_MODEL_SHAPE` where a size is missing.
 */
export const decoderFromJson = (json: ConfigJson, defaults: DecoderDefaults): DecoderShape => {
  checkActivation(json, "hidden_act", defaults.activation)
  const heads = sizeUnder(json, "num_attention_heads")
  const headDim = numberUnder(json, "head_dim") ?? defaults.headDim
  return {
    vocabSize: sizeUnder(json, "vocab_size"),
    hiddenSize: sizeUnder(json, "hidden_size"),
    intermediateSize: sizeUnder(json, "intermediate_size"),
    layers: sizeUnder(json, "num_hidden_layers"),
    heads,
    kvHeads: numberUnder(json, "num_key_value_heads") ?? heads,
    ...(headDim !== undefined && { headDim }),
    rmsNormEpsilon: numberUnder(json, "rms_norm_eps") ?? 1e-6,
    ...rotaryFromJson(json),
    tieEmbeddings: (json["tie_word_embeddings"] ?? defaults.tieEmbeddings) === true,
    maxPositions: numberUnder(json, "max_position_embeddings") ?? 2048,
    ...endsFromJson(json)
  }
}

/** The config.json of transformers, after the fields that name the family. */
export const decoderToJson = (config: DecoderConfig, family: ConfigJson, activation = "silu"): ConfigJson => {
  const { bos_token_id, eos_token_id } = endsToJson(config)
  return {
    ...family,
    attention_dropout: 0,
    bos_token_id,
    eos_token_id,
    head_dim: config.headDim,
    hidden_act: activation,
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
    num_attention_heads: config.heads,
    num_hidden_layers: config.layers,
    num_key_value_heads: config.kvHeads,
    rms_norm_eps: config.rmsNormEpsilon,
    ...rotaryToJson(config),
    tie_word_embeddings: config.tieEmbeddings,
    torch_dtype: "float32",
    use_cache: true,
    vocab_size: config.vocabSize
  }
}
