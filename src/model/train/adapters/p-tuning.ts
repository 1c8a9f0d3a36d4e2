// P-tuning: embeddings before every text that a small network makes while they are learned (Liu et al., arXiv 2103.10385).
import type { Weight } from "../../weights.ts"
import { rectify } from "../operation.ts"
import type { AdaptedModel, AdapterMethod, AdapterOf } from "./adapter.ts"
import { dense, denseRows, denseWeights, mapped, normalWeight } from "./dense.ts"
import { checkTokens, promptKey } from "./prompt.ts"

/** Settings of P-tuning with the encoder that PEFT calls MLP: three dense layers, rectified between them. */
export interface PTuningConfig {
  readonly tokens: number
  /** Width of the encoder's inner layers. */
  readonly encoderHidden: number
}

/**
 * In training the keys are `embedding.weight` [tokens, hidden] and `mlp_head.{0,2,4}.{weight,bias}`; saved and loaded it is
 * what the encoder makes of them, `prompt_embeddings` [tokens, hidden].
 */
export type PTuningAdapter = AdapterOf<"p-tuning", PTuningConfig>

const layers = ["mlp_head.0", "mlp_head.2", "mlp_head.4"] as const

/** A fresh encoder, as PyTorch starts its parts; 20 tokens, as wide as the model. Throws `SLUICE_BAD_ADAPTER`. */
export const createPTuning = (
  { config: model }: Pick<AdaptedModel, "config">,
  options: Partial<PTuningConfig> & { readonly seed?: number } = {}
): PTuningAdapter => {
  const width = model.hiddenSize
  const { tokens = 20, encoderHidden = width, seed = 0 } = options
  checkTokens(tokens)
  const weights = new Map<string, Weight>([
    ["embedding.weight", normalWeight(seed, "embedding.weight", [tokens, width], 1)],
    ...denseWeights(seed, layers[0], [encoderHidden, width]),
    ...denseWeights(seed, layers[1], [encoderHidden, encoderHidden]),
    ...denseWeights(seed, layers[2], [width, encoderHidden])
  ])
  return { kind: "p-tuning", config: { tokens, encoderHidden }, weights }
}

const relu = (value: number): number => Math.max(0, value)

const encoded = (weights: ReadonlyMap<string, Weight>): Weight => {
  const known = weights.get(promptKey)
  if (known !== undefined) return known
  const first = mapped(denseRows(weights, layers[0], weights.get("embedding.weight")!), relu)
  return denseRows(weights, layers[2], mapped(denseRows(weights, layers[1], first), relu))
}

/** P-tuning. */
export const pTuning: AdapterMethod<"p-tuning", PTuningConfig> = {
  kind: "p-tuning",
  peftType: "P_TUNING",
  shapeOf: ({ hiddenSize }, name) => {
    if (name === promptKey || name === "embedding.weight") return [undefined, hiddenSize]
    if (name === `${layers[0]}.weight`) return [undefined, hiddenSize]
    if (name === `${layers[2]}.weight`) return [hiddenSize, undefined]
    if (name === `${layers[2]}.bias`) return [hiddenSize]
    if (name === `${layers[1]}.weight`) return [undefined, undefined]
    return layers.some((layer) => name === `${layer}.bias`) ? [undefined] : undefined
  },
  build: ({ graph, tensors }) => {
    const known = tensors.get(promptKey)
    if (known !== undefined) return { virtual: known }
    const first = rectify(graph, dense(graph, tensors, layers[0], tensors.get("embedding.weight")!))
    const second = rectify(graph, dense(graph, tensors, layers[1], first))
    return { virtual: dense(graph, tensors, layers[2], second) }
  },
  virtualTokens: ({ tokens }) => tokens,
  toPeft: ({ config, weights }, model) => ({
    json: {
      num_virtual_tokens: config.tokens,
      token_dim: encoded(weights).shape[1],
      num_transformer_submodules: 1,
      num_attention_heads: model?.heads ?? null,
      num_layers: model?.layers ?? null,
      encoder_reparameterization_type: "MLP",
      encoder_hidden_size: config.encoderHidden,
      encoder_num_layers: 2,
      encoder_dropout: 0
    },
    weights: new Map([[promptKey, encoded(weights)]])
  }),
  fromPeft: ({ json, weights }, refused) => {
    if (!weights.has(promptKey)) refused.push(`no ${promptKey}`)
    const config = {
      tokens: Number(json["num_virtual_tokens"]),
      encoderHidden: Number(json["encoder_hidden_size"] ?? json["token_dim"])
    }
    return { kind: "p-tuning", config, weights }
  }
}
