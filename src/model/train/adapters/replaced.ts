// Weights of the model itself that an adapter trains whole and keeps beside its corrections: biases, and modules to save.
import { headModule, type ModelConfig } from "../../architectures/architecture.ts"
import { architectureOf, embeddingsName, weightShapes } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"
import type { Weight, Weights } from "../../weights.ts"
import type { MergeTarget } from "./adapter.ts"
import { ownHead } from "./own-head.ts"
import { textsOf } from "./peft-fields.ts"

/** Which biases are trained: none, all of the model, or those of the layers that the adapter corrects (PEFT's words). */
export const biasChoices = ["none", "all", "lora_only"] as const

export type BiasChoice = (typeof biasChoices)[number]

/** What of the model is trained whole. */
export interface Replacing {
  readonly bias: BiasChoice
  /** Ends of paths of modules; `norm` means all that end so. */
  readonly modulesToSave: readonly string[]
}

/** The head's matrix is the embeddings' where they are tied, until an adapter has its own. */
const headName = `${headModule}.weight`

/** What keys of such weights begin with, before the model's own name: in a graph both may be. */
const mark = "whole/"

const moduleOf = (name: string): string => name.slice(0, name.lastIndexOf("."))

/** Whether `module` is one of, or lies in one of, those whose paths end as `targets` say: letters count, not parts (as in PEFT). */
const isSaved = (module: string, targets: readonly string[]): boolean => {
  const parts = module.split(".")
  const paths = parts.map((_, at) => parts.slice(0, at + 1).join("."))
  return paths.some((path) => targets.some((target) => path.endsWith(target)))
}

/** Shape of a weight that an adapter may keep whole; none of matrices that files keep as [in, out], as PEFT would. */
const ownShape = (model: ModelConfig, name: string): readonly number[] | undefined => {
  if (architectureOf(model).isTransposed?.(name)) return undefined
  const shapes = weightShapes(model)
  return shapes.get(name) ?? (name === headName ? shapes.get(embeddingsName(model)) : undefined)
}

/** The same by an adapter's key. */
export const replacedShape = (model: ModelConfig, key: string): readonly number[] | undefined =>
  isReplaced(key) ? ownShape(model, key.slice(mark.length)) : undefined

/**
 * Copies of the weights that are to be trained whole, by `whole/` and the model's own names. Throws `SLUICE_BAD_ADAPTER` for a module
 * that is not there, that is corrected too, or whose matrix cannot be kept, and where the model's weights are not given.
 */
export const replacedWeights = (
  model: { readonly config: ModelConfig; readonly weights?: Weights },
  { bias, modulesToSave }: Replacing,
  corrected: readonly string[]
): Map<string, Weight> => {
  const bad = (message: string, hint?: string): ModelError => new ModelError("SLUICE_BAD_ADAPTER", message, {}, hint)
  const shapes = new Set([...weightShapes(model.config).keys(), headName])
  const modules = [...new Set([...shapes].map(moduleOf))]
  for (const target of modulesToSave) {
    if (modules.some((module) => isSaved(module, [target]))) continue
    const ends = [...new Set(modules.map((module) => module.slice(module.lastIndexOf(".") + 1)))].join(", ")
    throw bad(`No module of the model is named "${target}".`, `its modules are ${ends}`)
  }
  const saved = modules.filter((module) => isSaved(module, modulesToSave))
  const both = saved.find((module) => corrected.includes(module))
  if (both !== undefined) throw bad(`${both} is to be corrected and to be trained whole.`, "name it once")
  const isTrained = (name: string): boolean => {
    const module = moduleOf(name)
    if (saved.includes(module)) return true
    return name.endsWith(".bias") && (bias === "all" || (bias === "lora_only" && corrected.includes(module)))
  }
  const names = [...shapes].filter(isTrained)
  if (names.length > 0 && model.weights === undefined) {
    throw new Error("Weights that are trained whole start as the model's; none were given.")
  }
  return new Map(
    names.map((name) => {
      if (ownShape(model.config, name) === undefined) throw bad(`${moduleOf(name)} cannot be trained whole.`)
      const weight = model.weights!.get(name) ?? model.weights!.get(embeddingsName(model.config))!
      return [mark + name, { shape: weight.shape, data: weight.data.slice() }]
    })
  )
}

/** Whether a weight of an adapter is one of the model's, and no correction. */
export const isReplaced = (key: string): boolean => key.startsWith(mark)

/** Those of an adapter's weights, or of their tensors, that stand in for the model's, by its names. */
export const standIns = <Value>(own: ReadonlyMap<string, Value>): ReadonlyMap<string, Value> =>
  new Map([...own].filter(([key]) => isReplaced(key)).map(([key, value]) => [key.slice(mark.length), value]))

/** The model with an adapter's whole weights in place of its own. */
export const mergeReplaced = (target: MergeTarget, weights: Weights): MergeTarget => {
  const whole = standIns(weights)
  let result = target
  for (const name of whole.keys()) result = ownHead(result, moduleOf(name))
  return { ...result, weights: new Map([...result.weights, ...whole]) }
}

const inside = ".base_layer."

const isCorrection = (name: string): boolean => /\.(lora|ia3)_/.test(name)

/** Weights under PEFT's names: biases of layers that are corrected lie inside their wrappers. */
export const replacedToPeft = (weights: Weights, corrected: readonly string[]): Weights =>
  new Map(
    [...weights].map(([key, weight]) => {
      const name = isReplaced(key) ? key.slice(mark.length) : key
      const module = moduleOf(name)
      const wrapped = name !== key && corrected.includes(module)
      return [wrapped ? `${module}${inside}${name.slice(module.length + 1)}` : name, weight]
    })
  )

/**
 * Weights under our names, and what of the model is trained whole. PEFT writes the table of embeddings beside a correction of
 * it; it is the model's and is left out. What the settings name and the file lacks goes into `refused`.
 */
export const replacedFromPeft = (
  json: Readonly<Record<string, unknown>>,
  weights: Weights,
  refused: string[]
): Replacing & { readonly weights: Weights } => {
  const bias = biasChoices.find((choice) => choice === (json["bias"] ?? "none"))
  if (bias === undefined) refused.push(`bias ${String(json["bias"])}`)
  const modulesToSave = textsOf(json["modules_to_save"])
  const found = new Map<string, Weight>()
  for (const [name, weight] of weights) {
    if (name.endsWith(`${inside}weight`)) continue
    const own = name.replace(inside, ".")
    const meant = (own.endsWith(".bias") && bias !== "none") || isSaved(moduleOf(own), modulesToSave)
    found.set(meant && !isCorrection(name) ? mark + own : name, weight)
  }
  const names = [...found.keys()].filter(isReplaced).map((key) => moduleOf(key.slice(mark.length)))
  for (const target of modulesToSave) {
    if (!names.some((module) => isSaved(module, [target]))) refused.push(`modules_to_save without ${target}`)
  }
  return { bias: bias ?? "none", modulesToSave, weights: found }
}
