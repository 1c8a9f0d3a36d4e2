// Saves and loads a model as a folder in Hugging Face layout, so that transformers reads it and the other way round.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chatTemplate } from "./chat.ts"
import { fromConfigJson, llamaWeightShapes, toConfigJson } from "./llama-config.ts"
import type { CausalModel } from "./model.ts"
import { ModelError } from "./model-error.ts"
import { readSafetensors, writeSafetensors } from "./safetensors.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"
import { fromTokenizerJson, toTokenizerJson } from "./tokenizer/tokenizer-json.ts"
import type { Weight, Weights } from "./weights.ts"

const writeJson = (path: string, value: unknown): void => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`)

/** Reads a JSON file; throws `SLUICE_BAD_MODEL_FOLDER` naming the path when it is missing or no JSON. */
export const readModelJson = (path: string): Record<string, unknown> => {
  try {
    return JSON.parse(readFileSync(path, "utf8"))
  } catch (error) {
    throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `${path} cannot be read: ${(error as Error).message}`, { path })
  }
}

/**
 * Writes tokenizer.json and tokenizer_config.json: the settings that the tokenizer came with, or those of a new one, with
 * the ChatML template when it has its marks.
 */
export const saveTokenizer = (folder: string, tokenizer: Tokenizer, maxPositions: number): void => {
  mkdirSync(folder, { recursive: true })
  writeFileSync(join(folder, "tokenizer.json"), `${JSON.stringify(toTokenizerJson(tokenizer))}\n`)
  if (Object.keys(tokenizer.settings).length > 0) {
    writeJson(join(folder, "tokenizer_config.json"), tokenizer.settings)
    return
  }
  const known = (text: string): string | undefined => (tokenizer.specialId(text) === undefined ? undefined : text)
  writeJson(join(folder, "tokenizer_config.json"), {
    tokenizer_class: "PreTrainedTokenizerFast",
    add_prefix_space: false,
    clean_up_tokenization_spaces: false,
    model_max_length: maxPositions,
    bos_token: null,
    eos_token: known("<|im_end|>") ?? known("<|endoftext|>") ?? null,
    pad_token: known("<|endoftext|>") ?? null,
    unk_token: null,
    ...(known("<|im_start|>") && known("<|im_end|>") && { chat_template: chatTemplate })
  })
}

/** Reads one file of a model by its name, undefined when there is none. */
export type ModelReader = (name: string) => Uint8Array | undefined

const parsed = (read: ModelReader, name: string): Record<string, unknown> | undefined => {
  const bytes = read(name)
  if (bytes === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(bytes).toString("utf8"))
  } catch (error) {
    throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `${name} is no JSON: ${(error as Error).message}`, { name })
  }
}

/**
 * The tokenizer of a model's files: tokenizer.json with the settings of tokenizer_config.json, and the template of
 * chat_template.jinja where there is one. Throws `SLUICE_BAD_MODEL_FOLDER`, and as `fromTokenizerJson` does.
 */
export const readTokenizer = (read: ModelReader): Tokenizer => {
  const json = parsed(read, "tokenizer.json")
  if (json === undefined) throw new ModelError("SLUICE_BAD_MODEL_FOLDER", "The model has no tokenizer.json.")
  const template = read("chat_template.jinja")
  return fromTokenizerJson(json, {
    ...parsed(read, "tokenizer_config.json"),
    ...(template !== undefined && { chat_template: Buffer.from(template).toString("utf8") })
  })
}

/** Loads the tokenizer of a model folder. */
export const loadTokenizer = (folder: string): Tokenizer => {
  if (!existsSync(join(folder, "tokenizer.json"))) {
    const path = join(folder, "tokenizer.json")
    throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `${path} cannot be read: there is no such file`, { path })
  }
  return readTokenizer((name) => (existsSync(join(folder, name)) ? readFileSync(join(folder, name)) : undefined))
}

/**
 * Writes config.json, generation_config.json, model.safetensors (F32), tokenizer.json and tokenizer_config.json. Equal
 * models give equal bytes.
 */
export const saveModel = (folder: string, model: CausalModel): void => {
  mkdirSync(folder, { recursive: true })
  const config = toConfigJson(model.config)
  writeJson(join(folder, "config.json"), config)
  writeJson(join(folder, "generation_config.json"), {
    bos_token_id: config.bos_token_id,
    eos_token_id: config.eos_token_id,
    do_sample: false
  })
  writeSafetensors(join(folder, "model.safetensors"), model.weights, { format: "pt" })
  saveTokenizer(folder, model.tokenizer, model.config.maxPositions)
}

const readWeights = (folder: string): Map<string, Weight> => {
  const index = join(folder, "model.safetensors.index.json")
  if (!existsSync(index)) return readSafetensors(join(folder, "model.safetensors"))
  const files = new Set(Object.values(readModelJson(index).weight_map as Record<string, string>))
  const weights = new Map<string, Weight>()
  for (const file of files) for (const [name, weight] of readSafetensors(join(folder, file))) weights.set(name, weight)
  return weights
}

const pickWeights = (folder: string, found: Weights, shapes: ReadonlyMap<string, readonly number[]>): Weights => {
  const weights = new Map<string, Weight>()
  for (const [name, shape] of shapes) {
    const weight = found.get(name)
    if (weight === undefined || weight.shape.join() !== shape.join()) {
      const has = weight === undefined ? "is missing" : `has shape [${weight.shape}]`
      throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `${folder}: ${name} ${has}; config.json asks for [${shape}].`, {
        folder,
        name
      })
    }
    weights.set(name, weight)
    const bias = name.replace(/weight$/, "bias")
    const biasWeight = found.get(bias)
    if (biasWeight !== undefined) weights.set(bias, biasWeight)
  }
  return weights
}

/** Loads a Llama model folder, sharded or not, F32, F16 or BF16; throws `SLUICE_BAD_MODEL_FOLDER` when weights do not fit. */
export const loadModel = (folder: string): CausalModel => {
  const config = fromConfigJson(readModelJson(join(folder, "config.json")))
  const weights = pickWeights(folder, readWeights(folder), llamaWeightShapes(config))
  return { config, weights, tokenizer: loadTokenizer(folder) }
}
