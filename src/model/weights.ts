// Named arrays of numbers: the weights of a model or of an adapter, under their Hugging Face names.
import type { ModelConfig } from "./architectures/architecture.ts"
import { architectureOf } from "./architectures/index.ts"
import { seededRandom } from "./random.ts"

/** One weight: row-major f32 data of `shape`. */
export interface Weight {
  readonly shape: readonly number[]
  readonly data: Float32Array
}

/** Weights by name, in a fixed order. */
export type Weights = ReadonlyMap<string, Weight>

const INITIAL_DEVIATION = 0.02

/**
 * Fresh weights: normal with deviation 0.02, gains 1 (or what means 1 in the model's family), biases 0; each weight has its
 * own random stream named after it.
 */
export const initialWeights = (config: ModelConfig, seed: number): Map<string, Weight> => {
  const family = architectureOf(config)
  const weights = new Map<string, Weight>()
  for (const [name, shape] of family.weightShapes(config)) {
    const data = new Float32Array(shape.reduce((product, size) => product * size, 1))
    if (shape.length === 1) data.fill(family.initialValue?.(name) ?? (name.endsWith(".bias") ? 0 : 1))
    else {
      const random = seededRandom(seed, name)
      for (let index = 0; index < data.length; index++) data[index] = INITIAL_DEVIATION * random.normal()
    }
    weights.set(name, { shape, data })
  }
  return weights
}
