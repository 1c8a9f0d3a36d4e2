// Named arrays of numbers: the weights of a model or of an adapter, under their Hugging Face names.
import type { LlamaConfig } from "./llama-config.ts"
import { llamaWeightShapes } from "./llama-config.ts"
import { seededRandom } from "./random.ts"

/** One weight: row-major f32 data of `shape`. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Weights by name, in a fixed order. */
export type Weights = ReadonlyMap<string, Weight>

const INITIAL_DEVIATION = 0.02

/** Fresh weights: normal with deviation 0.02, gains 1, biases 0; each weight has its own random stream named after it. */
export const initialWeights = (config: LlamaConfig, seed: number): Map<string, Weight> => {
  const weights = new Map<string, Weight>()
  for (const [name, shape] of llamaWeightShapes(config)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    if (shape.length === 1) data.fill(name.endsWith(".bias") ? 0 : 1)
    else {
      const random = seededRandom(seed, name)
      for (let index = 0; index < data.length; index++) data[index] = INITIAL_DEVIATION * random.normal()
    }
    weights.set(name, { shape, data })
  }
  return weights
}
