// Gemma: scaled embeddings, gains counted from 1, and a feed-forward layer gated by GELU (Gemma team, arXiv 2403.08295).
import { geluTanh, multiply } from "../train/operation.ts"
import type { Architecture } from "./architecture.ts"
import { unsupported } from "./config-fields.ts"
import {
  type DecoderConfig,
  type DecoderShape,
  decoderConfig,
  decoderFromJson,
  decoderToJson
} from "./decoder-config.ts"
import { type DecoderStyle, decoderFamily } from "./decoder-layers.ts"

/** The shape of a Gemma. */
export interface GemmaConfig extends DecoderConfig {
  readonly architecture: "gemma"
}

/** What must be said about a new Gemma; heads are 256 wide and embeddings tied unless said otherwise. */
export interface GemmaShape extends DecoderShape {
  readonly architecture: "gemma"
}

const style: DecoderStyle = {
  gainsFromOne: true,
  gated: (graph, gate, up) => multiply(graph, geluTanh(graph, gate), up)
}

const headDim = 256

const config = (shape: DecoderShape): GemmaConfig =>
  decoderConfig("gemma", { headDim, tieEmbeddings: true, rmsNormEpsilon: 1e-6, ...shape })

/** Gemma, the first; its successors have other layers. */
export const gemma: Architecture<"gemma", GemmaShape, GemmaConfig> = {
  kind: "gemma",
  ...decoderFamily(style),
  config,
  fromJson: (json) => {
    if (json["use_bidirectional_attention"] === true) {
      throw unsupported("use_bidirectional_attention is not supported: a token sees those before it.")
    }
    if (json["attention_bias"] === true) throw unsupported("attention_bias is not supported in Gemma.")
    // "gelu" in old files meant the form by tanh: transformers reads it so.
    const activation = ["gelu_pytorch_tanh", "gelu"]
    return config(decoderFromJson(json, { activation, headDim, tieEmbeddings: true }))
  },
  toJson: (given) => {
    const family = { architectures: ["GemmaForCausalLM"], model_type: "gemma" }
    return decoderToJson(given, family, "gelu_pytorch_tanh")
  },
  embeddingScale: ({ hiddenSize }) => Math.sqrt(hiddenSize),
  initialValue: () => 0
}
