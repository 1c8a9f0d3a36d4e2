// Qwen 2 and 2.5: Llama's layers with biases on queries, keys and values.
import type { Architecture } from "./architecture.ts"
import { unsupported } from "./config-fields.ts"
import {
  type DecoderConfig,
  type DecoderShape,
  decoderConfig,
  decoderFromJson,
  decoderToJson
} from "./decoder-config.ts"
import { decoderFamily } from "./decoder-layers.ts"

/** The shape of a Qwen 2. */
export interface Qwen2Config extends DecoderConfig {
  readonly architecture: "qwen2"
}

/** What must be said about a new Qwen 2. */
export interface Qwen2Shape extends DecoderShape {
  readonly architecture: "qwen2"
}

/** Layers with a bias, of which config.json does not speak. */
const biases = ["q_proj", "k_proj", "v_proj"]

const config = (shape: DecoderShape): Qwen2Config => decoderConfig("qwen2", shape, biases)

/** Qwen 2. */
export const qwen2: Architecture<"qwen2", Qwen2Shape, Qwen2Config> = {
  kind: "qwen2",
  ...decoderFamily(),
  config,
  fromJson: (json) => {
    if (json["use_sliding_window"] === true) {
      throw unsupported("use_sliding_window is not supported: every layer of a Qwen 2 sees all positions.")
    }
    return config(decoderFromJson(json, { activation: ["silu"] }))
  },
  toJson: (given) =>
    decoderToJson(given, { architectures: ["Qwen2ForCausalLM"], model_type: "qwen2", use_sliding_window: false }),
  gguf: {
    name: "qwen2",
    isInterleaved: false,
    shape: (sizes) => ({ ...sizes, architecture: "qwen2" })
  }
}
