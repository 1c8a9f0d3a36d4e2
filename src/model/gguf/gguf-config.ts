// What a GGUF file's metadata says of a model's shape, for the architectures that can be computed.
import type { Architecture, GgufLayout, ModelConfig } from "../architectures/architecture.ts"
import type { DecoderConfig } from "../architectures/decoder-config.ts"
import { architectures } from "../architectures/index.ts"
import { type RopeScaling, rotaryFrequencies } from "../architectures/rotary.ts"
import { ModelError } from "../model-error.ts"
import type { GgufHead, GgufValue } from "./gguf-file.ts"

/** Llama 3's stretching, which converters keep as one divisor per frequency: those of 3.1 (8) and 3.2 (32). */
const stretchings: readonly RopeScaling[] = [8, 32].map((factor) => ({
  factor,
  lowFrequencyFactor: 1,
  highFrequencyFactor: 4,
  originalMaxPositions: 8192
}))

/** The stretching whose frequencies are those of `config` over `divisors`; throws where there is none. */
export const stretchingOf = (config: DecoderConfig, divisors: Float32Array): RopeScaling => {
  const { ropeScaling: _none, ...unstretched } = config
  const plain = rotaryFrequencies(unstretched)
  const found = stretchings.find((ropeScaling) => {
    const stretched = rotaryFrequencies({ ...config, ropeScaling })
    return divisors.every((divisor, at) => Math.abs(plain[at]! / divisor / stretched[at]! - 1) < 1e-4)
  })
  if (found !== undefined) return found
  throw new ModelError("SLUICE_UNSUPPORTED_MODEL", "rope_freqs.weight is no stretching of Llama 3.1 or 3.2.")
}

/** A family that GGUF files are read of. */
type GgufFamily = Architecture & { readonly gguf: GgufLayout<never> }

/** Families by the names that GGUF files give them. */
const layouts: ReadonlyMap<string, GgufFamily> = new Map(
  [...architectures.values()]
    .filter((family): family is GgufFamily => family.gguf !== undefined)
    .map((family) => [family.gguf.name, family])
)

const layoutOf = ({ metadata }: GgufHead): GgufFamily => layouts.get(String(metadata.get("general.architecture")))!

const unsupported = (message: string): ModelError => new ModelError("SLUICE_UNSUPPORTED_MODEL", message)

/** The number under `key`; throws `SLUICE_BAD_GGUF` where it is missing and `fallback` is not given. */
export const numberIn = (metadata: ReadonlyMap<string, GgufValue>, key: string, fallback?: number): number => {
  const value = metadata.get(key) ?? fallback
  if (typeof value === "number") return value
  throw new ModelError("SLUICE_BAD_GGUF", `The metadata has no number ${key}.`)
}

const optionalNumber = (metadata: ReadonlyMap<string, GgufValue>, key: string): number | undefined =>
  metadata.has(key) ? numberIn(metadata, key) : undefined

/** Why a file cannot be computed, undefined when it can. */
const refusal = (metadata: ReadonlyMap<string, GgufValue>, architecture: GgufValue | undefined): string | undefined => {
  if (!layouts.has(String(architecture))) {
    const known = [...layouts.keys()].map((name) => `"${name}"`).join(", ")
    return `general.architecture "${architecture}" is not supported; ${known} are.`
  }
  if (numberIn(metadata, `${architecture}.expert_count`, 0) > 0) return "A mixture of experts is not supported."
  if (numberIn(metadata, "split.count", 1) > 1) {
    return "A model split over several GGUF files is not read; join them with llama-gguf-split --merge."
  }
  const stretching = metadata.get(`${architecture}.rope.scaling.type`) ?? "none"
  return stretching === "none" ? undefined : `rope.scaling.type "${stretching}" is not supported.`
}

/** Ids that end an answer, by the keys that name them. */
const endIds = (metadata: ReadonlyMap<string, GgufValue>): number[] => {
  const keys = ["eos", "eot", "eom"].map((end) => `tokenizer.ggml.${end}_token_id`)
  return [...new Set(keys.flatMap((key) => optionalNumber(metadata, key) ?? []))]
}

const module: Readonly<Record<string, string>> = {
  attn_q: "q_proj",
  attn_k: "k_proj",
  attn_v: "v_proj",
  attn_output: "o_proj",
  ffn_gate: "gate_proj",
  ffn_up: "up_proj",
  ffn_down: "down_proj"
}

/** A weight's name in the file, from its Hugging Face name. */
export const ggufName = (head: GgufHead, name: string): string => {
  const whole = new Map([
    ["model.embed_tokens.weight", "token_embd.weight"],
    ["model.norm.weight", "output_norm.weight"],
    ["lm_head.weight", "output.weight"]
  ]).get(name)
  if (whole !== undefined) return whole
  const [, layer, rest] = /^model\.layers\.(\d+)\.(.*)$/.exec(name)!
  if (rest === "input_layernorm.weight") return `blk.${layer}.attn_norm.weight`
  if (rest === "post_attention_layernorm.weight") return `blk.${layer}.ffn_norm.weight`
  const [, last, kind] = rest!.split(".")
  const names = { ...module, ...layoutOf(head).gguf.modules }
  const short = Object.keys(names).find((key) => names[key] === last)!
  return `blk.${layer}.${short}.${kind}`
}

/** Whether the file keeps a weight's rows in the order of interleaved rotary pairs: queries and keys of some families. */
export const isInterleaved = (head: GgufHead, name: string): boolean =>
  layoutOf(head).gguf.isInterleaved && /\.(q|k)_proj\.(weight|bias)$/.test(name)

/**
 * The shape that the head describes. Throws `SLUICE_UNSUPPORTED_MODEL` for other architectures, experts, split files and
 * stretched rotary angles, `SLUICE_BAD_GGUF` where a number is missing.
 */
export const ggufConfig = (head: GgufHead): ModelConfig => {
  const { metadata, tensors } = head
  const architecture = metadata.get("general.architecture")
  const refused = refusal(metadata, architecture)
  if (refused !== undefined) throw unsupported(refused)
  const names = new Set(tensors.map(({ name }) => name))
  const key = (rest: string): string => `${architecture}.${rest}`
  const hiddenSize = numberIn(metadata, key("embedding_length"))
  const heads = numberIn(metadata, key("attention.head_count"))
  const headDim = numberIn(metadata, key("attention.key_length"), hiddenSize / heads)
  const turned = numberIn(metadata, key("rope.dimension_count"), headDim)
  if (turned !== headDim) throw unsupported(`Rotary angles on ${turned} of ${headDim} values are not supported.`)
  const given = Object.keys(module).filter((short) => names.has(`blk.0.${short}.bias`))
  const biases = given.map((short) => module[short]!)
  const bosId = optionalNumber(metadata, "tokenizer.ggml.bos_token_id")
  const embedding = tensors.find(({ name }) => name === "token_embd.weight")
  const { config, gguf } = layoutOf(head)
  const common = {
    vocabSize: embedding?.shape[0] ?? numberIn(metadata, key("vocab_size")),
    hiddenSize,
    intermediateSize: numberIn(metadata, key("feed_forward_length")),
    layers: numberIn(metadata, key("block_count")),
    heads,
    kvHeads: numberIn(metadata, key("attention.head_count_kv"), heads),
    headDim,
    rmsNormEpsilon: Number(numberIn(metadata, key("attention.layer_norm_rms_epsilon")).toPrecision(7)),
    ropeTheta: numberIn(metadata, key("rope.freq_base"), 10_000),
    tieEmbeddings: !names.has("output.weight"),
    maxPositions: numberIn(metadata, key("context_length")),
    ...(bosId !== undefined && { bosId }),
    eosIds: endIds(metadata)
  }
  return config(gguf.shape(common, biases))
}
