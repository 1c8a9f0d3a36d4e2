// The architecture of a decoder of the Llama kind: its sizes, the names and shapes of its weights, its rotary frequencies.
import { ModelError } from "./model-error.ts"

/** Llama 3's stretching of the rotary frequencies for long contexts. */
export interface RopeScaling {
  readonly factor: number
  readonly lowFrequencyFactor: number
  readonly highFrequencyFactor: number
  readonly originalMaxPositions: number
}

/** The shape of a model; defaults follow `LlamaConfig` of transformers where a field may be left out. */
export interface LlamaConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly rmsNormEpsilon: number
  readonly ropeTheta: number
  readonly ropeScaling?: RopeScaling
  readonly tieEmbeddings: boolean
  /** Linear layers that add a bias, by the last part of their names: none in Llama, q, k and v in Qwen 2. */
  readonly biases: readonly string[]
  readonly maxPositions: number
  readonly bosId?: number
  readonly eosIds: readonly number[]
}

/** What must be said about a new model; the rest has defaults. */
export interface LlamaShape {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads?: number
  readonly headDim?: number
  readonly rmsNormEpsilon?: number
  readonly ropeTheta?: number
  readonly ropeScaling?: RopeScaling
  readonly tieEmbeddings?: boolean
  readonly biases?: readonly string[]
  readonly maxPositions?: number
  readonly bosId?: number
  readonly eosIds?: readonly number[]
}

/** Fills the defaults (ε 1e-5, θ 10000, 2048 positions) and throws `SLUICE_BAD_MODEL_SHAPE` if the heads do not divide. */
export const llamaConfig = (shape: LlamaShape): LlamaConfig => {
  const kvHeads = shape.kvHeads ?? shape.heads
  const headDim = shape.headDim ?? shape.hiddenSize / shape.heads
  if (shape.heads % kvHeads !== 0 || !Number.isInteger(headDim) || headDim % 2 !== 0) {
    throw new ModelError(
      "SLUICE_BAD_MODEL_SHAPE",
      `${shape.heads} heads over ${kvHeads} key-value heads with width ${headDim}: heads must be a multiple of key-value ` +
        "heads, and the width even."
    )
  }
  return {
    vocabSize: shape.vocabSize,
    hiddenSize: shape.hiddenSize,
    intermediateSize: shape.intermediateSize,
    layers: shape.layers,
    heads: shape.heads,
    kvHeads,
    headDim,
    rmsNormEpsilon: shape.rmsNormEpsilon ?? 1e-5,
    ropeTheta: shape.ropeTheta ?? 10_000,
    ...(shape.ropeScaling && { ropeScaling: shape.ropeScaling }),
    tieEmbeddings: shape.tieEmbeddings ?? false,
    biases: shape.biases ?? [],
    maxPositions: shape.maxPositions ?? 2048,
    ...(shape.bosId !== undefined && { bosId: shape.bosId }),
    eosIds: shape.eosIds ?? []
  }
}

/** Sub-modules of layer `index` that are linear, in the order of the forward pass. */
export const linearModules = (index: number): string[] => [
  ...["q_proj", "k_proj", "v_proj", "o_proj"].map((name) => `model.layers.${index}.self_attn.${name}`),
  ...["gate_proj", "up_proj", "down_proj"].map((name) => `model.layers.${index}.mlp.${name}`)
]

/**
 * Name and shape of every weight, linear weights as [out, in] and biases as [out]; `lm_head.weight` is absent when
 * embeddings are tied.
 */
export const llamaWeightShapes = (config: LlamaConfig): Map<string, number[]> => {
  const { hiddenSize, intermediateSize, heads, kvHeads, headDim, vocabSize } = config
  const sizes: Record<string, number[]> = {
    q_proj: [heads * headDim, hiddenSize],
    k_proj: [kvHeads * headDim, hiddenSize],
    v_proj: [kvHeads * headDim, hiddenSize],
    o_proj: [hiddenSize, heads * headDim],
    gate_proj: [intermediateSize, hiddenSize],
    up_proj: [intermediateSize, hiddenSize],
    down_proj: [hiddenSize, intermediateSize]
  }
  const shapes = new Map<string, number[]>([["model.embed_tokens.weight", [vocabSize, hiddenSize]]])
  for (let index = 0; index < config.layers; index++) {
    for (const module of linearModules(index)) {
      const name = module.slice(module.lastIndexOf(".") + 1)
      const size = sizes[name]!
      shapes.set(`${module}.weight`, size)
      if (config.biases.includes(name)) shapes.set(`${module}.bias`, [size[0]!])
    }
    shapes.set(`model.layers.${index}.input_layernorm.weight`, [hiddenSize])
    shapes.set(`model.layers.${index}.post_attention_layernorm.weight`, [hiddenSize])
  }
  shapes.set("model.norm.weight", [hiddenSize])
  if (!config.tieEmbeddings) shapes.set("lm_head.weight", [vocabSize, hiddenSize])
  return shapes
}

/** Rotary frequencies, headDim/2 of them: θ^(−2i/d), stretched when the config asks for Llama 3 scaling. */
export const rotaryFrequencies = (config: LlamaConfig): Float64Array => {
  const { headDim, ropeTheta, ropeScaling } = config
  return Float64Array.from({ length: headDim / 2 }, (_, index) => {
    const frequency = ropeTheta ** ((-2 * index) / headDim)
    if (ropeScaling === undefined) return frequency
    const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = ropeScaling
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
    if (turns > highFrequencyFactor) return frequency
    if (turns < lowFrequencyFactor) return frequency / factor
    const smooth = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })
}
