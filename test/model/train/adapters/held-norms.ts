// DoRA takes no gradient through the lengths of its rows: magnitudes that keep their ratio to them while a matrix moves.
import { Tensor as Value } from "onnxruntime-node"
import type { SingleAdapter } from "../../../../src/model/index.ts"
import { loraScale } from "../../../../src/model/train/adapters/lora.ts"
import type { Values } from "../../../../src/model/train/session.ts"
import type { Weights } from "../../../../src/model/weights.ts"

type Numbers = ArrayLike<number>

const norms = (base: Numbers, down: Numbers, up: Numbers, out: number, rank: number, scale: number): number[] => {
  const width = base.length / out
  return Array.from({ length: out }, (_, row) => {
    let total = 0
    for (let column = 0; column < width; column++) {
      let value = base[row * width + column]!
      for (let inner = 0; inner < rank; inner++) {
        value += scale * up[row * rank + inner]! * down[inner * width + column]!
      }
      total += value * value
    }
    return Math.sqrt(total)
  })
}

/** Feeds besides a moved input `name`; none for other adapters and inputs. */
export const heldNorms = (base: Weights, adapter: SingleAdapter, name: string, moved: Float64Array): Values => {
  const found = /^weight:(.*)\.lora_([AB])\.weight$/.exec(name)
  if (adapter.kind !== "lora" || found === null) return {}
  const module = found[1]!
  const magnitude = adapter.weights.get(`${module}.lora_magnitude_vector`)
  if (magnitude === undefined) return {}
  const matrix = base.get(`${module}.weight`)!.data
  const down = adapter.weights.get(`${module}.lora_A.weight`)!
  const up = adapter.weights.get(`${module}.lora_B.weight`)!.data
  const out = magnitude.shape[0]!
  const lengths = (a: Numbers, b: Numbers) =>
    norms(matrix, a, b, out, down.shape[0]!, loraScale(adapter.config, module))
  const before = lengths(down.data, up)
  const after = found[2] === "A" ? lengths(moved, up) : lengths(down.data, moved)
  const data = Float64Array.from(magnitude.data, (value, row) => (value * after[row]!) / before[row]!)
  return { [`weight:${module}.lora_magnitude_vector`]: new Value("float64", data, [out]) }
}
