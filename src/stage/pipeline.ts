// A pipeline: a name and its outputs. The graph is what the outputs reach.
import type { Handle } from "./handle.ts"

const pipelineBrand: unique symbol = Symbol.for("sluice/pipeline") as never

export interface Pipeline {
  readonly [pipelineBrand]: true
  readonly name: string
  readonly outputs: { readonly [name: string]: Handle }
}

/**
 * Names the outputs of a pipeline; a pipeline file's default export.
 *
 * @example
 * import { pipeline } from "#sluice"
 * import { dedup } from "#stages"
 * const lines = rows({ text: "dawn" }, { text: "dusk" }, { text: "dawn" })
 * export default pipeline("lines", { clean: lines.pipe(dedup.exact()) })
 * // clean → { text: "dawn" }
 * // clean → { text: "dusk" }
 */
export const pipeline = (name: string, outputs: { readonly [name: string]: Handle }): Pipeline =>
  Object.freeze({ [pipelineBrand]: true as const, name, outputs })

export const isPipeline = (value: unknown): value is Pipeline =>
  typeof value === "object" && value !== null && pipelineBrand in value
