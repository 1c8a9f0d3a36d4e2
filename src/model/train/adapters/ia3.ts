// IA³: learned factors of the outputs of attention layers and of the inputs of feed-forward layers (Liu et al., arXiv 2205.05638).
import type { ModelConfig } from "../../architectures/architecture.ts"
import { architectureOf } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"
import type { Weight, Weights } from "../../weights.ts"
import { multiply, reshape } from "../operation.ts"
import type { AdapterMethod, AdapterOf, MergeTarget } from "./adapter.ts"
import { ownHead } from "./own-head.ts"
import { textsOf } from "./peft-fields.ts"
import {
  isReplaced,
  mergeReplaced,
  replacedFromPeft,
  replacedShape,
  replacedToPeft,
  replacedWeights,
  standIns
} from "./replaced.ts"
import { isFanned, isNamed, linearSize, linearSizeOf, targetModules } from "./targets.ts"

/** Settings of an IA³ adapter: linear layers, and which of them are scaled at their input. */
export interface Ia3Config {
  readonly targets: readonly string[]
  /** Those of `targets` that belong to the feed-forward layer. */
  readonly feedForward: readonly string[]
  /** Modules that are trained whole and saved beside the factors, by ends of paths. */
  readonly modulesToSave: readonly string[]
}

/** Keys are `<module>.ia3_l`: [out, 1], or [1, in] for feed-forward modules; modules to save have the model's names. */
export type Ia3Adapter = AdapterOf<"ia3", Ia3Config>

/**
 * A fresh adapter: all factors 1, so that it changes nothing yet. The defaults are the paper's: keys, values and the input
 * of the feed-forward layer's second matrix (PEFT's differ by architecture: q_proj, v_proj, down_proj for Qwen 2).
 * Throws `SLUICE_NO_LORA_TARGET` for a name that no layer has.
 */
export const createIa3 = (
  model: { readonly config: ModelConfig; readonly weights?: Weights },
  options: Partial<Ia3Config> = {}
): Ia3Adapter => {
  const { embeddings, key, value, narrow } = architectureOf(model.config).names
  const targets = options.targets ?? [...new Set([key, value, narrow])]
  const config: Ia3Config = {
    targets,
    feedForward: options.feedForward ?? targets.filter((name) => name.endsWith(narrow)),
    modulesToSave: options.modulesToSave ?? []
  }
  const weights = new Map<string, Weight>()
  const modules = targetModules(model.config, config.targets)
  for (const module of modules) {
    if (module === embeddings) {
      throw new ModelError("SLUICE_BAD_ADAPTER", `IA³ has no factors for embeddings (${module}).`)
    }
    const [out, width] = linearSize(model.config, module)
    const shape = config.feedForward.some((name) => isNamed(module, name)) ? [1, width] : [out, 1]
    weights.set(`${module}.ia3_l`, { shape, data: new Float32Array(shape[0]! * shape[1]!).fill(1) })
  }
  const whole = replacedWeights(model, { bias: "none", modulesToSave: config.modulesToSave }, modules)
  for (const [name, weight] of whole) weights.set(name, weight)
  return { kind: "ia3", config, weights }
}

const suffix = ".ia3_l"

/** Factors into rows, with the bias, or into columns. */
const mergeIa3 = (target: MergeTarget, adapter: Ia3Adapter): MergeTarget => {
  let result = target
  for (const [name, { shape, data: factors }] of adapter.weights) {
    if (!name.endsWith(suffix)) continue
    const module = name.slice(0, -suffix.length)
    result = ownHead(result, module)
    const base = result.weights.get(`${module}.weight`)
    if (base === undefined) {
      throw new ModelError("SLUICE_ADAPTER_MISMATCH", `The adapter changes ${module}, which the base does not have.`)
    }
    const width = base.shape[1]!
    const atInput = shape[0] === 1
    const factor = (place: number): number => factors[atInput ? place % width : Math.floor(place / width)]!
    const weights = new Map(result.weights)
    weights.set(`${module}.weight`, { shape: base.shape, data: base.data.map((value, place) => value * factor(place)) })
    const bias = weights.get(`${module}.bias`)
    if (bias !== undefined && !atInput) {
      weights.set(`${module}.bias`, { shape: bias.shape, data: bias.data.map((value, row) => value * factors[row]!) })
    }
    result = { ...result, weights }
  }
  return mergeReplaced(result, adapter.weights)
}

/** IA³: l ⊙ (W x + b), or W (l ⊙ x) + b. */
export const ia3: AdapterMethod<"ia3", Ia3Config> = {
  kind: "ia3",
  peftType: "IA3",
  shapeOf: (model, name) => {
    if (!name.endsWith(suffix)) return replacedShape(model, name)
    const size = linearSizeOf(model, name.slice(0, -suffix.length))
    // Of which side they are, the settings say; one of the axes is 1.
    return size && [undefined, undefined]
  },
  build: ({ graph, tensors, config }) => ({
    replaced: standIns(tensors),
    linear: ({ module, input, weight, plain }) => {
      const factors = tensors.get(`${module}${suffix}`)
      if (factors === undefined) return plain(input)
      const flat = reshape(graph, factors, [factors.shape[0]! * factors.shape[1]!])
      const atInput = config.feedForward.some((name) => isNamed(module, name))
      const [wanted] = atInput ? input.shape.slice(-1) : weight.shape
      if (flat.shape[0] !== wanted) {
        const message = `The adapter has ${flat.shape[0]} factors for ${module}, which wants ${wanted}.`
        throw new ModelError("SLUICE_ADAPTER_MISMATCH", message, { module })
      }
      return atInput ? plain(multiply(graph, input, flat)) : multiply(graph, plain(input), flat)
    }
  }),
  toPeft: ({ config, weights }, model) => ({
    json: {
      target_modules: [...config.targets].sort(),
      feedforward_modules: [...config.feedForward].sort(),
      fan_in_fan_out: model !== undefined && isFanned(model),
      modules_to_save: config.modulesToSave.length === 0 ? null : config.modulesToSave,
      init_ia3_weights: true
    },
    weights: replacedToPeft(weights, [])
  }),
  fromPeft: ({ json, weights }, refused) => {
    if (typeof json["target_modules"] === "string") refused.push("target_modules as a pattern")
    const whole = replacedFromPeft({ ...json, bias: "none" }, weights, refused)
    for (const name of whole.weights.keys()) if (!name.endsWith(suffix) && !isReplaced(name)) refused.push(name)
    const config = {
      targets: textsOf(json["target_modules"]),
      feedForward: textsOf(json["feedforward_modules"]),
      modulesToSave: whole.modulesToSave
    }
    return { kind: "ia3", config, weights: whole.weights }
  },
  merge: mergeIa3
}
