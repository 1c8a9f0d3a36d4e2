// Opens what a training leaves: a model, or an adapter with the model that it corrects.
import { existsSync } from "node:fs"
import { isAbsolute, join, resolve } from "node:path"
import { loadAdapter } from "./adapter-folder.ts"
import type { CausalModel } from "./model.ts"
import { ModelError } from "./model-error.ts"
import { loadModel, readModelJson } from "./model-folder.ts"
import type { SingleAdapter } from "./train/adapters/index.ts"

/** A model, and the adapter over it when it is one that was opened. */
export interface OpenedModel {
  readonly model: CausalModel
  readonly adapter?: SingleAdapter
}

/** Where the model lies that the adapter in `folder` corrects: its folder `base`, else what its configuration names. */
const baseOf = (folder: string): string => {
  const within = join(folder, "base")
  if (existsSync(within)) return within
  const named = readModelJson(join(folder, "adapter_config.json")).base_model_name_or_path
  if (typeof named === "string") {
    const places = isAbsolute(named) ? [named] : [resolve(folder, named), resolve(named)]
    const found = places.find((place) => existsSync(place))
    if (found !== undefined) return found
  }
  throw new ModelError(
    "SLUICE_BAD_MODEL_FOLDER",
    `${folder} is an adapter of "${String(named)}", which is not on this machine.`,
    { folder },
    "give the model that it corrects with --base PATH"
  )
}

/**
 * Opens the model, or the adapter with its model, at `path`; `base` says where an adapter's model lies. Throws as `loadModel`
 * and `loadAdapter` do, and `SLUICE_BAD_MODEL_FOLDER` where an adapter's model is nowhere.
 */
export const openModel = (path: string, base?: string): OpenedModel =>
  existsSync(join(path, "adapter_config.json"))
    ? { model: loadModel(base ?? baseOf(path)), adapter: loadAdapter(path) }
    : { model: loadModel(path) }
