// AdamW in the graph against torch's formula written out by hand.
import { expect, test } from "vitest"
import { inputName } from "../../../src/model/train/binding.ts"
import {
  type AdamWConfig,
  addAdamW,
  momentName,
  secondMomentName,
  stepNumbers
} from "../../../src/model/train/optimizer.ts"
import { floatValue, Session, scalarValue, type Values } from "../../../src/model/train/session.ts"
import { TensorGraph } from "../../../src/model/train/tensor-graph.ts"

const config: AdamWConfig = { beta1: 0.9, beta2: 0.99, epsilon: 1e-6, weightDecay: 0.1, maxGradNorm: 1 }
const gradients = [
  { matrix: [0.3, -0.4, 0, 1.2], gain: [0.05, -2] },
  { matrix: [-0.1, 0.02, 0.5, 0], gain: [0.3, 0.1] },
  { matrix: [0.2, 0.2, -0.2, 0.6], gain: [-0.7, 0] }
]
const rates = [0.1, 0.05, 0.025]

interface Plain {
  value: number
  first: number
  second: number
}

const expectedStep = (state: Plain, gradient: number, step: number, lr: number, decay: number): void => {
  state.value *= 1 - lr * decay
  state.first = config.beta1 * state.first + (1 - config.beta1) * gradient
  state.second = config.beta2 * state.second + (1 - config.beta2) * gradient ** 2
  const first = state.first / (1 - config.beta1 ** step)
  const second = state.second / (1 - config.beta2 ** step)
  state.value -= (lr * first) / (Math.sqrt(second) + config.epsilon)
}

test("three steps with clipping; the gain does not decay", async () => {
  const graph = new TensorGraph()
  const shapes = { matrix: [2, 2], gain: [2] }
  const names = ["matrix", "gain"] as const
  const entries = names.map((name) => ({
    name,
    value: graph.input(inputName(name), shapes[name]),
    gradient: graph.input(`gradient ${name}`, shapes[name])
  }))
  addAdamW(graph, config, entries)
  const session = await Session.compile(graph, { threads: 1 })
  const plain = {
    matrix: [1, -1, 0.5, 2].map((value): Plain => ({ value, first: 0, second: 0 })),
    gain: [1, 1].map((value): Plain => ({ value, first: 0, second: 0 }))
  }
  let state: Values = {}
  for (const name of names) {
    state[inputName(name)] = floatValue(
      Float32Array.from(plain[name], ({ value }) => value),
      shapes[name]
    )
    state[momentName(name)] = floatValue(new Float32Array(plain[name].length), shapes[name])
    state[secondMomentName(name)] = floatValue(new Float32Array(plain[name].length), shapes[name])
  }
  for (const [index, gradient] of gradients.entries()) {
    const lr = rates[index]!
    const numbers = stepNumbers(config, index + 1, lr)
    const scalars = Object.entries(numbers).map(([name, value]) => [name, scalarValue(value)])
    const fed = names.map((name) => [`gradient ${name}`, floatValue(Float32Array.from(gradient[name]), shapes[name])])
    const { gradNorm, ...next } = await session.run({ ...state, ...Object.fromEntries([...scalars, ...fed]) })
    state = next
    const norm = Math.hypot(...gradient.matrix, ...gradient.gain)
    expect(Number(gradNorm!.data[0])).toBeCloseTo(norm, 5)
    const factor = Math.min(1, 1 / (norm + 1e-6))
    for (const name of names) {
      plain[name].forEach((entry, place) => {
        const decay = name === "matrix" ? config.weightDecay : 0
        expectedStep(entry, factor * gradient[name][place]!, index + 1, lr, decay)
        expect(Number(state[inputName(name)]!.data[place])).toBeCloseTo(entry.value, 5)
      })
    }
  }
  await session.dispose()
})
