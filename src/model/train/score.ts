// Scores sequences under a model: log-probabilities of supervised tokens, summed per sequence, and perplexity.
import type { CausalModel } from "../model.ts"
import { packSequences } from "../pack.ts"
import { type Adapter, takenPositions, virtualTokens } from "./adapters/any-adapter.ts"
import {
  type BatchShape,
  checkSequences,
  layOutBatch,
  supervisedCount,
  type TokenSequence,
  targetPlaces,
  withVirtualTokens
} from "./batch.ts"
import type { Device } from "./device.ts"
import { freeze } from "./frozen.ts"
import { Session } from "./session.ts"
import { type BuiltGraph, buildScoreGraph, type TrainTarget } from "./step-graph.ts"
import type { GraphOutput } from "./tensor-graph.ts"

/** Score of one sequence. */
export interface SequenceScore {
  readonly rowId: string
  /** Sum of log p (nats) over supervised tokens; the first token has nothing before it and is never counted. */
  readonly logProb: number
  /** Supervised tokens counted. */
  readonly tokens: number
  /** log p of each supervised token in order. */
  readonly tokenLogProbs: Float32Array
}

/** How to score. */
export interface ScoreOptions {
  readonly adapter?: Adapter
  /** Longest sequence in tokens; longer ones are cut off. The longest one given if not set, within the model's limit. */
  readonly maxLength?: number
  /** Packed rows per batch, 8 if not given. */
  readonly batchSize?: number
  /** `bfd` if not given; `none` gives each sequence a row of its own. */
  readonly packing?: "bfd" | "none"
  readonly threads?: number
  /** Where the arithmetic runs, the CPU if not given. */
  readonly device?: Device
}

/** Takes the values that one batch has at its target places. */
type Take = (values: Float32Array, targetSequence: Int32Array) => void

/**
 * Runs a graph that has one output, a number for each target place, over all rows of `given` in which something is
 * supervised. Throws `SLUICE_BAD_SEQUENCE` and `SLUICE_NO_DEVICE`.
 */
export const visitTargets = async (
  model: CausalModel,
  given: readonly TokenSequence[],
  options: ScoreOptions,
  build: (target: TrainTarget, shape: BatchShape, device: Device) => BuiltGraph,
  take: Take
): Promise<void> => {
  const { adapter, batchSize = 8, threads = 2, device = "cpu" } = options
  checkSequences(given, model.config.vocabSize)
  const before = virtualTokens(adapter)
  const sequences = withVirtualTokens(given, before, model.config.vocabSize)
  const most = model.config.maxPositions - takenPositions(adapter) + before
  const longest = sequences.reduce((most, { ids }) => Math.max(most, ids.length), 2)
  const length = Math.min(
    options.maxLength === undefined ? Math.ceil(longest / 32) * 32 : options.maxLength + before,
    most
  )
  const lengths = sequences.map(({ ids }) => ids.length)
  const rows = packSequences(lengths, length, options.packing ?? "bfd").filter(
    (row) => supervisedCount(row, sequences) > 0
  )
  if (rows.length === 0) return
  const count = Math.min(batchSize, rows.length)
  const counts = rows.map((row) => supervisedCount(row, sequences))
  let places = 0
  for (let start = 0; start < rows.length; start += count) {
    places = Math.max(
      places,
      counts.slice(start, start + count).reduce((total, value) => total + value, 0)
    )
  }
  const shape = { rows: count, length, targets: targetPlaces(places, count, length) }
  const target = { config: model.config, base: model.weights, ...(adapter && { adapter }) }
  const { graph, fed } = build(target, shape, device)
  const [{ name }] = graph.outputs as [GraphOutput]
  const frozen = await freeze(fed, device)
  const session = await Session.compile(graph, { threads, frozen })
  try {
    for (let start = 0; start < rows.length; start += count) {
      const { feeds, targetSequence } = layOutBatch(rows.slice(start, start + count), sequences, shape)
      const read = Object.fromEntries(graph.inputs.flatMap(({ name }) => (feeds[name] ? [[name, feeds[name]]] : [])))
      take((await session.run(read))[name]!.data as Float32Array, targetSequence)
    }
  } finally {
    await frozen.dispose()
    await session.dispose()
  }
}

/**
 * Scores every sequence; the answer is in the order given. Sequences share rows but do not see each other. Throws
 * `SLUICE_BAD_SEQUENCE` and `SLUICE_NO_DEVICE`.
 */
export const scoreSequences = async (
  model: CausalModel,
  given: readonly TokenSequence[],
  options: ScoreOptions = {}
): Promise<SequenceScore[]> => {
  const found: number[][] = given.map(() => [])
  await visitTargets(model, given, options, buildScoreGraph, (values, targetSequence) => {
    targetSequence.forEach((sequence, place) => {
      if (sequence >= 0) found[sequence]!.push(values[place]!)
    })
  })
  return given.map(({ rowId }, place) => {
    const tokenLogProbs = Float32Array.from(found[place]!)
    const logProb = found[place]!.reduce((total, value) => total + value, 0)
    return { rowId, logProb, tokens: tokenLogProbs.length, tokenLogProbs }
  })
}

/**
 * exp of the mean negative log-probability over all tokens of `scores` (token-weighted, not a mean of means).
 *
 * @example
 * import { perplexity } from "#sluice/model"
 * const score = (rowId: string, tokenLogProbs: Float32Array) => {
 *   const logProb = tokenLogProbs.reduce((sum, value) => sum + value, 0)
 *   return { rowId, logProb, tokens: tokenLogProbs.length, tokenLogProbs }
 * }
 * perplexity([score("a", new Float32Array([-1, -2, -3])), score("b", new Float32Array([-4]))]) // → 12.182
 */
export const perplexity = (scores: readonly SequenceScore[]): number => {
  const tokens = scores.reduce((total, score) => total + score.tokens, 0)
  const logProb = scores.reduce((total, score) => total + score.logProb, 0)
  return Math.exp(-logProb / tokens)
}
