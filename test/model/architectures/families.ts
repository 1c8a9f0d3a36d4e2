// One small model of each family, with the weights that record.py gave it, and a family that is in no list.
import { decoderNames } from "../../../src/model/architectures/decoder-config.ts"
import type { Architecture, ModelConfig, ModelShape } from "../../../src/model/architectures/architecture.ts"
import { type AnyShape, architectureOf, modelConfig } from "../../../src/model/architectures/index.ts"
import type { CausalModel } from "../../../src/model/model.ts"
import { add, rectify, reshape, rmsNorm } from "../../../src/model/train/operation.ts"
import type { Weight } from "../../../src/model/weights.ts"
import { tinyTokenizer } from "../tiny-model.ts"
import { madeWeight } from "../train/adapters/made-weights.ts"

const sizes = {
  vocabSize: 24,
  hiddenSize: 16,
  intermediateSize: 24,
  layers: 2,
  heads: 4,
  kvHeads: 2,
  headDim: 6,
  maxPositions: 64,
  rmsNormEpsilon: 1e-5
}

const biases = ["q_proj", "k_proj", "v_proj", "o_proj", "gate_proj", "up_proj", "down_proj"]

export const shapes: Readonly<Record<string, AnyShape>> = {
  llama: { architecture: "llama", ...sizes, biases },
  qwen2: { architecture: "qwen2", ...sizes },
  qwen3: { architecture: "qwen3", ...sizes },
  mistral: { architecture: "mistral", ...sizes, window: 3 },
  gemma: { architecture: "gemma", ...sizes },
  gpt2: {
    architecture: "gpt2",
    vocabSize: 24,
    hiddenSize: 16,
    intermediateSize: 24,
    layers: 2,
    heads: 4,
    maxPositions: 64
  }
}

/** [rows, columns] as [columns, rows]. */
const turned = ({ shape, data }: Weight): Weight => {
  const [rows, columns] = shape as [number, number]
  const at = (place: number): number => data[(place % rows) * columns + Math.floor(place / rows)]!
  return { shape: [columns, rows], data: Float32Array.from(data, (_, place) => at(place)) }
}

/** A model whose weights are sines of their places in a file, and of their names. */
export const madeModel = (shape: AnyShape): CausalModel => {
  const config = modelConfig(shape)
  const { weightShapes, isTransposed } = architectureOf(config)
  const weights = new Map(
    [...weightShapes(config)].map(([name, size]) => [
      name,
      isTransposed?.(name) ? turned(madeWeight(name, size.toReversed())) : madeWeight(name, size)
    ])
  )
  return { config, weights, tokenizer: tinyTokenizer() }
}

interface ParallelShape extends ModelShape {
  readonly architecture: "parallel"
}

const square = (name: string): string => `self_attn.${name}`

/** A family nobody published: attention and feed-forward layer read the same norm, and no position is told apart. */
export const parallel: Architecture<"parallel", ParallelShape, ModelConfig> = {
  kind: "parallel",
  names: decoderNames,
  linear: ["q_proj", "k_proj", "v_proj", "down_proj"].map(square),
  config: (shape) => ({
    ...shape,
    tieEmbeddings: true,
    kvHeads: shape.heads,
    headDim: shape.hiddenSize / shape.heads,
    maxPositions: shape.maxPositions ?? 64,
    eosIds: shape.eosIds ?? []
  }),
  fromJson: (json) => json["sizes"] as ModelConfig,
  toJson: (config) => ({ model_type: "parallel", bos_token_id: null, eos_token_id: null, sizes: config }),
  weightShapes: ({ vocabSize, hiddenSize, layers }) =>
    new Map([
      ["model.embed_tokens.weight", [vocabSize, hiddenSize]],
      ...Array.from({ length: layers }, (_, layer): [string, number[]][] => [
        ...parallel.linear.map((name): [string, number[]] => [
          `model.layers.${layer}.${name}.weight`,
          [hiddenSize, hiddenSize]
        ]),
        [`model.layers.${layer}.norm.weight`, [hiddenSize]]
      ]).flat()
    ]),
  hidden: ({ graph, config, binding, input, attend }) => {
    let states = binding.embed(input.ids)
    for (let layer = 0; layer < config.layers; layer++) {
      const module = `model.layers.${layer}`
      const normal = rmsNorm(graph, states, binding.weight(`${module}.norm.weight`), 1e-5)
      const [queries, keys, values] = ["q_proj", "k_proj", "v_proj"].map((name) => {
        const shape = [input.batch, input.time, config.heads, config.headDim]
        return reshape(graph, binding.linear(`${module}.${square(name)}`, normal), shape)
      })
      const attended = attend(layer, queries!, keys!, values!)
      const fed = rectify(graph, binding.linear(`${module}.${square("down_proj")}`, normal))
      states = binding.join({ layer, block: "attention", stream: states, output: add(graph, attended, fed) })
    }
    return states
  }
}

export const parallelShape: ParallelShape = {
  architecture: "parallel",
  vocabSize: 24,
  hiddenSize: 16,
  intermediateSize: 16,
  layers: 2,
  heads: 4
}
