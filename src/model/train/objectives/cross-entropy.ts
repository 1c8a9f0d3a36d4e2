// Token cross-entropy: what every fine-tuning on texts minimises.
import { add, meanLogProb, multiply, negate, sum } from "../operation.ts"
import type { Objective } from "./objective.ts"

/** Settings of cross-entropy. */
export interface CrossEntropyConfig {
  readonly kind: "cross-entropy"
  /** Share ε of each target that is spread over the whole vocabulary (Szegedy et al., arXiv 1512.00567), in [0, 1). */
  readonly labelSmoothing: number
}

/**
 * Token cross-entropy with a global normaliser: −Σ weight · ((1 − ε) log p(target) + ε mean log p) / N. Inputs: `weights`
 * [targets], 1 where a token is supervised, else 0; `inverseCount` [] = 1/N with N the supervised tokens of the whole step,
 * all micro-batches together, so that splitting a step changes nothing.
 */
export const crossEntropy: Objective<"cross-entropy", CrossEntropyConfig> = {
  kind: "cross-entropy",
  build: (graph, { labelSmoothing }, { logProbs, logits }) => {
    const weights = graph.input("weights", logProbs.shape)
    const scale = multiply(graph, weights, graph.input("inverseCount", []))
    if (labelSmoothing === 0) return negate(graph, sum(graph, multiply(graph, logProbs, scale), [0]))
    const sharp = multiply(graph, logProbs, graph.scalar(1 - labelSmoothing))
    const flat = multiply(graph, meanLogProb(graph, logits), graph.scalar(labelSmoothing))
    return negate(graph, sum(graph, multiply(graph, add(graph, sharp, flat), scale), [0]))
  }
}
