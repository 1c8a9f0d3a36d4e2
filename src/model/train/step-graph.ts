// Builds the graphs of training: one fused step, or gradients and update apart when gradients are accumulated.
import type { ModelConfig } from "../architectures/architecture.ts"
import type { Weights } from "../weights.ts"
import { type BatchShape, isDense } from "./batch.ts"
import type { Adapter } from "./adapters/any-adapter.ts"
import { type Binding, bindModel, inputName } from "./binding.ts"
import type { Device } from "./device.ts"
import { decoderHidden, decoderLogits, packedAttention } from "./decoder.ts"
import type { NoiseInputs } from "./noise.ts"
import { buildObjective, type ObjectiveConfig, plainCrossEntropy } from "./objectives/index.ts"
import type { Predicted } from "./objectives/objective.ts"
import { gatherRows, multiply, pickLogProb, softmax, subtract, sum } from "./operation.ts"
import { type AdamWConfig, addAdamW, gradientNorm } from "./optimizer.ts"
import type { Precision } from "./precision.ts"
import { type Mark, markOf } from "./recompute.ts"
import { type FloatType, type Tensor, TensorGraph } from "./tensor-graph.ts"
import { backward } from "./vjp.ts"

/** What is trained: all base weights, or an adapter over a frozen base. */
export interface TrainTarget {
  readonly config: ModelConfig
  readonly base: Weights
  readonly adapter?: Adapter
  /** What is minimised, plain token cross-entropy if not given. */
  readonly objective?: ObjectiveConfig
  /** α of NEFTune's noise on embeddings, none if not given. */
  readonly embeddingNoise?: number
  /** Whether each layer's activations are computed again for its gradients instead of being kept. */
  readonly checkpointing?: boolean
  /** In which matrices are multiplied in training, f32 if not given; the loss is then scaled by the input `lossScale` []. */
  readonly precision?: Precision
  /** Gives log p of every target too, as the output `logProbs` [targets]. */
  readonly tellsTargets?: boolean
}

/** Weights that training changes. */
export const trainableWeights = (target: TrainTarget): Weights => target.adapter?.weights ?? target.base

/** Name of the state that sums the gradient of a weight over micro-batches. */
export const accumulatorName = (name: string): string => `gradient:${name}`

/** A graph and the frozen weights it wants to be fed. */
export interface BuiltGraph {
  readonly graph: TensorGraph
  readonly fed: Weights
  /** Its random inputs, if it trains. */
  readonly noise?: NoiseInputs | undefined
}

interface Scored {
  readonly binding: Binding
  readonly noise: NoiseInputs | undefined
  /** Scores of the next token at each target place [targets, vocabulary]. */
  readonly logits: Tensor
  readonly parameters: ReadonlyMap<string, Tensor>
  /** Where layers begin and end, if their activations are not kept. */
  readonly marks: readonly Mark[]
}

interface Forward extends Scored {
  readonly predicted: Predicted
}

/** A binding that notes in `marks` where each layer begins and ends. */
const marking = (graph: TensorGraph, binding: Binding, marks: Mark[]): Binding => {
  const noted = (tensor: Tensor): Tensor => {
    marks.push(markOf(graph, tensor))
    return tensor
  }
  return {
    ...binding,
    embed: (ids) => noted(binding.embed(ids)),
    join: (site) => (site.block === "feedForward" ? noted(binding.join(site)) : binding.join(site))
  }
}

/** Bound of NEFTune's noise: α / √(length of a row · hidden size) (Jain et al., arXiv 2310.05914). */
const noiseBound = ({ embeddingNoise = 0, config }: TrainTarget, length: number): number =>
  embeddingNoise / Math.sqrt(length * config.hiddenSize)

/** Binds weights and computes the scores of the next token at every target place of a batch. */
const score = (graph: TensorGraph, target: TrainTarget, shape: BatchShape, train: boolean, limit?: number): Scored => {
  const { config } = target
  const { rows, length, targets } = shape
  const size = rows * length
  const bound = bindModel(graph, target, {
    train,
    ...(limit !== undefined && { limit }),
    ...(train && { embeddingNoise: noiseBound(target, length) })
  })
  const marks: Mark[] = []
  const binding = train && target.checkpointing ? marking(graph, bound.binding, marks) : bound.binding
  const ids = graph.input("ids", [size], "int64")
  const positions = graph.input("positions", [size], "int64")
  const segments = graph.input("segments", [rows, length], "int64")
  const input = { ids, positions, positionLimit: length, batch: rows, time: length }
  const hidden = decoderHidden(graph, config, binding, input, packedAttention(graph, config, binding, input, segments))
  const seen = isDense(shape) ? hidden : gatherRows(graph, hidden, graph.input("sources", [targets], "int64"))
  const logits = decoderLogits(config, binding, seen)
  return { binding, noise: bound.noise, logits, parameters: bound.parameters, marks }
}

/** The same with log p of every target [targets]. */
const forward = (
  graph: TensorGraph,
  target: TrainTarget,
  shape: BatchShape,
  train: boolean,
  limit?: number
): Forward => {
  const scored = score(graph, target, shape, train, limit)
  const { logits } = scored
  const targets = graph.input("targets", [shape.targets], "int64")
  return { ...scored, predicted: { logits, targets, logProbs: pickLogProb(graph, logits, targets) } }
}

const lossAndGradients = (
  graph: TensorGraph,
  target: TrainTarget,
  parts: Forward
): { readonly loss: Tensor; readonly gradients: ReadonlyMap<string, Tensor> } => {
  const loss = buildObjective(graph, target.objective ?? plainCrossEntropy, parts.predicted)
  graph.output(loss, "loss")
  if (target.tellsTargets === true) graph.output(parts.predicted.logProbs, "logProbs")
  const names = [...parts.parameters.keys()]
  const scale = graph.precision === "f16" ? graph.input("lossScale", []) : undefined
  const gradients = backward(graph, loss, [...parts.parameters.values()], parts.marks, scale)
  return { loss, gradients: new Map(names.map((name, place) => [name, gradients[place]!])) }
}

/** Loss, gradients and AdamW in one graph, in f32. */
export const buildStepGraph = (
  target: TrainTarget,
  shape: BatchShape,
  optimizer: AdamWConfig,
  device?: Device
): BuiltGraph => {
  const graph = new TensorGraph("float32", device)
  const parts = forward(graph, target, shape, true)
  const { loss, gradients } = lossAndGradients(graph, target, parts)
  const entries = [...parts.parameters].map(([name, value]) => ({ name, value, gradient: gradients.get(name)! }))
  addAdamW(graph, optimizer, entries, { after: loss })
  return { graph, fed: parts.binding.fed, noise: parts.noise }
}

/**
 * Loss and gradients of one micro-batch; gradients come out added to the `gradient:*` inputs, or alone in a check. In mixed
 * precision they are times `lossScale`, as is the norm of their sums, output `gradNorm`.
 */
export const buildGradientGraph = (
  target: TrainTarget,
  shape: BatchShape,
  options: { readonly accumulate: boolean; readonly float?: FloatType; readonly device?: Device }
): BuiltGraph => {
  const graph = new TensorGraph(options.float, options.device, target.precision)
  const parts = forward(graph, target, shape, true)
  const totals: Tensor[] = []
  for (const [name, gradient] of lossAndGradients(graph, target, parts).gradients) {
    const known = accumulatorName(name)
    const total = options.accumulate
      ? graph.emit("Add", [graph.input(known, gradient.shape), gradient], gradient.shape)
      : gradient
    graph.output(total, known)
    totals.push(total)
  }
  if (target.precision === "f16") graph.output(gradientNorm(graph, totals), "gradNorm")
  return { graph, fed: parts.binding.fed, noise: parts.noise }
}

/**
 * AdamW over gradients summed before. In mixed precision they are times the inverse of `inverseScale` [], and `gradNorm` [],
 * their norm without that factor, is fed: no graph with an update runs where it is no number.
 */
export const buildUpdateGraph = (target: TrainTarget, optimizer: AdamWConfig, device?: Device): TensorGraph => {
  const graph = new TensorGraph("float32", device)
  const mixed = target.precision === "f16" && {
    inverse: graph.input("inverseScale", []),
    norm: graph.input("gradNorm", [])
  }
  const entries = [...trainableWeights(target)].map(([name, { shape }]) => {
    const value = graph.input(inputName(name), shape)
    const summed = graph.input(accumulatorName(name), shape)
    const gradient = mixed ? graph.emit("Mul", [summed, mixed.inverse], shape) : summed
    return { name, value, gradient }
  })
  addAdamW(graph, optimizer, entries, mixed ? { norm: mixed.norm } : {})
  return graph
}

/** Log-probabilities of the targets of a batch, output `logProbs` [targets]; weights above `limit` bytes are fed. */
export const buildScoreGraph = (
  target: TrainTarget,
  shape: BatchShape,
  device?: Device,
  limit?: number
): BuiltGraph => {
  const graph = new TensorGraph("float32", device)
  const parts = forward(graph, target, shape, false, limit)
  graph.output(parts.predicted.logProbs, "logProbs")
  return { graph, fed: parts.binding.fed, noise: parts.noise }
}

/** Entropies of the next token at the target places, output `entropies` [targets]: ln Σ eᶻ − Σ p z for scores z. */
export const buildEntropyGraph = (target: TrainTarget, shape: BatchShape, device?: Device): BuiltGraph => {
  const graph = new TensorGraph("float32", device)
  const { binding, noise, logits } = score(graph, target, shape, false)
  const mean = sum(graph, multiply(graph, softmax(graph, logits), logits), [1])
  const attributes = { keepdims: 0 }
  const total = graph.emit("ReduceLogSumExp", [logits, graph.integers([1])], [shape.targets], { attributes })
  graph.output(subtract(graph, total, mean), "entropies")
  return { graph, fed: binding.fed, noise }
}
