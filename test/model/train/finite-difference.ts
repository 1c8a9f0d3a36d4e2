// Compares gradients of a graph with central finite differences, in f64.
import { Tensor as Value } from "onnxruntime-node"
import { seededRandom } from "../../../src/model/random.ts"
import { Session, type Values } from "../../../src/model/train/session.ts"
import { elementCount, type Tensor, type TensorGraph } from "../../../src/model/train/tensor-graph.ts"

const STEP = 1e-5

/**
 * Runs `graph`, whose outputs are `loss` and one gradient per entry of `gradients` (input → output name), and gives the
 * largest error relative to the larger of the two gradients (at least 1e-3) over up to `samples` elements per input. `held` says
 * what else must be fed when an input moves, so that what no gradient flows through stays as it was.
 */
export const worstGradientError = async (
  graph: TensorGraph,
  gradients: ReadonlyMap<Tensor, string>,
  feeds: Values,
  samples = 16,
  held: (input: Tensor, moved: Float64Array) => Values = () => ({})
): Promise<number> => {
  const session = await Session.compile(graph, { threads: 1 })
  const random = seededRandom(11, "samples")
  const analytic = await session.run(feeds)
  let worst = 0
  try {
    for (const [input, output] of gradients) {
      const size = elementCount(input.shape)
      const data = feeds[input.name]!.data as Float64Array
      const lossAt = async (place: number, value: number): Promise<number> => {
        const moved = data.slice()
        moved[place] = value
        const given = { [input.name]: new Value("float64", moved, input.shape), ...held(input, moved) }
        const result = await session.run({ ...feeds, ...given })
        return Number(result.loss!.data[0])
      }
      for (let sample = 0; sample < Math.min(samples, size); sample++) {
        const place = size <= samples ? sample : Math.floor(random.uniform() * size)
        const above = await lossAt(place, data[place]! + STEP)
        const below = await lossAt(place, data[place]! - STEP)
        const numeric = (above - below) / (2 * STEP)
        const found = Number(analytic[output]!.data[place])
        const scale = Math.max(Math.abs(numeric), Math.abs(found), 1e-3)
        worst = Math.max(worst, Math.abs(numeric - found) / scale)
      }
    }
  } finally {
    await session.dispose()
  }
  return worst
}

/** Random f64 values in ±1, or 0.5 … 1.5 when `positive`. */
export const randomValue = (name: string, shape: readonly number[], positive = false): Value => {
  const random = seededRandom(3, name)
  const data = Float64Array.from({ length: elementCount(shape) }, () =>
    positive ? 0.5 + random.uniform() : 2 * random.uniform() - 1
  )
  return new Value("float64", data, shape)
}
