// Which linear layers an adapter is for: by the last parts of their paths, by pattern, or all.
import { headModule, type ModelConfig } from "../../architectures/architecture.ts"
import { architectureOf, embeddingsName, linearModules, weightShapes } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"

/**
 * Last parts of module paths (`q_proj`, `self_attn.q_proj`, `embed_tokens`), `"all-linear"` for every linear layer but the
 * output head, or
 * a regular expression that a whole path must match, as in PEFT.
 */
export type Targets = readonly string[] | string

const patternOf = (source: string): RegExp => {
  try {
    return new RegExp(`^(?:${source})$`)
  } catch {
    throw new ModelError(
      "SLUICE_NO_LORA_TARGET",
      `"${source}" is no regular expression of module paths.`,
      { target: source },
      'give a list of names, such as ["q_proj", "v_proj"], or "all-linear"'
    )
  }
}

/** Whether a list's entry names a module. */
export const isNamed = (module: string, target: string): boolean => module === target || module.endsWith(`.${target}`)

/** The embeddings, the linear layers of `model` in the order of the forward pass, and the output head. */
const everyModule = (model: ModelConfig): string[] => [
  architectureOf(model).names.embeddings,
  ...Array.from({ length: model.layers }, (_, index) => linearModules(model, index)).flat(),
  headModule
]

/**
 * Modules of `model` that `targets` means, of the given layers alone if any are given. Throws `SLUICE_NO_LORA_TARGET` when
 * an entry names none.
 */
export const targetModules = (model: ModelConfig, targets: Targets, layers?: readonly number[]): string[] => {
  const modules = everyModule(model)
  const { names } = architectureOf(model)
  const inLayers = (module: string): boolean =>
    layers === undefined || layers.some((layer) => module.startsWith(`${names.layers}.${layer}.`))
  const none = (target: string): ModelError =>
    new ModelError(
      "SLUICE_NO_LORA_TARGET",
      `No linear layer of the model, nor its embeddings, is named "${target}".`,
      { target },
      `they are ${[...new Set(modules.map((module) => module.slice(module.lastIndexOf(".") + 1)))].join(", ")}`
    )
  if (typeof targets === "string") {
    const pattern = targets === "all-linear" ? undefined : patternOf(targets)
    const found = modules.filter((module) =>
      pattern ? pattern.test(module) : module !== headModule && module !== names.embeddings
    )
    if (found.length === 0) throw none(targets as string)
    return found.filter(inLayers)
  }
  for (const target of targets) {
    if (!modules.some((module) => isNamed(module, target))) throw none(target)
  }
  return modules.filter((module) => targets.some((target) => isNamed(module, target))).filter(inLayers)
}

/** Whether files of a model's family keep linear layers as [in, out], which PEFT wants said; an adapter's own never are. */
export const isFanned = (model: ModelConfig): boolean => {
  const { isTransposed } = architectureOf(model)
  return isTransposed !== undefined && linearModules(model, 0).some((module) => isTransposed(`${module}.weight`))
}

/** [out, in] of a linear layer, or [vocabulary, hidden] of embeddings, if the model has it; a tied head has the latter too. */
export const linearSizeOf = (model: ModelConfig, module: string): readonly [number, number] | undefined => {
  if (!everyModule(model).includes(module)) return undefined
  const shapes = weightShapes(model)
  return (shapes.get(`${module}.weight`) ?? shapes.get(embeddingsName(model))) as unknown as [number, number]
}

/** [out, in] of a linear layer that the model has. */
export const linearSize = (model: ModelConfig, module: string): readonly [number, number] =>
  linearSizeOf(model, module)!

/**
 * The value that a module has by pattern: keys are regular expressions of the ends of paths, the first that matches counts
 * (PEFT `get_pattern_key`).
 */
export const byPattern = (patterns: Readonly<Record<string, number>>, module: string, otherwise: number): number => {
  for (const [pattern, value] of Object.entries(patterns)) {
    if (patternOf(`(.*\\.)?(${pattern})`).test(module)) return value
  }
  return otherwise
}
