// AdamW and clipping by global norm, written into the graph so that a step returns new weights without leaving it.
import { reduced } from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/** Settings of AdamW; `maxGradNorm` undefined means no clipping. */
export interface AdamWConfig {
  readonly beta1: number
  readonly beta2: number
  readonly epsilon: number
  readonly weightDecay: number
  readonly maxGradNorm?: number
}

/** One trained weight inside the update. */
export interface UpdateEntry {
  readonly name: string
  readonly value: Tensor
  readonly gradient: Tensor
}

/** Names of the inputs and outputs that hold optimiser state. */
export const momentName = (name: string): string => `moment1:${name}`
export const secondMomentName = (name: string): string => `moment2:${name}`

/** Numbers fed per step, computed on the host in f64; each is a scalar input of the graph. */
export interface StepNumbers {
  /** lr · √(1−β₂ᵗ) / (1−β₁ᵗ) */
  readonly stepSize: number
  /** ε · √(1−β₂ᵗ) */
  readonly epsilon: number
  /** 1 − lr · weight decay */
  readonly keep: number
}

/** The numbers of step `step`, counted from 1, at learning rate `lr`. */
export const stepNumbers = (config: AdamWConfig, step: number, lr: number): StepNumbers => {
  const correction = Math.sqrt(1 - config.beta2 ** step)
  return {
    stepSize: (lr * correction) / (1 - config.beta1 ** step),
    epsilon: config.epsilon * correction,
    keep: 1 - lr * config.weightDecay
  }
}

/** Squares of gradients are kept from the norm to the second moment on GPUs, where each operation costs a dispatch. */
const keepsSquares = ({ device }: TensorGraph): boolean => device !== "cpu"

/** The sum of the squares of all elements. */
const squareSum = (graph: TensorGraph, gradient: Tensor, square: Tensor | undefined): Tensor => {
  const attributes = { keepdims: 0 }
  if (square === undefined) return graph.emit("ReduceSumSquare", [gradient], [], { attributes })
  if (graph.device !== "cuda") return graph.emit("ReduceSum", [square], [], { attributes })
  const axes = square.shape.map((_, axis) => axis)
  return reduced(graph, square, axes, [])
}

/** 1, known when two scalars are; not a number where one of them is. */
const afterBoth = (graph: TensorGraph, left: Tensor, right: Tensor): Tensor => {
  const zero = graph.emit("Mul", [graph.emit("Add", [left, right], []), graph.scalar(0)], [])
  return graph.emit("Add", [zero, graph.scalar(1)], [])
}

/** The length of all gradients together; `squares` are theirs where they are kept. */
export const gradientNorm = (
  graph: TensorGraph,
  gradients: readonly Tensor[],
  squares: readonly (Tensor | undefined)[] = []
): Tensor => {
  let total = graph.scalar(0)
  gradients.forEach((gradient, place) => {
    total = graph.emit("Add", [total, squareSum(graph, gradient, squares[place])], [])
  })
  return graph.emit("Sqrt", [total], [])
}

/** What an update waits for, or knows from before. */
export interface UpdateOptions {
  /** A scalar that must be known, and a number, before a weight is written. */
  readonly after?: Tensor
  /** The gradient norm, where it was computed before. */
  readonly norm?: Tensor
}

/**
 * Adds the update to `graph` (Loshchilov and Hutter, arXiv 1711.05101, with torch's order of operations up to a factor
 * √(1−β₂ᵗ) taken out of the fraction). Weights with one axis (norm gains, biases) do not decay. Clipping scales all
 * gradients by min(1, max/(norm + 1e-6)) as torch's `clip_grad_norm_` does.
 * Outputs: `weight:*`, `moment1:*`, `moment2:*` and, unless it is given, `gradNorm`, the norm before clipping. They may be written where the
 * inputs of these names lie: all of them wait for the norm and for `after`, and so for all that reads those.
 */
export const addAdamW = (
  graph: TensorGraph,
  config: AdamWConfig,
  entries: readonly UpdateEntry[],
  { after = graph.scalar(0), norm: known }: UpdateOptions = {}
): void => {
  const stepSize = graph.input("stepSize", [])
  const epsilon = graph.input("epsilon", [])
  const keep = graph.input("keep", [])
  const squares = entries.map(({ gradient }) =>
    known === undefined && keepsSquares(graph) ? graph.emit("Mul", [gradient, gradient], gradient.shape) : undefined
  )
  const gradients = entries.map(({ gradient }) => gradient)
  const norm = known ?? gradientNorm(graph, gradients, squares)
  if (known === undefined) graph.output(norm, "gradNorm")
  const one = afterBoth(graph, norm, after)
  let factor = one
  if (config.maxGradNorm !== undefined) {
    const shifted = graph.emit("Add", [norm, graph.scalar(1e-6)], [])
    const ratio = graph.emit("Div", [graph.scalar(config.maxGradNorm), shifted], [])
    factor = graph.emit("Min", [ratio, one], [])
  }
  const fresh1 = graph.emit("Mul", [factor, graph.scalar(1 - config.beta1)], [])
  const fresh2 = graph.emit("Mul", [graph.emit("Mul", [factor, factor], []), graph.scalar(1 - config.beta2)], [])
  entries.forEach(({ name, value, gradient }, place) => {
    const { shape } = value
    const each = (type: string, left: Tensor, right: Tensor): Tensor => graph.emit(type, [left, right], shape)
    const old1 = graph.input(momentName(name), shape)
    const old2 = graph.input(secondMomentName(name), shape)
    const square = squares[place] ?? each("Mul", gradient, gradient)
    const new1 = each("Add", each("Mul", old1, graph.scalar(config.beta1)), each("Mul", gradient, fresh1))
    const new2 = each("Add", each("Mul", old2, graph.scalar(config.beta2)), each("Mul", square, fresh2))
    const root = each("Add", graph.emit("Sqrt", [new2], shape), epsilon)
    const move = each("Mul", each("Div", new1, root), stepSize)
    const decays = config.weightDecay !== 0 && shape.length > 1
    graph.output(each("Sub", decays ? each("Mul", value, keep) : value, move), value.name)
    graph.output(new1, momentName(name))
    graph.output(new2, secondMomentName(name))
  })
}
