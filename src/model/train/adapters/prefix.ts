// Prefix tuning: learned keys and values before those of every layer (Li and Liang, arXiv 2101.00190).
import type { Weight } from "../../weights.ts"
import { hyperbolicTangent } from "../operation.ts"
import type { Tensor } from "../tensor-graph.ts"
import type { AdaptedModel, AdapterMethod, AdapterOf } from "./adapter.ts"
import { dense, denseRows, denseWeights, mapped, normalWeight } from "./dense.ts"
import { checkTokens, promptKey } from "./prompt.ts"

/** Settings of a prefix. */
export interface PrefixConfig {
  /** Keys and values that are put before each layer's own. */
  readonly tokens: number
  /** Learn them through a network of two layers with tanh between, which is left out once they are saved. */
  readonly projection: boolean
  /** Width of that network's inner layer. */
  readonly encoderHidden: number
}

/**
 * Keys are `<layer>.key` and `<layer>.value` [tokens, kvHeads · headDim]; with projection, in training, `embedding.weight`
 * [tokens, kvHeads · headDim], `transform.0.{weight,bias}` and `<layer>.{key,value}.{weight,bias}`. On disk it is one
 * tensor `prompt_embeddings` [tokens, layers · 2 · kvHeads · headDim], as in PEFT.
 */
export type PrefixAdapter = AdapterOf<"prefix", PrefixConfig>

const sides = ["key", "value"] as const

const stateNames = (layers: number): string[] =>
  Array.from({ length: layers }, (_, layer) => sides.map((side) => `${layer}.${side}`)).flat()

/**
 * A fresh prefix of 20 tokens: normal values of deviation 1 as PEFT starts, or with `projection` a network as PyTorch
 * starts its parts, as wide inside as the keys of a layer. Throws `SLUICE_BAD_ADAPTER`.
 */
export const createPrefix = (
  { config: model }: Pick<AdaptedModel, "config">,
  options: Partial<PrefixConfig> & { readonly seed?: number } = {}
): PrefixAdapter => {
  const width = model.kvHeads * model.headDim
  const { tokens = 20, projection = false, encoderHidden = width, seed = 0 } = options
  checkTokens(tokens)
  const config: PrefixConfig = { tokens, projection, encoderHidden }
  const names = stateNames(model.layers)
  const weights = projection
    ? new Map<string, Weight>([
        ["embedding.weight", normalWeight(seed, "embedding.weight", [tokens, width], 1)],
        ...denseWeights(seed, "transform.0", [encoderHidden, width]),
        ...names.flatMap((name) => denseWeights(seed, name, [width, encoderHidden]))
      ])
    : new Map(names.map((name) => [name, normalWeight(seed, name, [tokens, width], 1)]))
  return { kind: "prefix", config, weights }
}

/** The states themselves, out of the network if there is one. */
const states = (weights: ReadonlyMap<string, Weight>): Weight[] => {
  const layers = [...weights.keys()].filter((name) => /^\d+\.key(\.weight)?$/.test(name)).length
  const names = stateNames(layers)
  const embedding = weights.get("embedding.weight")
  if (embedding === undefined) return names.map((name) => weights.get(name)!)
  const inner = mapped(denseRows(weights, "transform.0", embedding), Math.tanh)
  return names.map((name) => denseRows(weights, name, inner))
}

/** Columns of one tensor, side by side [tokens, parts · width]. */
const joined = (parts: readonly Weight[]): Weight => {
  const [tokens, width] = parts[0]!.shape as [number, number]
  const data = new Float32Array(tokens * width * parts.length)
  parts.forEach((part, place) => {
    for (let token = 0; token < tokens; token++) {
      const row = part.data.subarray(token * width, (token + 1) * width)
      data.set(row, (token * parts.length + place) * width)
    }
  })
  return { shape: [tokens, width * parts.length], data }
}

const parted = ({ shape, data }: Weight, layers: number): Map<string, Weight> => {
  const [tokens, total] = shape as [number, number]
  const width = total / (2 * layers)
  return new Map(
    stateNames(layers).map((name, place) => {
      const part = new Float32Array(tokens * width)
      for (let token = 0; token < tokens; token++) {
        part.set(data.subarray(token * total + place * width, token * total + (place + 1) * width), token * width)
      }
      return [name, { shape: [tokens, width], data: part }]
    })
  )
}

/** Prefix tuning. */
export const prefix: AdapterMethod<"prefix", PrefixConfig> = {
  kind: "prefix",
  peftType: "PREFIX_TUNING",
  shapeOf: (model, name) => {
    const width = model.kvHeads * model.headDim
    if (name === "embedding.weight" || name === "transform.0.weight") return [undefined, width]
    if (name === "transform.0.bias") return [undefined]
    const [, layer, part] = /^(\d+)\.(?:key|value)(\.weight|\.bias)?$/.exec(name) ?? []
    if (layer === undefined || Number(layer) >= model.layers) return undefined
    if (part === undefined) return [undefined, width]
    return part === ".bias" ? [width] : [width, undefined]
  },
  build: ({ graph, config, tensors }) => {
    const embedding = tensors.get("embedding.weight")
    const inner = embedding && hyperbolicTangent(graph, dense(graph, tensors, "transform.0", embedding))
    const state = (name: string): Tensor => {
      return inner === undefined ? tensors.get(name)! : dense(graph, tensors, name, inner)
    }
    return {
      prefix: {
        count: config.tokens,
        states: (layer) => ({ keys: state(`${layer}.key`), values: state(`${layer}.value`) })
      }
    }
  },
  toPeft: ({ config, weights }, model) => {
    const parts = states(weights)
    return {
      json: {
        num_virtual_tokens: config.tokens,
        token_dim: parts[0]!.shape[1],
        num_transformer_submodules: 1,
        num_attention_heads: model?.kvHeads ?? null,
        num_layers: parts.length / 2,
        encoder_hidden_size: config.encoderHidden,
        prefix_projection: config.projection
      },
      weights: new Map([[promptKey, joined(parts)]])
    }
  },
  fromPeft: ({ json, weights }, refused) => {
    const known = weights.get(promptKey)
    if (known === undefined) refused.push(`no ${promptKey}`)
    const layers = Number(json["num_layers"])
    const config: PrefixConfig = {
      tokens: Number(json["num_virtual_tokens"]),
      projection: json["prefix_projection"] === true,
      encoderHidden: Number(json["encoder_hidden_size"] ?? json["token_dim"])
    }
    return { kind: "prefix", config, weights: known === undefined ? weights : parted(known, layers) }
  }
}
