// Mistral: Llama's layers, where a token may see no further back than a window (Jiang et al., arXiv 2310.06825).
import { ModelError } from "../model-error.ts"
import type { Architecture } from "./architecture.ts"
import { numberUnder } from "./config-fields.ts"
import {
  type DecoderConfig,
  type DecoderShape,
  decoderConfig,
  decoderFromJson,
  decoderToJson
} from "./decoder-config.ts"
import { decoderFamily } from "./decoder-layers.ts"

/** The shape of a Mistral. */
export interface MistralConfig extends DecoderConfig {
  readonly architecture: "mistral"
  /** Tokens that a token sees in each layer, itself among them; all before it if not given. */
  readonly window?: number
}

/** What must be said about a new Mistral. */
export interface MistralShape extends DecoderShape {
  readonly architecture: "mistral"
  readonly window?: number
}

const config = ({ window, ...shape }: Omit<MistralShape, "architecture">): MistralConfig => {
  if (window !== undefined && !(Number.isInteger(window) && window > 0)) {
    throw new ModelError("SLUICE_BAD_MODEL_SHAPE", `A window of ${window} tokens; a whole number above 0 is needed.`)
  }
  return { ...decoderConfig("mistral", shape), ...(window !== undefined && { window }) }
}

/** The class's window where config.json says nothing; `null` says that there is none. */
const usualWindow = 4096

/** Mistral. */
export const mistral: Architecture<"mistral", MistralShape, MistralConfig> = {
  kind: "mistral",
  ...decoderFamily(),
  config,
  fromJson: (json) => {
    const window = json["sliding_window"] === null ? undefined : (numberUnder(json, "sliding_window") ?? usualWindow)
    const shape = decoderFromJson(json, { activation: ["silu"] })
    return config({ ...shape, ...(window !== undefined && { window }) })
  },
  toJson: (given) =>
    decoderToJson(given, {
      architectures: ["MistralForCausalLM"],
      model_type: "mistral",
      sliding_window: given.window ?? null
    }),
  window: ({ window }) => window
}
