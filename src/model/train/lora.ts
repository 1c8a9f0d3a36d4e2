// LoRA: a low-rank correction next to frozen linear layers (Hu et al., arXiv 2106.09685), in PEFT's terms and defaults.
import { linearModules, type LlamaConfig, llamaWeightShapes } from "../llama-config.ts"
import { ModelError } from "../model-error.ts"
import { seededRandom } from "../random.ts"
import type { Weight, Weights } from "../weights.ts"
import type { GraphAdapter } from "./binding.ts"
import { affine } from "./operation.ts"
import type { Tensor } from "./tensor-graph.ts"

/** Settings of a LoRA adapter. */
export interface LoraConfig {
  readonly rank: number
  readonly alpha: number
  /** Last parts of module paths, such as `q_proj`. */
  readonly targets: readonly string[]
  /** Divide alpha by √rank instead of rank (Kalajdzievski, arXiv 2312.03732). */
  readonly rankStabilised: boolean
}

/** A trained or fresh adapter; keys are `<module>.lora_A.weight` [rank, in] and `<module>.lora_B.weight` [out, rank]. */
export interface LoraAdapter {
  readonly kind: "lora"
  readonly config: LoraConfig
  readonly weights: Weights
}

/** The factor of the correction: α/r, or α/√r when rank-stabilised. */
export const loraScale = (config: LoraConfig): number =>
  config.alpha / (config.rankStabilised ? Math.sqrt(config.rank) : config.rank)

/** Modules of `model` that `config` targets; throws `SLUICE_NO_LORA_TARGET` when a target names none. */
export const loraModules = (model: LlamaConfig, config: LoraConfig): string[] => {
  const modules = Array.from({ length: model.layers }, (_, index) => linearModules(index)).flat()
  for (const target of config.targets) {
    if (modules.some((module) => module.endsWith(`.${target}`))) continue
    throw new ModelError("SLUICE_NO_LORA_TARGET", `No linear layer of the model is named "${target}".`, { target })
  }
  return modules.filter((module) => config.targets.some((target) => module.endsWith(`.${target}`)))
}

/**
 * A fresh adapter: A uniform in ±1/√in (PEFT's Kaiming start with a = √5), B zero, so that it changes nothing yet.
 * Defaults as in PEFT: rank 8, alpha 8, targets q_proj and v_proj.
 *
 * @example
 * import { createLora, createModel, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const { weights } = createLora(createModel(tokenizer, shape), { rank: 2, targets: ["q_proj"] })
 * Array.from(weights, ([name, { shape }]) => ({ name, shape }))
 * // → [
 * //   { name: "model.layers.0.self_attn.q_proj.lora_A.weight", shape: [2, 16] },
 * //   { name: "model.layers.0.self_attn.q_proj.lora_B.weight", shape: [16, 2] }
 * // ]
 */
export const createLora = (
  model: { readonly config: LlamaConfig },
  options: Partial<LoraConfig> & { readonly seed?: number } = {}
): LoraAdapter => {
  const { rank = 8, alpha = 8, targets = ["q_proj", "v_proj"], rankStabilised = false, seed = 0 } = options
  const config: LoraConfig = { rank, alpha, targets, rankStabilised }
  const shapes = llamaWeightShapes(model.config)
  const weights = new Map<string, Weight>()
  for (const module of loraModules(model.config, config)) {
    const [out, width] = shapes.get(`${module}.weight`) as [number, number]
    const random = seededRandom(seed, `${module}.lora_A`)
    const bound = 1 / Math.sqrt(width)
    const data = new Float32Array(rank * width)
    for (let index = 0; index < data.length; index++) data[index] = bound * (2 * random.uniform() - 1)
    weights.set(`${module}.lora_A.weight`, { shape: [rank, width], data })
    weights.set(`${module}.lora_B.weight`, { shape: [out, rank], data: new Float32Array(out * rank) })
  }
  return { kind: "lora", config, weights }
}

/** The adapter as the graph sees it: y + scale · (x Aᵀ) Bᵀ on every module that has both matrices in `tensors`. */
export const loraGraphAdapter = (config: LoraConfig, tensors: ReadonlyMap<string, Tensor>): GraphAdapter => ({
  linear: (graph, { module, input, plain }) => {
    const output = plain(input)
    const down = tensors.get(`${module}.lora_A.weight`)
    const up = tensors.get(`${module}.lora_B.weight`)
    if (down === undefined || up === undefined) return output
    return affine(graph, affine(graph, input, down), up, { bias: output, scale: loraScale(config) })
  }
})

/** Base weights with the correction added in: W + scale · B A, computed in f64; untouched weights are shared, not copied. */
export const mergeLora = (weights: Weights, adapter: LoraAdapter): Map<string, Weight> => {
  const scale = loraScale(adapter.config)
  const merged = new Map(weights)
  for (const [name, { shape, data: down }] of adapter.weights) {
    if (!name.endsWith(".lora_A.weight")) continue
    const module = name.slice(0, -".lora_A.weight".length)
    const base = weights.get(`${module}.weight`)
    const up = adapter.weights.get(`${module}.lora_B.weight`)
    if (base === undefined || up === undefined) {
      throw new ModelError("SLUICE_ADAPTER_MISMATCH", `The adapter changes ${module}, which the base does not have.`)
    }
    const [rank, width] = shape as [number, number]
    const out = up.shape[0]!
    const row = new Float64Array(width)
    const data = new Float32Array(base.data.length)
    for (let index = 0; index < out; index++) {
      row.fill(0)
      for (let inner = 0; inner < rank; inner++) {
        const factor = scale * up.data[index * rank + inner]!
        for (let column = 0; column < width; column++) row[column]! += factor * down[inner * width + column]!
      }
      for (let column = 0; column < width; column++) {
        data[index * width + column] = base.data[index * width + column]! + row[column]!
      }
    }
    merged.set(`${module}.weight`, { shape: base.shape, data })
  }
  return merged
}
