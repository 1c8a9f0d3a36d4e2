// A tied output head or table of embeddings that is changed alone: the head then needs a matrix of its own.
import { headModule } from "../../architectures/architecture.ts"
import { architectureOf, embeddingsName } from "../../architectures/index.ts"
import type { MergeTarget } from "./adapter.ts"

/** `target` with its output head untied if `module`, which is about to change, is the head or the embeddings. */
export const ownHead = (target: MergeTarget, module: string): MergeTarget => {
  const { config } = target
  const shared = module === headModule || module === architectureOf(config).names.embeddings
  if (!shared || !config.tieEmbeddings) return target
  const table = target.weights.get(embeddingsName(config))!
  return {
    config: { ...config, tieEmbeddings: false },
    weights: new Map(target.weights).set(`${headModule}.weight`, table)
  }
}
