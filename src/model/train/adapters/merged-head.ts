// A tied output head that an adapter changes needs a matrix of its own, for the embeddings must stay as they are.
import { headModule } from "../../architectures/architecture.ts"
import { embeddingsName } from "../../architectures/index.ts"
import type { MergeTarget } from "./adapter.ts"

/** `target` with its output head untied if `module` is the head and it was tied. */
export const mergedHead = (target: MergeTarget, module: string): MergeTarget => {
  if (module !== headModule || !target.config.tieEmbeddings) return target
  const table = target.weights.get(embeddingsName(target.config))!
  return {
    config: { ...target.config, tieEmbeddings: false },
    weights: new Map(target.weights).set(`${headModule}.weight`, table)
  }
}
