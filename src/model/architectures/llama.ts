// Llama, and what is laid out as it: SmolLM, TinyLlama.
import type { Architecture, ConfigJson } from "./architecture.ts"
import { unsupported } from "./config-fields.ts"
import {
  attentionModules,
  type DecoderConfig,
  type DecoderShape,
  decoderConfig,
  decoderFromJson,
  decoderToJson,
  feedForwardModules
} from "./decoder-config.ts"
import { decoderFamily } from "./decoder-layers.ts"

/** The shape of a Llama; defaults follow `LlamaConfig` of transformers where a field may be left out. */
export interface LlamaConfig extends DecoderConfig {
  readonly architecture: "llama"
}

/** What must be said about a new Llama; the rest has defaults. */
export interface LlamaShape extends DecoderShape {
  readonly architecture?: "llama"
  /** Linear layers that add a bias: those of attention, of the feed-forward layer, or all. */
  readonly biases?: readonly string[]
}

/** Fills the defaults (ε 1e-5, θ 10000, 2048 positions, no biases) and throws `SLUICE_BAD_MODEL_SHAPE`. */
export const llamaConfig = (shape: LlamaShape): LlamaConfig => decoderConfig("llama", shape, shape.biases)

const families = [
  ["attention_bias", attentionModules],
  ["mlp_bias", feedForwardModules]
] as const

/** The flags that mean exactly these biases. */
const flagsOf = (biases: readonly string[]): ConfigJson => {
  const flags = families.map(([flag, modules]) => [flag, modules.some((name) => biases.includes(name))] as const)
  const meant = families.flatMap(([, modules], at) => (flags[at]![1] ? modules : []))
  if (meant.length === biases.length && meant.every((name) => biases.includes(name))) return Object.fromEntries(flags)
  throw unsupported(`No Llama has biases on ${biases.join(", ")} alone.`)
}

/** Llama. */
export const llama: Architecture<"llama", LlamaShape, LlamaConfig> = {
  kind: "llama",
  ...decoderFamily(),
  config: llamaConfig,
  fromJson: (json) => {
    const biases = families.flatMap(([flag, modules]) => (json[flag] === true ? modules : []))
    return llamaConfig({ ...decoderFromJson(json, { activation: ["silu"] }), biases })
  },
  toJson: (config) => {
    const family = { architectures: ["LlamaForCausalLM"], model_type: "llama", ...flagsOf(config.biases) }
    return decoderToJson(config, family)
  },
  gguf: {
    name: "llama",
    isInterleaved: true,
    shape: (sizes, biases) => ({ ...sizes, biases })
  }
}
