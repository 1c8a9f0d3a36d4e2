// What something to minimise is: a scalar made in the graph from what the model says of the targets of a batch.
import type { Tensor, TensorGraph } from "../tensor-graph.ts"

/** What the model says of a batch's target places. */
export interface Predicted {
  /** Scores of every token [targets, vocabulary]. */
  readonly logits: Tensor
  /** The token that stands there [targets] int64. */
  readonly targets: Tensor
  /** Its log-probability [targets]. */
  readonly logProbs: Tensor
}

/** One objective; `index.ts` lists them. */
export interface Objective<
  Kind extends string = string,
  Config extends { readonly kind: Kind } = { readonly kind: Kind }
> {
  readonly kind: Kind
  /** The scalar to minimise; declares the inputs it wants fed itself. */
  build(graph: TensorGraph, config: Config, predicted: Predicted): Tensor
}
