// Decides, before any arithmetic, which rows every step sees: packing once, then a seeded order per epoch.
import { ModelError } from "../model-error.ts"
import { type PackedRow, packSequences } from "../pack.ts"
import { seededRandom, shuffledOrder } from "../random.ts"
import { type BatchShape, supervisedCount, type TokenSequence, targetPlaces } from "./batch.ts"
import type { TrainOptions } from "./train-options.ts"

/** Why a sequence is not, or not wholly, trained on. */
export interface SequenceLoss {
  readonly rowId: string
  readonly reason: "empty" | "nothing-supervised" | "truncated"
  /** Tokens left out. */
  readonly tokens: number
}

/** The rows and the order in which they are seen. */
export interface TrainPlan {
  readonly rows: readonly PackedRow[]
  readonly shape: BatchShape
  readonly totalSteps: number
  /** Row places of step `step` (from 0): one list per micro-batch. */
  readonly step: (step: number) => readonly (readonly number[])[]
  readonly lost: readonly SequenceLoss[]
}

const sequenceLoss = ({ ids, mask, rowId }: TokenSequence, options: TrainOptions): SequenceLoss | undefined => {
  const isWhole = options.packing === "bfd_split" || options.packing === "wrapped"
  const kept = isWhole ? ids.length : Math.min(ids.length, options.maxLength)
  if (ids.length === 0) return { rowId, reason: "empty", tokens: 0 }
  if (mask.subarray(1, kept).indexOf(1) < 0) return { rowId, reason: "nothing-supervised", tokens: ids.length }
  return kept < ids.length ? { rowId, reason: "truncated", tokens: ids.length - kept } : undefined
}

/**
 * Packs `sequences` and lays out all steps. Every epoch sees every row once, in an order drawn from the seed and the
 * epoch; the last step of an epoch may hold fewer rows. Throws `SLUICE_NO_TRAINING_ROWS` when nothing is supervised.
 *
 * @example
 * import { planTraining, trainDefaults } from "#sluice/model"
 * const sequence = (rowId: string, tokens: number) => {
 *   return { rowId, ids: new Int32Array(tokens), mask: new Uint8Array(tokens).fill(1) }
 * }
 * const sequences = [sequence("a", 5), sequence("b", 3), sequence("c", 12)]
 * const plan = planTraining(sequences, { ...trainDefaults, maxLength: 8, batchSize: 1, epochs: 2 })
 * plan.rows.length // → 2
 * plan.totalSteps // → 4
 * plan.lost // → [{ rowId: "c", reason: "truncated", tokens: 4 }]
 */
export const planTraining = (sequences: readonly TokenSequence[], options: TrainOptions): TrainPlan => {
  const losses = sequences.map((sequence) => sequenceLoss(sequence, options))
  const lost = losses.filter((loss) => loss !== undefined)
  const lengths = sequences.map(({ ids }, place) => {
    const loss = losses[place]
    return loss === undefined || loss.reason === "truncated" ? ids.length : 0
  })
  const packed = packSequences(lengths, options.maxLength, options.packing)
  const rows = packed.filter((row) => supervisedCount(row, sequences) > 0)
  if (rows.length === 0) {
    throw new ModelError("SLUICE_NO_TRAINING_ROWS", `None of ${sequences.length} sequences has a supervised token.`)
  }
  const perStep = options.batchSize * options.accumulate
  const stepsPerEpoch = Math.ceil(rows.length / perStep)
  const totalSteps = Math.min(options.maxSteps ?? Number.POSITIVE_INFINITY, stepsPerEpoch * options.epochs)
  let known: { readonly epoch: number; readonly order: Int32Array } | undefined
  const step = (index: number): number[][] => {
    const epoch = Math.floor(index / stepsPerEpoch)
    if (known?.epoch !== epoch) {
      known = { epoch, order: shuffledOrder(rows.length, seededRandom(options.seed, `epoch ${epoch}`)) }
    }
    const first = (index % stepsPerEpoch) * perStep
    const places = Array.from(known.order.subarray(first, first + perStep))
    const batches: number[][] = []
    for (let start = 0; start < places.length; start += options.batchSize) {
      batches.push(places.slice(start, start + options.batchSize))
    }
    return batches
  }
  const counts = rows.map((row) => supervisedCount(row, sequences))
  let most = 0
  for (let index = 0; index < totalSteps; index++) {
    for (const batch of step(index))
      most = Math.max(
        most,
        batch.reduce((total, place) => total + counts[place]!, 0)
      )
  }
  const targets = targetPlaces(most, options.batchSize, options.maxLength)
  return { rows, shape: { rows: options.batchSize, length: options.maxLength, targets }, totalSteps, step, lost }
}
