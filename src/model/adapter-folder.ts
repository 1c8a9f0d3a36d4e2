// Saves and loads adapters in PEFT's layout: adapter_config.json and adapter_model.safetensors.
import { existsSync, mkdirSync, readdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { ModelConfig } from "./architectures/architecture.ts"
import type { CausalModel } from "./model.ts"
import { ModelError } from "./model-error.ts"
import { readModelJson } from "./model-folder.ts"
import { readSafetensors, writeSafetensors } from "./safetensors.ts"
import { type Adapter, mergeInto, methodOf } from "./train/adapters/any-adapter.ts"
import { adapterMethods, type SingleAdapter } from "./train/adapters/index.ts"
import type { Weight } from "./weights.ts"

const KEY_PREFIX = "base_model.model."

/** Tensors that PEFT keeps under their bare names. */
const isBare = (name: string): boolean => !name.includes(".")

/**
 * Writes the adapter; `baseModel` is recorded as `base_model_name_or_path`, and of `model`'s sizes what PEFT wants to know.
 * Equal adapters give equal bytes. Throws `SLUICE_BAD_STACK` for a stack, whose parts `saveAdapters` writes.
 */
export const saveAdapter = (
  folder: string,
  adapter: Adapter,
  baseModel: string | null = null,
  model?: ModelConfig
): void => {
  if (adapter.kind === "stack") {
    throw new ModelError(
      "SLUICE_BAD_STACK",
      "A stack of adapters has no file of its own.",
      {},
      "save its parts, each under a name, with saveAdapters"
    )
  }
  mkdirSync(folder, { recursive: true })
  const method = methodOf(adapter)
  const { json, weights } = method.toPeft(adapter, model)
  const whole = {
    peft_type: method.peftType,
    task_type: "CAUSAL_LM",
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    revision: null,
    inference_mode: true,
    ...json
  }
  writeFileSync(join(folder, "adapter_config.json"), `${JSON.stringify(whole, null, 2)}\n`)
  const named = new Map([...weights].map(([name, weight]) => [isBare(name) ? name : KEY_PREFIX + name, weight]))
  writeSafetensors(join(folder, "adapter_model.safetensors"), named, { format: "pt" })
}

/**
 * Reads an adapter. Throws `SLUICE_UNSUPPORTED_ADAPTER` for what would change its arithmetic and is not built: other PEFT
 * types, biases, fully saved modules, tensors that the method has not.
 */
export const loadAdapter = (folder: string): SingleAdapter => {
  const json = readModelJson(join(folder, "adapter_config.json"))
  const unsupported = (refused: readonly string[]): ModelError => {
    const message = `${folder} uses ${refused.join(", ")}, which is not supported.`
    return new ModelError("SLUICE_UNSUPPORTED_ADAPTER", message, { folder })
  }
  const method = [...adapterMethods.values()].find(({ peftType }) => peftType === json.peft_type)
  if (method === undefined) throw unsupported([`peft_type ${String(json.peft_type)}`])
  const weights = new Map<string, Weight>()
  for (const [name, weight] of readSafetensors(join(folder, "adapter_model.safetensors"))) {
    weights.set(name.startsWith(KEY_PREFIX) ? name.slice(KEY_PREFIX.length) : name, weight)
  }
  const refused: string[] = []
  const adapter = method.fromPeft({ json, weights }, refused)
  if (refused.length > 0) throw unsupported(refused)
  return adapter as SingleAdapter
}

const DEFAULT = "default"

/** Writes several adapters of one model as PEFT does: "default" in the folder itself, the others in folders of their names. */
export const saveAdapters = (
  folder: string,
  adapters: ReadonlyMap<string, SingleAdapter>,
  baseModel: string | null = null,
  model?: ModelConfig
): void => {
  for (const [name, adapter] of adapters) {
    saveAdapter(name === DEFAULT ? folder : join(folder, name), adapter, baseModel, model)
  }
}

/** Reads what `saveAdapters` wrote, "default" first, the others by name. Throws as `loadAdapter` does. */
export const loadAdapters = (folder: string): Map<string, SingleAdapter> => {
  const isAdapter = (path: string): boolean => existsSync(join(path, "adapter_config.json"))
  const names = readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory() && isAdapter(join(folder, entry.name)))
    .map(({ name }) => name)
    .sort()
  const found = names.map((name): [string, SingleAdapter] => [name, loadAdapter(join(folder, name))])
  return new Map(isAdapter(folder) ? [[DEFAULT, loadAdapter(folder)], ...found] : found)
}

/**
 * The model with the adapter added into its weights; its logits differ from model plus adapter by rounding only. A tied
 * output head that the adapter changes gets a matrix of its own. Throws `SLUICE_CANNOT_MERGE` for methods that are no
 * change of weights (virtual tokens, prefixes, bottlenecks), and `SLUICE_ADAPTER_MISMATCH`.
 *
 * @example
 * import { createLora, createModel, mergeAdapter, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 2, intermediateSize: 4, layers: 1, heads: 1, kvHeads: 1, tieEmbeddings: true }
 * const model = createModel(tokenizer, shape)
 * const adapter = createLora(model, { rank: 1, alpha: 2, targets: ["q_proj"] })
 * const module = "model.layers.0.self_attn.q_proj"
 * adapter.weights.get(`${module}.lora_A.weight`)!.data.set([1, 10])
 * adapter.weights.get(`${module}.lora_B.weight`)!.data.set([3, 4])
 * // W + alpha / rank · B A
 * const before = model.weights.get(`${module}.weight`)!.data
 * const after = mergeAdapter(model, adapter).weights.get(`${module}.weight`)!.data
 * after.map((value, at) => value - before[at]!) // → [6.000, 60.000, 8.000, 80.000]
 */
export const mergeAdapter = (model: CausalModel, adapter: Adapter): CausalModel => ({
  ...model,
  ...mergeInto({ config: model.config, weights: model.weights }, adapter)
})
