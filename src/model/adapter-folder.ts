// Saves and loads LoRA adapters in PEFT's layout: adapter_config.json and adapter_model.safetensors.
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { CausalModel } from "./model.ts"
import { ModelError } from "./model-error.ts"
import { readModelJson } from "./model-folder.ts"
import { readSafetensors, writeSafetensors } from "./safetensors.ts"
import type { LoraAdapter } from "./train/lora.ts"
import { mergeLora } from "./train/lora.ts"
import type { Weight } from "./weights.ts"

const KEY_PREFIX = "base_model.model."

/** Writes the adapter; `baseModel` is recorded as `base_model_name_or_path`. Equal adapters give equal bytes. */
export const saveAdapter = (folder: string, adapter: LoraAdapter, baseModel: string | null = null): void => {
  mkdirSync(folder, { recursive: true })
  const { config, weights } = adapter
  const json = {
    peft_type: "LORA",
    task_type: "CAUSAL_LM",
    auto_mapping: null,
    base_model_name_or_path: baseModel,
    revision: null,
    inference_mode: true,
    r: config.rank,
    lora_alpha: config.alpha,
    lora_dropout: 0,
    bias: "none",
    fan_in_fan_out: false,
    target_modules: [...config.targets].sort(),
    modules_to_save: null,
    init_lora_weights: true,
    use_rslora: config.rankStabilised,
    use_dora: false,
    rank_pattern: {},
    alpha_pattern: {},
    layers_to_transform: null,
    layers_pattern: null
  }
  writeFileSync(join(folder, "adapter_config.json"), `${JSON.stringify(json, null, 2)}\n`)
  const named = new Map([...weights].map(([name, weight]) => [KEY_PREFIX + name, weight]))
  writeSafetensors(join(folder, "adapter_model.safetensors"), named, { format: "pt" })
}

/**
 * Reads a LoRA adapter. Throws `SLUICE_UNSUPPORTED_ADAPTER` for what would change its arithmetic and is not built: other
 * PEFT types, DoRA, per-module ranks or alphas, biases, fully saved modules.
 */
export const loadAdapter = (folder: string): LoraAdapter => {
  const json = readModelJson(join(folder, "adapter_config.json"))
  const isFilled = (key: string): boolean => {
    const value = json[key]
    return value !== null && value !== undefined && value !== false && Object.keys(value as object).length > 0
  }
  const refused = ["rank_pattern", "alpha_pattern", "modules_to_save"].filter(isFilled)
  if (json.use_dora === true) refused.push("use_dora")
  if (json.fan_in_fan_out === true) refused.push("fan_in_fan_out")
  if ((json.bias ?? "none") !== "none") refused.push("bias")
  if (json.peft_type !== "LORA") refused.push(`peft_type ${String(json.peft_type)}`)
  if (!Array.isArray(json.target_modules)) refused.push("target_modules as a pattern")
  if (refused.length > 0) {
    throw new ModelError(
      "SLUICE_UNSUPPORTED_ADAPTER",
      `${folder} uses ${refused.join(", ")}, which is not supported.`,
      {
        folder
      }
    )
  }
  const weights = new Map<string, Weight>()
  for (const [name, weight] of readSafetensors(join(folder, "adapter_model.safetensors"))) {
    if (!/^base_model\.model\..*\.lora_[AB]\.weight$/.test(name)) {
      throw new ModelError("SLUICE_UNSUPPORTED_ADAPTER", `${folder} holds ${name}, which is no LoRA weight.`, {
        folder
      })
    }
    weights.set(name.slice(KEY_PREFIX.length), weight)
  }
  const config = {
    rank: Number(json.r),
    alpha: Number(json.lora_alpha ?? 8),
    targets: (json.target_modules as string[]).map(String),
    rankStabilised: json.use_rslora === true
  }
  return { kind: "lora", config, weights }
}

/**
 * The model with the adapter added into its weights; its logits differ from model plus adapter by rounding only.
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
export const mergeAdapter = (model: CausalModel, adapter: LoraAdapter): CausalModel => ({
  ...model,
  weights: mergeLora(model.weights, adapter)
})
