// Bottleneck adapters: small networks down and up again between the layers (Houlsby et al., arXiv 1902.00751).
import type { ModelConfig } from "../../architectures/architecture.ts"
import { architectureOf } from "../../architectures/index.ts"
import type { Weight } from "../../weights.ts"
import { add, affine, multiply, rectify, sigmoid } from "../operation.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"
import type { AdapterMethod, AdapterOf } from "./adapter.ts"
import { dense, normalWeight, uniformWeight } from "./dense.ts"

/**
 * Settings of a bottleneck adapter. `houlsby`: after attention and after the feed-forward layer, on what they answer.
 * `pfeiffer` (arXiv 2005.00247): after the feed-forward layer, on the stream it has joined. `parallel` (arXiv 2110.04366):
 * beside the feed-forward layer, on the stream before it.
 */
export interface BottleneckConfig {
  readonly layout: "houlsby" | "pfeiffer" | "parallel"
  /** The bottleneck is the hidden size divided by this. */
  readonly reduction: number
  readonly activation: "relu" | "swish"
  /** Factor of what is added. */
  readonly scaling: number
}

/** Keys are `<module>.adapter_down.{weight,bias}` and `<module>.adapter_up.{weight,bias}`. */
export type BottleneckAdapter = AdapterOf<"bottleneck", BottleneckConfig>

/** The defaults of each layout in the package `adapters` (adapter_config.py). */
const defaults: Readonly<Record<BottleneckConfig["layout"], Omit<BottleneckConfig, "layout">>> = {
  houlsby: { reduction: 16, activation: "swish", scaling: 1 },
  pfeiffer: { reduction: 16, activation: "relu", scaling: 1 },
  parallel: { reduction: 2, activation: "relu", scaling: 4 }
}

type Block = "attention" | "feedForward"

const folders: Readonly<Record<Block, string>> = { attention: "attention_adapters", feedForward: "output_adapters" }

const moduleName = (model: ModelConfig, layer: number, block: Block): string =>
  `${architectureOf(model).names.layers}.${layer}.${folders[block]}`

/**
 * Normal with deviation 0.02; a parallel network, whose input no norm has tamed, starts as LoRA does: down uniform in
 * ±1/√in, up zero (the package's `mam_adapter`).
 */
const startOf = (
  layout: BottleneckConfig["layout"],
  seed: number,
  name: string,
  [out, width]: readonly [number, number]
): Weight => {
  if (layout !== "parallel") return normalWeight(seed, name, [out, width], 0.02)
  if (name.endsWith("adapter_up")) return { shape: [out, width], data: new Float32Array(out * width) }
  return uniformWeight(seed, name, [out, width])
}

/**
 * A fresh adapter in the layout `pfeiffer` unless said otherwise, with that layout's defaults; biases are 0, and it
 * changes next to nothing yet.
 */
export const createBottleneck = (
  { config: model }: { readonly config: ModelConfig },
  options: Partial<BottleneckConfig> & { readonly seed?: number } = {}
): BottleneckAdapter => {
  const { layout = "pfeiffer", seed = 0, ...given } = options
  const config: BottleneckConfig = { layout, ...defaults[layout], ...given }
  const width = model.hiddenSize
  const narrow = Math.max(1, Math.floor(width / config.reduction))
  const weights = new Map<string, Weight>()
  const blocks: readonly Block[] = layout === "houlsby" ? ["attention", "feedForward"] : ["feedForward"]
  for (let layer = 0; layer < model.layers; layer++) {
    for (const block of blocks) {
      for (const [part, shape] of [
        ["adapter_down", [narrow, width]],
        ["adapter_up", [width, narrow]]
      ] as const) {
        const name = `${moduleName(model, layer, block)}.${part}`
        weights.set(`${name}.weight`, startOf(layout, seed, name, shape))
        weights.set(`${name}.bias`, { shape: [shape[0]], data: new Float32Array(shape[0]) })
      }
    }
  }
  return { kind: "bottleneck", config, weights }
}

/** scaling · (W_up f(W_down x + b_down) + b_up). */
const correction = (
  graph: TensorGraph,
  config: BottleneckConfig,
  tensors: ReadonlyMap<string, Tensor>,
  module: string,
  input: Tensor
): Tensor => {
  const down = dense(graph, tensors, `${module}.adapter_down`, input)
  const bent = config.activation === "relu" ? rectify(graph, down) : multiply(graph, down, sigmoid(graph, down))
  const up = affine(graph, bent, tensors.get(`${module}.adapter_up.weight`)!, {
    bias: tensors.get(`${module}.adapter_up.bias`)!
  })
  return config.scaling === 1 ? up : multiply(graph, up, graph.scalar(config.scaling))
}

const layouts = ["houlsby", "pfeiffer", "parallel"] as const

/**
 * Bottleneck adapters. PEFT has none: the files are laid out as PEFT's, with `peft_type` "BOTTLENECK" and the module names
 * of the package `adapters`, and only sluice reads them.
 */
export const bottleneck: AdapterMethod<"bottleneck", BottleneckConfig> = {
  kind: "bottleneck",
  peftType: "BOTTLENECK",
  shapeOf: (model, name) => {
    const { hiddenSize, layers } = model
    const start = `${architectureOf(model).names.layers}.`
    const rest = name.startsWith(start) ? name.slice(start.length) : ""
    const [, layer, part] = /^(\d+)\.\w+_adapters\.(adapter_\w+\.\w+)$/.exec(rest) ?? []
    if (layer === undefined || Number(layer) >= layers) return undefined
    if (part === "adapter_down.weight") return [undefined, hiddenSize]
    if (part === "adapter_down.bias") return [undefined]
    if (part === "adapter_up.weight") return [hiddenSize, undefined]
    return part === "adapter_up.bias" ? [hiddenSize] : undefined
  },
  build: ({ graph, model, config, tensors }) => ({
    join: ({ layer, block, stream, output, plain }) => {
      const module = moduleName(model, layer, block)
      if (!tensors.has(`${module}.adapter_down.weight`)) return plain(output)
      const joined = plain(output)
      const seen = { houlsby: output, pfeiffer: joined, parallel: stream }[config.layout]
      return add(graph, joined, correction(graph, config, tensors, module, seen))
    }
  }),
  toPeft: ({ config, weights }) => ({
    json: {
      layout: config.layout,
      reduction_factor: config.reduction,
      non_linearity: config.activation,
      scaling: config.scaling
    },
    weights
  }),
  fromPeft: ({ json, weights }, refused) => {
    const layout = layouts.find((known) => known === json["layout"])
    if (layout === undefined) refused.push(`layout ${String(json["layout"])}`)
    const activation = json["non_linearity"] === "swish" ? "swish" : "relu"
    const config: BottleneckConfig = {
      layout: layout ?? "pfeiffer",
      reduction: Number(json["reduction_factor"]),
      activation,
      scaling: Number(json["scaling"] ?? 1)
    }
    return { kind: "bottleneck", config, weights }
  }
}
