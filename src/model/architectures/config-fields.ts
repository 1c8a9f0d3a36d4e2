// Fields of config.json that families share, read with one error for what is missing.
import { ModelError } from "../model-error.ts"
import type { ConfigJson, ModelConfig } from "./architecture.ts"

/** The error of a model that cannot be computed. */
export const unsupported = (message: string): ModelError => new ModelError("SLUICE_UNSUPPORTED_MODEL", message)

/** The number under `key`, undefined where there is none. */
export const numberUnder = (json: ConfigJson, key: string): number | undefined => {
  const value = json[key]
  return typeof value === "number" ? value : undefined
}

/** The whole number above 0 under `key`; throws `SLUICE_BAD_MODEL_SHAPE`. */
export const sizeUnder = (json: ConfigJson, key: string): number => {
  const value = json[key]
  if (typeof value === "number" && Number.isInteger(value) && value > 0) return value
  throw new ModelError("SLUICE_BAD_MODEL_SHAPE", `${key} is ${JSON.stringify(value)}; a number above 0 is needed.`)
}

/** Throws `SLUICE_UNSUPPORTED_MODEL` for an activation that is none of `known`. */
export const checkActivation = (json: ConfigJson, key: string, known: readonly string[]): void => {
  const activation = json[key] ?? known[0]!
  if (known.includes(activation as string)) return
  const names = known.map((name) => `"${name}"`).join(" and ")
  throw unsupported(`${key} "${activation}" is not supported; ${names} ${known.length === 1 ? "is" : "are"}.`)
}

/** Ids of begin and end, as config.json has them. */
export const endsFromJson = (json: ConfigJson): Pick<ModelConfig, "bosId" | "eosIds"> => {
  const bosId = numberUnder(json, "bos_token_id")
  const eos = json["eos_token_id"]
  return {
    ...(bosId !== undefined && { bosId }),
    eosIds: Array.isArray(eos) ? eos.map(Number) : typeof eos === "number" ? [eos] : []
  }
}

/** The same fields written. */
export const endsToJson = ({ bosId, eosIds }: Pick<ModelConfig, "bosId" | "eosIds">): ConfigJson => ({
  bos_token_id: bosId ?? null,
  eos_token_id: eosIds.length === 0 ? null : eosIds.length === 1 ? eosIds[0] : eosIds
})
