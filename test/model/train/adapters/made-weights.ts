// The weights that record-peft.py gave its models, made again: sines of a place and a name.
import { modelConfig, weightShapes } from "../../../../src/model/architectures/index.ts"
import type { Weight, Weights } from "../../../../src/model/weights.ts"
import { tinyTokenizer } from "../../tiny-model.ts"

const phaseOf = (name: string): number =>
  (Array.from(name).reduce((sum, letter, place) => sum + (place + 1) * letter.charCodeAt(0), 0) % 1000) / 10

const scaled = (name: string, wave: number): number => {
  if (name.includes("layernorm") || name === "model.norm.weight" || /\.ln_\w+\.weight$/.test(name))
    return 1 + 0.1 * wave
  if (name.includes("ia3_l") || name.includes("magnitude")) return 1 + 0.3 * wave
  return (name.includes("prompt_embeddings") || name.includes("embedding.weight") ? 0.5 : 0.3) * wave
}

export const madeWeight = (name: string, shape: readonly number[]): Weight => {
  const phase = phaseOf(name)
  const size = shape.reduce((product, length) => product * length, 1)
  return { shape, data: Float32Array.from({ length: size }, (_, at) => scaled(name, Math.sin(phase + 0.731 * at))) }
}

/** Each weight by its name, behind `start` where it is said. */
export const madeWeights = (like: Weights, start = ""): Map<string, Weight> =>
  new Map([...like].map(([name, { shape }]) => [name, madeWeight(start + name, shape)]))

/** The models of the recordings, and the text they were asked about. */
export const recordedModel = (kind: "llama" | "qwen2" = "llama", tieEmbeddings = false) => {
  const config = modelConfig({
    architecture: kind,
    vocabSize: 24,
    hiddenSize: 16,
    intermediateSize: 24,
    layers: 2,
    heads: 4,
    kvHeads: 2,
    maxPositions: 64,
    tieEmbeddings
  })
  const weights = new Map([...weightShapes(config)].map(([name, shape]) => [name, madeWeight(name, shape)]))
  return { config, weights, tokenizer: tinyTokenizer() }
}

export const recordedIds = Int32Array.of(3, 17, 5, 0, 23, 11)
