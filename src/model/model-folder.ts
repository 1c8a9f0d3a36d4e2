// Saves and loads a model as a folder in Hugging Face layout, so that transformers reads it and the other way round.
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { chatTemplate } from "./chat.ts"
import type { ModelConfig } from "./architectures/architecture.ts"
import { architectureOf, fromConfigJson, toConfigJson } from "./architectures/index.ts"
import { loadGguf } from "./gguf/gguf-model.ts"
import { type CausalModel, checkModel, misshapen } from "./model.ts"
import { ModelError } from "./model-error.ts"
import { readSafetensors, writeSafetensors } from "./safetensors.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"
import { fromTokenizerJson, toTokenizerJson } from "./tokenizer/tokenizer-json.ts"
import type { Weight, Weights } from "./weights.ts"

const wholeFile = "model.safetensors"
const indexFile = "model.safetensors.index.json"

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

/** Writes all of a model but its weights: config.json, generation_config.json, tokenizer.json and tokenizer_config.json. */
export const saveSettings = (folder: string, model: CausalModel): void => {
  mkdirSync(folder, { recursive: true })
  const config = toConfigJson(model.config)
  writeJson(join(folder, "config.json"), config)
  writeJson(join(folder, "generation_config.json"), {
    bos_token_id: config.bos_token_id,
    eos_token_id: config.eos_token_id,
    do_sample: false
  })
  saveTokenizer(folder, model.tokenizer, model.config.maxPositions)
}

/** The matrix with its axes exchanged. */
const transposed = ({ shape, data }: Weight): Weight => {
  const [rows, columns] = shape as [number, number]
  const turned = new Float32Array(data.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) turned[column * rows + row] = data[row * columns + column]!
  }
  return { shape: [columns, rows], data: turned }
}

/** Weights as files of their family keep them. */
const stored = (config: ModelConfig, weights: Weights): Weights => {
  const { isTransposed } = architectureOf(config)
  if (isTransposed === undefined) return weights
  return new Map([...weights].map(([name, weight]) => [name, isTransposed(name) ? transposed(weight) : weight]))
}

/** Writes the model's settings and model.safetensors (F32). Equal models give equal bytes. */
export const saveModel = (folder: string, model: CausalModel): void => {
  saveSettings(folder, model)
  writeSafetensors(join(folder, wholeFile), stored(model.config, model.weights), { format: "pt" })
}

/** Weights of a folder by name: those of one file, or of all that the index names. */
const readWeights = (folder: string): Map<string, Weight> => {
  const index = join(folder, indexFile)
  if (!existsSync(index)) {
    const single = join(folder, wholeFile)
    if (!existsSync(single)) throw noWeights(folder)
    return readSafetensors(single)
  }
  const files = [...new Set(Object.values(readModelJson(index).weight_map as Record<string, string>))]
  const missing = files.filter((file) => !existsSync(join(folder, file)))
  if (missing.length > 0) {
    throw new ModelError(
      "SLUICE_BAD_MODEL_FOLDER",
      `${folder}: model.safetensors.index.json names ${missing.join(", ")}, which ${missing.length === 1 ? "is" : "are"} not there.`,
      { folder, missing },
      "fetch all files of the model"
    )
  }
  const weights = new Map<string, Weight>()
  for (const file of files) for (const [name, weight] of readSafetensors(join(folder, file))) weights.set(name, weight)
  return weights
}

const noWeights = (folder: string): ModelError => {
  const others = readdirSync(folder).filter((name) => /\.(bin|pt|pth)$/.test(name))
  return new ModelError(
    "SLUICE_BAD_MODEL_FOLDER",
    `${folder} has no model.safetensors${others.length === 0 ? "" : `; ${others.join(", ")} ${others.length === 1 ? "is a pickle" : "are pickles"}, which can hold code and is not read`}.`,
    { folder },
    "save the model with safetensors: model.save_pretrained(folder)"
  )
}

/**
 * The weights that the configuration asks for, each in its shape; what else the files hold is left out. Files of a model
 * that was saved without its output head name them without the root of their paths.
 */
const pickWeights = (found: Weights, config: ModelConfig): Weights => {
  const { names, isTransposed, weightShapes } = architectureOf(config)
  const weights = new Map<string, Weight>()
  for (const [name, shape] of weightShapes(config)) {
    const bare = name.startsWith(names.root) ? name.slice(names.root.length) : name
    const weight = found.get(name) ?? found.get(bare)
    const turned = isTransposed?.(name) === true
    const wanted = turned ? shape.toReversed() : shape
    if (weight === undefined || weight.shape.join() !== wanted.join()) {
      throw misshapen("SLUICE_BAD_MODEL_FOLDER", name, wanted, weight?.shape)
    }
    weights.set(name, turned ? transposed(weight) : weight)
  }
  return weights
}

/** The model's ids that end a text: generation_config.json knows more of them than config.json does. */
const readEndIds = (folder: string): readonly number[] => {
  const path = join(folder, "generation_config.json")
  const eos = existsSync(path) ? readModelJson(path).eos_token_id : undefined
  return Array.isArray(eos) ? eos.map(Number) : typeof eos === "number" ? [eos] : []
}

const loadFolder = (folder: string): CausalModel => {
  const config = fromConfigJson(readModelJson(join(folder, "config.json")))
  const eosIds = [...new Set([...config.eosIds, ...readEndIds(folder)])]
  const tokenizer = loadTokenizer(folder)
  const weights = pickWeights(readWeights(folder), config)
  const model = { config: { ...config, eosIds }, weights, tokenizer }
  checkModel(model)
  return model
}

/** The GGUF file that `path` is, or that lies in the folder `path` in place of safetensors; undefined where there is none. */
export const ggufFile = (path: string): string | undefined => {
  if (!statSync(path).isDirectory()) return path
  if ([wholeFile, indexFile].some((name) => existsSync(join(path, name)))) return undefined
  const files = readdirSync(path).filter((name) => name.endsWith(".gguf"))
  if (files.length > 1) {
    throw new ModelError(
      "SLUICE_BAD_MODEL_FOLDER",
      `${path} holds ${files.length} GGUF files: ${files.join(", ")}.`,
      { path },
      "give the path of one of them"
    )
  }
  return files[0] === undefined ? undefined : join(path, files[0])
}

/**
 * Loads a model: a folder in Hugging Face layout (a family of architectures/index.ts; one safetensors file or several, F32,
 * F16 or BF16), a GGUF file, or a folder with one. Throws `SLUICE_BAD_MODEL_FOLDER`, `SLUICE_BAD_SAFETENSORS`,
 * `SLUICE_UNSUPPORTED_MODEL`, `SLUICE_BAD_WEIGHTS`, `SLUICE_TOKENIZER_MISMATCH`, and for GGUF what `loadGguf` throws.
 */
export const loadModel = (path: string): CausalModel => {
  if (!existsSync(path)) throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `There is no model at ${path}.`, { path })
  const gguf = ggufFile(path)
  if (gguf !== undefined) return loadGguf(gguf)
  try {
    return loadFolder(path)
  } catch (error) {
    if (!(error instanceof ModelError) || error.message.includes(path)) throw error
    throw new ModelError(error.code, `${path}: ${error.message}`, { path, ...error.evidence }, error.hint)
  }
}
