// The files that make up a model, and a copy of them: what else lies in a downloaded folder is left where it is.
import { constants, copyFileSync, existsSync, mkdirSync, readdirSync } from "node:fs"
import { basename, join } from "node:path"
import type { CausalModel } from "./model.ts"
import { ggufFile, readModelJson, saveSettings } from "./model-folder.ts"

/** Files beside the weights that a model folder may have. */
const beside = [
  "config.json",
  "generation_config.json",
  "tokenizer.json",
  "tokenizer_config.json",
  "special_tokens_map.json",
  "chat_template.jinja"
]

/** Paths of the files of the model at `path`: its GGUF file, or what of the folder `loadModel` and transformers read. */
export const modelFiles = (path: string): string[] => {
  const gguf = ggufFile(path)
  if (gguf !== undefined) return [gguf]
  const index = "model.safetensors.index.json"
  const weights = existsSync(join(path, index))
    ? [index, ...new Set(Object.values(readModelJson(join(path, index)).weight_map as Record<string, string>))]
    : ["model.safetensors"]
  const legal = readdirSync(path).filter((name) => /^(licen[cs]e|notice|readme)(\.(md|txt))?$/i.test(name))
  return [...beside.filter((name) => existsSync(join(path, name))), ...weights, ...legal].map((name) =>
    join(path, name)
  )
}

/**
 * Copies the files of the model at `path`, which was loaded as `model`, into the folder `target`, as blocks shared with the
 * originals where the disk can. A GGUF file gets configuration and tokenizer beside it, for those who read only these.
 */
export const copyModel = (path: string, model: CausalModel, target: string): void => {
  mkdirSync(target, { recursive: true })
  for (const file of modelFiles(path)) copyFileSync(file, join(target, basename(file)), constants.COPYFILE_FICLONE)
  if (ggufFile(path) !== undefined) saveSettings(target, model)
}
