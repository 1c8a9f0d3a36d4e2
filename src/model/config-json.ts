// The config.json of transformers for Llama and Qwen 2, in both spellings of the rotary settings.
import { type LlamaConfig, llamaConfig, type RopeScaling } from "./llama-config.ts"
import { ModelError } from "./model-error.ts"

type Json = Readonly<Record<string, unknown>>

const attention = ["q_proj", "k_proj", "v_proj", "o_proj"]
const feedForward = ["gate_proj", "up_proj", "down_proj"]

/** Layers with a bias in Qwen 2, whose config.json does not say so. */
export const qwen2Biases: readonly string[] = ["q_proj", "k_proj", "v_proj"]

const same = (left: readonly string[], right: readonly string[]): boolean =>
  left.length === right.length && left.every((name) => right.includes(name))

/** The architecture that has exactly these biases, in the words of transformers. */
const architecture = (biases: readonly string[]): Json => {
  if (same(biases, qwen2Biases)) {
    return { architectures: ["Qwen2ForCausalLM"], model_type: "qwen2", use_sliding_window: false }
  }
  const [ofAttention, ofFeedForward] = [attention, feedForward].map((names) =>
    names.some((name) => biases.includes(name))
  )
  const expected = [...(ofAttention ? attention : []), ...(ofFeedForward ? feedForward : [])]
  if (same(biases, expected)) {
    const flags = { attention_bias: ofAttention, mlp_bias: ofFeedForward }
    return { architectures: ["LlamaForCausalLM"], model_type: "llama", ...flags }
  }
  throw new ModelError("SLUICE_UNSUPPORTED_MODEL", `No architecture has biases on ${biases.join(", ")} alone.`)
}

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
    ...architecture(config.biases),
    attention_dropout: 0,
    bos_token_id: config.bosId ?? null,
    eos_token_id: config.eosIds.length === 0 ? null : config.eosIds.length === 1 ? config.eosIds[0] : config.eosIds,
    head_dim: config.headDim,
    hidden_act: "silu",
    hidden_size: config.hiddenSize,
    initializer_range: 0.02,
    intermediate_size: config.intermediateSize,
    max_position_embeddings: config.maxPositions,
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

const readBiases = (json: Json): readonly string[] => {
  if (json.model_type === "qwen2") return qwen2Biases
  return [...(json.attention_bias === true ? attention : []), ...(json.mlp_bias === true ? feedForward : [])]
}

/** Why a model of these settings cannot be computed here, undefined when it can. */
const refusal = (json: Json): string | undefined => {
  if (json.model_type !== "llama" && json.model_type !== "qwen2") {
    return `model_type "${json.model_type}" is not supported; "llama" (with SmolLM) and "qwen2" are.`
  }
  const activation = json.hidden_act ?? "silu"
  if (activation !== "silu") return `hidden_act "${activation}" is not supported; "silu" is.`
  if (json.use_sliding_window === true) return "use_sliding_window is not supported: every layer sees all positions."
  if (json.quantization_config !== undefined && json.quantization_config !== null) {
    return "Weights quantised by quantization_config are not read; safetensors of F32, F16 and BF16, and GGUF files are."
  }
  return undefined
}

const sizes = ["vocab_size", "hidden_size", "intermediate_size", "num_hidden_layers", "num_attention_heads"]

/**
 * Reads a config.json. Throws `SLUICE_UNSUPPORTED_MODEL` for other architectures, activations and rotary types, and
 * `SLUICE_BAD_MODEL_SHAPE` where a size is missing.
 */
export const fromConfigJson = (json: Json): LlamaConfig => {
  const refused = refusal(json)
  if (refused !== undefined) throw new ModelError("SLUICE_UNSUPPORTED_MODEL", refused)
  for (const key of sizes) {
    const value = json[key]
    if (typeof value === "number" && Number.isInteger(value) && value > 0) continue
    throw new ModelError("SLUICE_BAD_MODEL_SHAPE", `${key} is ${JSON.stringify(value)}; a number above 0 is needed.`)
  }
  const rope = { ...(json.rope_scaling as Json | null), ...(json.rope_parameters as Json | null | undefined) }
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
    biases: readBiases(json),
    maxPositions: number("max_position_embeddings") ?? 2048,
    ...(bosId !== undefined && { bosId }),
    eosIds: Array.isArray(eos) ? eos.map(Number) : typeof eos === "number" ? [eos] : []
  })
}
