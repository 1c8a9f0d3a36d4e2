// Qwen 3: Llama's layers with a norm on each head's queries and keys (Qwen team, arXiv 2505.09388, section 2).
import type { Architecture } from "./architecture.ts"
import { unsupported } from "./config-fields.ts"
import {
  attentionModules,
  type DecoderConfig,
  type DecoderShape,
  decoderConfig,
  decoderFromJson,
  decoderToJson
} from "./decoder-config.ts"
import { type DecoderStyle, decoderFamily } from "./decoder-layers.ts"

/** The shape of a Qwen 3. */
export interface Qwen3Config extends DecoderConfig {
  readonly architecture: "qwen3"
}

/** What must be said about a new Qwen 3; heads are 128 wide unless said otherwise. */
export interface Qwen3Shape extends DecoderShape {
  readonly architecture: "qwen3"
  /** The linear layers of attention, if they add a bias; none does in the published models. */
  readonly biases?: readonly string[]
}

const style: DecoderStyle = { headNorms: true }

const headDim = 128

const config = (shape: Omit<Qwen3Shape, "architecture">): Qwen3Config =>
  decoderConfig("qwen3", { headDim, ...shape }, shape.biases)

/** Qwen 3, dense. */
export const qwen3: Architecture<"qwen3", Qwen3Shape, Qwen3Config> = {
  kind: "qwen3",
  ...decoderFamily(style),
  config,
  fromJson: (json) => {
    if (json["use_sliding_window"] === true) {
      throw unsupported("use_sliding_window is not supported: every layer of a Qwen 3 sees all positions.")
    }
    const biases = json["attention_bias"] === true ? attentionModules : []
    return config({ ...decoderFromJson(json, { activation: ["silu"], headDim }), biases })
  },
  toJson: (given) =>
    decoderToJson(given, {
      architectures: ["Qwen3ForCausalLM"],
      model_type: "qwen3",
      attention_bias: given.biases.length > 0,
      use_sliding_window: false
    }),
  gguf: {
    name: "qwen3",
    isInterleaved: false,
    modules: { attn_q_norm: "q_norm", attn_k_norm: "k_norm" },
    shape: (sizes, biases) => ({ ...sizes, architecture: "qwen3", biases })
  }
}
