// A tied output head that an adapter changes needs a matrix of its own, for the embeddings must stay as they are.
import type { MergeTarget } from "./adapter.ts"

/** `target` with its output head untied if `module` is the head and it was tied. */
export const mergedHead = (target: MergeTarget, module: string): MergeTarget => {
  if (module !== "lm_head" || !target.config.tieEmbeddings) return target
  const table = target.weights.get("model.embed_tokens.weight")!
  return {
    config: { ...target.config, tieEmbeddings: false },
    weights: new Map(target.weights).set("lm_head.weight", table)
  }
}
