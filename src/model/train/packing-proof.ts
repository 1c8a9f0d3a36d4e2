// Proves packing: sequences that share rows are given the losses that they have alone, on a sample, before a run.
import type { CausalModel } from "../model.ts"
import { ModelError } from "../model-error.ts"
import { packSequences } from "../pack.ts"
import type { TokenSequence } from "./batch.ts"
import { type ScoreOptions, scoreSequences } from "./score.ts"

/** What was compared. */
export interface PackingProof {
  /** Sequences compared; 0 where no row would hold two. */
  readonly sequences: number
  /** The largest difference of a sequence's mean loss, in nats a token. */
  readonly apart: number
}

/** Losses of one model on one machine differ by rounding alone; attention across documents moves them by far more. */
const tolerance = 1e-3

/**
 * Compares the losses of `count` sequences, the shortest that have a supervised token, packed and each in a row of its own.
 * Throws `SLUICE_PACKING_DIFFERS` with the row where a mean loss differs by more than 0.001 nats.
 */
export const provePacking = async (
  model: CausalModel,
  sequences: readonly TokenSequence[],
  options: Pick<ScoreOptions, "maxLength" | "threads" | "device"> = {},
  count = 8
): Promise<PackingProof> => {
  const limit = options.maxLength ?? model.config.maxPositions
  const sample = sequences
    .filter(({ ids, mask }) => ids.length <= limit && mask.indexOf(1, 1) >= 0)
    .toSorted((left, right) => left.ids.length - right.ids.length)
    .slice(0, count)
  const maxLength = Math.min(
    limit,
    sample.reduce((total, { ids }) => total + ids.length, 1)
  )
  const rows = packSequences(
    sample.map(({ ids }) => ids.length),
    maxLength
  )
  if (!rows.some((row) => row.length > 1)) return { sequences: 0, apart: 0 }
  const settings = { ...options, maxLength }
  const packed = await scoreSequences(model, sample, { ...settings, packing: "bfd", batchSize: rows.length })
  const alone = await scoreSequences(model, sample, { ...settings, packing: "none", batchSize: 1 })
  let apart = 0
  packed.forEach(({ rowId, logProb, tokens }, at) => {
    const difference = Math.abs(logProb - alone[at]!.logProb) / tokens
    apart = Math.max(apart, difference)
    // A difference that is no number is one too.
    if (difference <= tolerance) return
    throw new ModelError(
      "SLUICE_PACKING_DIFFERS",
      `Row ${rowId} has a loss of ${(-logProb / tokens).toFixed(5)} nats a token packed and ${(-alone[at]!.logProb / tokens).toFixed(5)} alone: rows see each other.`,
      { rowId, packed: -logProb / tokens, alone: -alone[at]!.logProb / tokens }
    )
  })
  return { sequences: sample.length, apart }
}
