// How sure a model is of what comes next: the entropy of the next token before each supervised token of some sequences.
import type { CausalModel } from "../model.ts"
import type { TokenSequence } from "./batch.ts"
import { type ScoreOptions, visitTargets } from "./score.ts"
import { buildEntropyGraph } from "./step-graph.ts"

/**
 * The mean entropy of the next token, in nats, over the supervised tokens of `given`; 0 where none is. Throws
 * `SLUICE_BAD_SEQUENCE` and `SLUICE_NO_DEVICE`.
 *
 * @example
 * import { createModel, nextTokenEntropy, renderText, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const texts = [{ rowId: "a1", ...renderText(tokenizer, "The gate opens at dawn.") }]
 * await nextTokenEntropy(createModel(tokenizer, shape), texts) < Math.log(259) // → true
 */
export const nextTokenEntropy = async (
  model: CausalModel,
  given: readonly TokenSequence[],
  options: Pick<ScoreOptions, "adapter" | "maxLength" | "threads" | "device"> = {}
): Promise<number> => {
  const longest = given.reduce((most, { ids }) => Math.max(most, ids.length), 2)
  const maxLength = Math.min(options.maxLength ?? longest, longest)
  let total = 0
  let count = 0
  // A row at a time: the scores of the whole vocabulary are held three times over.
  await visitTargets(
    model,
    given,
    { ...options, maxLength, batchSize: 1 },
    buildEntropyGraph,
    (values, targetSequence) => {
      for (let place = 0; place < values.length; place++) {
        if (targetSequence[place]! < 0) continue
        total += values[place]!
        count++
      }
    }
  )
  return count === 0 ? 0 : total / count
}
