// What training minimises, as graph expressions over the log-probabilities of target tokens.
import { multiply, negate, sum } from "./operation.ts"
import type { Tensor, TensorGraph } from "./tensor-graph.ts"

/** Turns log p of a batch's targets [targets] into the scalar to minimise; declares the inputs it wants fed itself. */
export type Objective = (graph: TensorGraph, logProbs: Tensor) => Tensor

/**
 * Token cross-entropy with a global normaliser: −Σ weight · log p / N. Inputs: `weights` [targets], 1 where a token is
 * supervised, else 0; `inverseCount` [] = 1/N with N the supervised tokens of the whole step, all micro-batches together,
 * so that splitting a step changes nothing.
 */
export const tokenCrossEntropy: Objective = (graph, logProbs) => {
  const weights = graph.input("weights", logProbs.shape)
  const each = multiply(graph, logProbs, multiply(graph, weights, graph.input("inverseCount", [])))
  return negate(graph, sum(graph, each, [0]))
}
