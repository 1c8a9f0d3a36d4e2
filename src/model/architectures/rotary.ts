// Rotary frequencies, plain or stretched as Llama 3's, and the two spellings in which config.json has them.
import { ModelError } from "../model-error.ts"
import type { ConfigJson } from "./architecture.ts"

/** Llama 3's stretching of the rotary frequencies for long contexts. */
export interface RopeScaling {
  readonly factor: number
  readonly lowFrequencyFactor: number
  readonly highFrequencyFactor: number
  readonly originalMaxPositions: number
}

/** What rotary frequencies are computed from. */
export interface RotarySettings {
  readonly headDim: number
  readonly ropeTheta: number
  readonly ropeScaling?: RopeScaling
}

/** Rotary frequencies, headDim/2 of them: θ^(−2i/d), stretched when the config asks for Llama 3 scaling. */
export const rotaryFrequencies = ({ headDim, ropeTheta, ropeScaling }: RotarySettings): Float64Array =>
  Float64Array.from({ length: headDim / 2 }, (_, index) => {
    const frequency = ropeTheta ** ((-2 * index) / headDim)
    if (ropeScaling === undefined) return frequency
    const { factor, lowFrequencyFactor, highFrequencyFactor, originalMaxPositions } = ropeScaling
    const turns = (originalMaxPositions * frequency) / (2 * Math.PI)
    if (turns > highFrequencyFactor) return frequency
    if (turns < lowFrequencyFactor) return frequency / factor
    const smooth = (turns - lowFrequencyFactor) / (highFrequencyFactor - lowFrequencyFactor)
    return ((1 - smooth) * frequency) / factor + smooth * frequency
  })

/** The fields of config.json, in both spellings. */
export const rotaryToJson = ({ ropeTheta, ropeScaling }: Omit<RotarySettings, "headDim">): ConfigJson => {
  const scaling = ropeScaling && {
    rope_type: "llama3",
    factor: ropeScaling.factor,
    low_freq_factor: ropeScaling.lowFrequencyFactor,
    high_freq_factor: ropeScaling.highFrequencyFactor,
    original_max_position_embeddings: ropeScaling.originalMaxPositions
  }
  return {
    rope_parameters: { rope_type: "default", rope_theta: ropeTheta, ...scaling },
    rope_scaling: scaling ?? null,
    rope_theta: ropeTheta
  }
}

const scalingFrom = (rope: ConfigJson): RopeScaling | undefined => {
  const type = rope["rope_type"] ?? rope["type"] ?? "default"
  if (type === "default") return undefined
  if (type !== "llama3") {
    throw new ModelError(
      "SLUICE_UNSUPPORTED_MODEL",
      `rope_type "${type}" is not supported; "default" and "llama3" are.`
    )
  }
  return {
    factor: Number(rope["factor"]),
    lowFrequencyFactor: Number(rope["low_freq_factor"]),
    highFrequencyFactor: Number(rope["high_freq_factor"]),
    originalMaxPositions: Number(rope["original_max_position_embeddings"])
  }
}

/** Reads either spelling, θ 10,000 if not said. Throws `SLUICE_UNSUPPORTED_MODEL` for other stretchings. */
export const rotaryFromJson = (json: ConfigJson): Omit<RotarySettings, "headDim"> => {
  const rope = {
    ...(json["rope_scaling"] as ConfigJson | null),
    ...(json["rope_parameters"] as ConfigJson | null | undefined)
  }
  const ropeScaling = scalingFrom(rope)
  return { ropeTheta: Number(rope["rope_theta"] ?? json["rope_theta"] ?? 10_000), ...(ropeScaling && { ropeScaling }) }
}
