// Random inputs of a step, drawn on the host from the seed, the step and the batch: a resumed run draws the same again.
import { seededRandom } from "../random.ts"
import { multiply } from "./operation.ts"
import { floatValue, type Values } from "./session.ts"
import { elementCount, type Shape, type Tensor, type TensorGraph } from "./tensor-graph.ts"

/** One random input of a graph. */
interface Noise {
  readonly name: string
  readonly shape: Shape
  readonly fill: (data: Float32Array, uniform: () => number) => void
}

/** The random inputs that a graph declared. */
export class NoiseInputs {
  private readonly graph: TensorGraph
  private readonly noises: Noise[] = []

  constructor(graph: TensorGraph) {
    this.graph = graph
  }

  private input(name: string, shape: Shape, fill: Noise["fill"]): Tensor {
    this.noises.push({ name: `noise:${name}`, shape, fill })
    return this.graph.input(`noise:${name}`, shape)
  }

  /** Zeroes each element with chance `rate` and divides the others by 1 − rate. */
  dropout(input: Tensor, name: string, rate: number): Tensor {
    if (rate === 0) return input
    const kept = 1 / (1 - rate)
    const mask = this.input(`dropout ${name}`, input.shape, (data, uniform) => {
      for (let index = 0; index < data.length; index++) data[index] = uniform() < rate ? 0 : kept
    })
    return multiply(this.graph, input, mask)
  }

  /** Uniform in ±bound. */
  uniform(name: string, shape: Shape, bound: number): Tensor {
    return this.input(name, shape, (data, uniform) => {
      for (let index = 0; index < data.length; index++) data[index] = bound * (2 * uniform() - 1)
    })
  }

  /** Draws all of them for one batch of one step. */
  draw(seed: number, step: number, batch: number): Values {
    return Object.fromEntries(
      this.noises.map(({ name, shape, fill }) => {
        const data = new Float32Array(elementCount(shape))
        fill(data, seededRandom(seed, `${name} ${step} ${batch}`).uniform)
        return [name, floatValue(data, shape)]
      })
    )
  }
}
