// The files of a model wherever they lie: in a folder, or behind whoever has checked them.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { ModelError } from "./model-error.ts"
import { decodeSafetensors } from "./safetensors.ts"
import type { Weight, Weights } from "./weights.ts"

export interface ModelFiles {
  /** What errors call them. */
  readonly where: string
  readonly has: (name: string) => boolean
  /** The bytes of a file that is there. */
  readonly read: (name: string) => Uint8Array
}

/** The files of a folder; those below it are named like `1_Pooling/config.json`. */
export const folderFiles = (folder: string): ModelFiles => ({
  where: folder,
  has: (name) => existsSync(join(folder, name)),
  read: (name) => readFileSync(join(folder, name))
})

/** A JSON file; undefined where it is optional and not there. Throws `SLUICE_BAD_MODEL_FOLDER`. */
export const readJsonFile = <Kind extends "needed" | "optional">(
  { where, has, read }: ModelFiles,
  name: string,
  kind: Kind
): Kind extends "optional" ? unknown : Readonly<Record<string, unknown>> => {
  if (kind === "optional" && !has(name)) return undefined as never
  try {
    return JSON.parse(new TextDecoder().decode(read(name)))
  } catch (error) {
    throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `${where}: ${name} cannot be read: ${(error as Error).message}`, {
      folder: where,
      name
    })
  }
}

/**
 * The weights of the names and shapes asked for, from model.safetensors or its shards, whose names may have a prefix
 * (`bert.`). Throws `SLUICE_BAD_MODEL_FOLDER` for what is missing or of another shape.
 */
export const readShapes = (
  files: ModelFiles,
  shapes: ReadonlyMap<string, readonly number[]>,
  prefixes: readonly string[]
): Weights => {
  const wanted = new Map(prefixes.flatMap((prefix) => [...shapes.keys()].map((name) => [prefix + name, name] as const)))
  const found = new Map<string, Weight>()
  for (const shard of shardsOf(files))
    try {
      for (const [name, weight] of decodeSafetensors(files.read(shard), (name) => wanted.has(name)).weights)
        found.set(wanted.get(name)!, weight)
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
      throw new ModelError(error.code, `${files.where}: ${shard}: ${error.message}`, {
        folder: files.where,
        name: shard
      })
    }
  const weights = new Map<string, Weight>()
  for (const [name, shape] of shapes) {
    const weight = found.get(name)
    if (weight === undefined || weight.shape.join() !== shape.join()) {
      const has = weight === undefined ? "is missing" : `has shape [${weight.shape}]`
      const message = `${files.where}: ${name} ${has}; config.json asks for [${shape}].`
      throw new ModelError("SLUICE_BAD_MODEL_FOLDER", message, { folder: files.where, name })
    }
    weights.set(name, weight)
  }
  return weights
}

const index = "model.safetensors.index.json"
const whole = "model.safetensors"

const shardsOf = (files: ModelFiles): readonly string[] => {
  if (files.has(index))
    return [...new Set(Object.values(readJsonFile(files, index, "needed").weight_map as Record<string, string>))]
  if (files.has(whole)) return [whole]
  throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `${files.where} has no ${whole}.`, { folder: files.where })
}
