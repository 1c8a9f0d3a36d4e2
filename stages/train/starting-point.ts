// The model a fine-tuning starts from: a complete folder as it is, an adapter folder with its correction added in.
import { existsSync } from "node:fs"
import { cp } from "node:fs/promises"
import { join } from "node:path"
import type { CausalModel } from "#sluice/model"
import type { Engine } from "./training.ts"

/** Where an adapter folder keeps the files of the model it corrects. */
export const baseFolder = "base"

const isAdapter = (folder: string): boolean => existsSync(join(folder, "adapter_config.json"))

export const openModel = (engine: Engine, folder: string): CausalModel =>
  isAdapter(folder)
    ? engine.mergeAdapter(engine.loadModel(join(folder, baseFolder)), engine.loadAdapter(folder))
    : engine.loadModel(folder)

/** Puts the model opened from `folder` into `target`: its files as they are, or the merged weights of an adapter. */
export const keepBase = async (engine: Engine, folder: string, model: CausalModel, target: string): Promise<void> => {
  if (isAdapter(folder)) engine.saveModel(target, model)
  else await cp(folder, target, { recursive: true })
}
