// Trains a causal language model, wholly or through an adapter, and keeps a ledger of what every step saw.
import type { CausalModel } from "../model.ts"
import { ModelError } from "../model-error.ts"
import type { Weight, Weights } from "../weights.ts"
import { type Adapter, takenPositions, virtualTokens } from "./adapters/any-adapter.ts"
import { checkSequences, layOutBatch, type TokenSequence, withVirtualTokens } from "./batch.ts"
import { type CheckpointOptions, readCheckpoint, runDigest, writeCheckpoint } from "./checkpoint.ts"
import { checkPrecision } from "./half-check.ts"
import type { LedgerEntry } from "./ledger.ts"
import { firstLossScale, nextLossScale } from "./loss-scale.ts"
import type { AdamWConfig } from "./optimizer.ts"
import { scheduleFactor } from "./schedule.ts"
import { SourceSums } from "./source-loss.ts"
import { type TrainTarget, trainableWeights } from "./step-graph.ts"
import { type TrainOptions, trainDefaults } from "./train-options.ts"
import { planTraining, type SequenceLoss } from "./train-plan.ts"
import { Trainer } from "./trainer.ts"
import { Validation, type ValidationEntry, type ValidationOptions } from "./validation.ts"

/** What to train on what. */
export interface TrainInput {
  readonly model: CausalModel
  /** Train this adapter over the frozen model instead of the model. */
  readonly adapter?: Adapter
  readonly sequences: readonly TokenSequence[]
  readonly options?: Partial<TrainOptions>
  readonly onStep?: (entry: LedgerEntry) => void
  /** Measure the loss on these sequences now and then, keep the best weights, and stop when it gets no better. */
  readonly validation?: ValidationOptions
  /** Told of each measurement on validation data. */
  readonly onValidation?: (entry: ValidationEntry) => void
  /** Lets what was trained so far be tried out, every so many steps; what it does changes nothing. */
  readonly between?: {
    readonly every: number
    readonly run: (step: number, trained: Pick<TrainResult, "model" | "adapter">) => Promise<void>
  }
  /** Write checkpoints here, and continue from the newest one found. */
  readonly checkpoint?: CheckpointOptions
}

/** The outcome of a run. */
export interface TrainResult {
  /** The trained model, or the model given when an adapter was trained. */
  readonly model: CausalModel
  /** The trained adapter, when one was given. */
  readonly adapter?: Adapter
  readonly ledger: readonly LedgerEntry[]
  /** Measurements on validation data. */
  readonly validation: readonly ValidationEntry[]
  /** The step whose weights these are: the last, or with validation the best that was measured. */
  readonly step: number
  /** Sequences that were dropped or cut, with the reason. */
  readonly lost: readonly SequenceLoss[]
}

const optimizerOf = (options: TrainOptions): AdamWConfig => ({
  beta1: options.beta1,
  beta2: options.beta2,
  epsilon: options.epsilon,
  weightDecay: options.weightDecay,
  ...(options.maxGradNorm > 0 && { maxGradNorm: options.maxGradNorm })
})

const finish = (input: TrainInput, weights: Weights): Pick<TrainResult, "model" | "adapter"> =>
  input.adapter === undefined
    ? { model: { ...input.model, weights } }
    : { model: input.model, adapter: { ...input.adapter, weights } }

/**
 * Trains on packed token sequences with AdamW, token cross-entropy and a global token normaliser. Equal inputs, seed and
 * threads give equal bytes on one kind of device; a run continued from a checkpoint ends with the bytes of an unbroken one.
 *
 * In mixed precision (`precision: "f16"`) a step whose gradients overflow is skipped, and the ledger says so.
 *
 * Throws `SLUICE_NAN_LOSS` (evidence: step and row ids of the batch) as soon as a loss or gradient norm is not finite that no
 * smaller loss scale could mend, `SLUICE_NO_TRAINING_ROWS` (of training or of validation),
 * `SLUICE_BAD_SEQUENCE`, `SLUICE_ROW_TOO_LONG`, `SLUICE_CHECKPOINT_MISMATCH` and
 * `SLUICE_NO_DEVICE`.
 *
 * @example
 * import { createModel, renderText, trainCausal, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const sequences = [{ rowId: "a1", ...renderText(tokenizer, "The gate opens at dawn.") }]
 * const options = { epochs: 20, maxLength: 32, lr: 1e-2 }
 * const { ledger } = await trainCausal({ model: createModel(tokenizer, shape), sequences, options })
 * ledger.length // → 20
 * ledger.at(-1)!.loss < ledger[0]!.loss // → true
 */
export const trainCausal = async (input: TrainInput): Promise<TrainResult> => {
  const { model, adapter } = input
  const options: TrainOptions = { ...trainDefaults, ...input.options }
  await checkPrecision(options.precision, options.device)
  checkSequences(input.sequences, model.config.vocabSize)
  const before = virtualTokens(adapter)
  const prefixed = takenPositions(adapter) - before
  if (options.maxLength + prefixed > model.config.maxPositions) {
    const more = prefixed > 0 ? ` after a prefix of ${prefixed}` : ""
    throw new ModelError(
      "SLUICE_ROW_TOO_LONG",
      `Rows of ${options.maxLength} tokens${more} exceed the model's ${model.config.maxPositions} positions.`
    )
  }
  if (before > 0 && options.packing === "bfd_split") {
    throw new ModelError(
      "SLUICE_ROW_TOO_LONG",
      "A text cut into pieces has the adapter's virtual tokens before its first piece alone.",
      {},
      'use the packing "bfd" or "none"'
    )
  }
  const sequences = withVirtualTokens(input.sequences, before, model.config.vocabSize)
  const plan = planTraining(sequences, options)
  const digest =
    input.checkpoint === undefined
      ? ""
      : runDigest(
          [options, model.config, adapter?.config, { ...input.validation, sequences: undefined }],
          [model.weights, adapter?.weights ?? new Map()],
          [...sequences, ...(input.validation?.sequences ?? [])]
        )
  checkSequences(input.validation?.sequences ?? [], model.config.vocabSize)
  const resumed = input.checkpoint && readCheckpoint(input.checkpoint.folder, digest)
  const inOrder = (weights: Weights, like: Weights): Weights =>
    new Map([...like.keys()].map((name): [string, Weight] => [name, weights.get(name)!]))
  const start: TrainTarget = {
    config: model.config,
    base: model.weights,
    ...(adapter && { adapter }),
    objective: { kind: "cross-entropy", labelSmoothing: options.labelSmoothing },
    embeddingNoise: options.neftune,
    checkpointing: options.checkpointing,
    precision: options.precision,
    tellsTargets: sequences.some(({ source }) => source !== undefined)
  }
  const known = resumed && inOrder(resumed.weights, trainableWeights(start))
  const target: TrainTarget =
    known === undefined
      ? start
      : { ...start, ...(adapter ? { adapter: { ...adapter, weights: known } } : { base: known }) }
  const trainer = await Trainer.compile(target, plan.shape, {
    optimizer: optimizerOf(options),
    accumulate: options.accumulate,
    threads: options.threads,
    device: options.device,
    seed: options.seed,
    ...(resumed && { moments: resumed.moments })
  })
  const { threads, device } = options
  const scoring = { threads, device, maxLength: options.maxLength - before }
  const validation = input.validation && new Validation(input.validation, scoring, resumed?.validation, resumed?.best)
  const ledger: LedgerEntry[] = [...(resumed?.ledger ?? [])]
  const schedule = { kind: options.schedule, warmupSteps: options.warmupSteps, totalSteps: plan.totalSteps }
  const isMixed = options.precision === "f16"
  let lossScale = resumed?.lossScale ?? firstLossScale
  try {
    for (let index = resumed?.step ?? 0; index < plan.totalSteps && validation?.isOver !== true; index++) {
      const batches = plan.step(index).map((places) =>
        layOutBatch(
          places.map((place) => plan.rows[place]!),
          sequences,
          plan.shape
        )
      )
      const lr = options.lr * scheduleFactor(schedule, index)
      const { loss, gradNorm, badBatch, skipped, logProbs } = await trainer.step(batches, index + 1, lr, lossScale)
      if (badBatch >= 0) {
        const rowIds = batches[badBatch]!.sequences.map((place) => sequences[place]!.rowId)
        throw new ModelError(
          "SLUICE_NAN_LOSS",
          `Step ${index + 1} gave loss ${loss} and gradient norm ${gradNorm}; rows of the batch: ${rowIds.join(", ")}.`,
          { step: index + 1, rowIds, loss, gradNorm },
          isMixed ? 'products beyond 65,504 overflow in f16, whatever the loss scale: try precision "f32"' : undefined
        )
      }
      const sums = new SourceSums()
      for (const [place, found] of logProbs.entries()) sums.addBatch(batches[place]!, sequences, found)
      const entry: LedgerEntry = {
        step: index + 1,
        rowIds: batches.flatMap((batch) => batch.sequences.map((place) => sequences[place]!.rowId)),
        tokens: batches.reduce((total, batch) => total + batch.tokens, 0),
        supervised: batches.reduce((total, batch) => total + batch.supervised, 0),
        loss,
        gradNorm: skipped ? 0 : gradNorm,
        lr,
        ...(isMixed && { lossScale: lossScale.scale }),
        ...(skipped && { skipped }),
        ...(logProbs.length > 0 && { sources: sums.means() })
      }
      ledger.push(entry)
      lossScale = nextLossScale(lossScale, skipped)
      if (validation?.isDue(index + 1, plan.totalSteps)) {
        const measured = await validation.measure(index + 1, model, adapter, await trainer.weights())
        input.onValidation?.(measured)
      }
      if (input.checkpoint !== undefined && (index + 1) % input.checkpoint.every === 0) {
        writeCheckpoint(input.checkpoint, {
          step: index + 1,
          digest,
          ledger,
          ...(await trainer.snapshot()),
          ...(isMixed && { lossScale }),
          ...(validation && { validation: validation.entries, best: validation.best })
        })
      }
      input.onStep?.(entry)
      if (input.between !== undefined && (index + 1) % input.between.every === 0) {
        await input.between.run(index + 1, finish(input, await trainer.weights()))
      }
    }
    const best = validation?.best
    return {
      ...finish(input, best ? inOrder(best, trainableWeights(start)) : await trainer.weights()),
      ledger,
      validation: validation?.entries ?? [],
      step: (best && validation?.lowest?.step) ?? ledger.length,
      lost: plan.lost
    }
  } finally {
    await trainer.dispose()
  }
}
