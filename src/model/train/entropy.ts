// How sure a model is of what comes next: the entropy of the next token before each supervised token of some sequences.
import type { CausalModel } from "../model.ts"
import { packSequences } from "../pack.ts"
import { takenPositions, virtualTokens } from "./adapters/any-adapter.ts"
import {
  type BatchShape,
  checkSequences,
  isDense,
  layOutBatch,
  supervisedCount,
  targetPlaces,
  type TokenSequence,
  withVirtualTokens
} from "./batch.ts"
import { bindModel } from "./binding.ts"
import type { Device } from "./device.ts"
import { freeze } from "./frozen.ts"
import { decoderHidden, decoderLogits, packedAttention } from "./decoder.ts"
import { gatherRows, multiply, softmax, subtract, sum } from "./operation.ts"
import type { ScoreOptions } from "./score.ts"
import { Session } from "./session.ts"
import type { TrainTarget } from "./step-graph.ts"
import { TensorGraph } from "./tensor-graph.ts"

/** Entropies of the next token at the target places of a row, output `entropies` [targets]: ln Σ eᶻ − Σ p z for scores z. */
const buildEntropyGraph = (target: TrainTarget, { rows, length, targets }: BatchShape, device: Device) => {
  const graph = new TensorGraph("float32", device)
  const { config } = target
  const { binding } = bindModel(graph, target, { train: false })
  const size = rows * length
  const ids = graph.input("ids", [size], "int64")
  const positions = graph.input("positions", [size], "int64")
  const segments = graph.input("segments", [rows, length], "int64")
  const input = { ids, positions, positionLimit: length, batch: rows, time: length }
  const hidden = decoderHidden(graph, config, binding, input, packedAttention(graph, config, binding, input, segments))
  const dense = isDense({ rows, length, targets })
  const seen = dense ? hidden : gatherRows(graph, hidden, graph.input("sources", [targets], "int64"))
  const logits = decoderLogits(config, binding, seen)
  const mean = sum(graph, multiply(graph, softmax(graph, logits), logits), [1])
  const total = graph.emit("ReduceLogSumExp", [logits, graph.integers([1])], [targets], { attributes: { keepdims: 0 } })
  graph.output(subtract(graph, total, mean), "entropies")
  return { graph, fed: binding.fed }
}

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
  const { adapter, threads = 2, device = "cpu" } = options
  const { config } = model
  checkSequences(given, config.vocabSize)
  const before = virtualTokens(adapter)
  const sequences = withVirtualTokens(given, before, config.vocabSize)
  const longest = sequences.reduce((most, { ids }) => Math.max(most, ids.length), 2)
  const most = Math.min(options.maxLength ?? longest, config.maxPositions - takenPositions(adapter)) + before
  const length = Math.min(longest, most)
  const rows = packSequences(
    sequences.map(({ ids }) => ids.length),
    length,
    "bfd"
  ).filter((row) => supervisedCount(row, sequences) > 0)
  if (rows.length === 0) return 0
  const places = rows.reduce((places, row) => Math.max(places, supervisedCount(row, sequences)), 0)
  const shape = { rows: 1, length, targets: targetPlaces(places, 1, length) }
  const target = { config, base: model.weights, ...(adapter && { adapter }) }
  const { graph, fed } = buildEntropyGraph(target, shape, device)
  const frozen = await freeze(fed, device)
  const session = await Session.compile(graph, { threads, frozen })
  let total = 0
  let count = 0
  try {
    for (const row of rows) {
      const { feeds, targetSequence } = layOutBatch([row], sequences, shape)
      const { weights: _weights, targets: _targets, ...fed } = feeds
      const values = (await session.run(fed)).entropies!.data as Float32Array
      for (let place = 0; place < values.length; place++) {
        if (targetSequence[place]! < 0) continue
        total += values[place]!
        count++
      }
    }
    return total / count
  } finally {
    await frozen.dispose()
    await session.dispose()
  }
}
