// What every training stage does around the engine's loop: progress, checkpoints, an account of each row, the ledger.
import { existsSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import type { ProgramContext } from "#sluice"
import type { Adapter, CausalModel, TokenSequence, TrainOptions, TrainResult } from "#sluice/model"
import { learntFrom, writeRows, writeSources, writeSteps, writeValidation } from "./ledger.ts"
import { mixExamples, type SourceMixture } from "./mixture.ts"
import type { measureSignals, ProbeAnswer } from "./signals.ts"
import { describeRun, type TrainingData } from "./training-data.ts"

export type Engine = typeof import("#sluice/model")

/** One input row: the sequence to train on, or the reason why there is none. */
export interface Example {
  readonly id: string
  /** What the model is shown of the row, its text or its tokens; the digest goes into the ledger. */
  readonly content: string | Uint8Array
  readonly sequence?: TokenSequence
  readonly skipped?: string
  /** Where the row is from, where a column says so. */
  readonly source?: string
}

export interface Training {
  /** The input that the examples are rows of, `data` if not given. */
  readonly input?: string
  readonly model: CausalModel
  readonly adapter?: Adapter
  readonly examples: ReadonlyArray<Example>
  /** Rows that the loss is measured on, and that are not trained on. */
  readonly validation?: ReadonlyArray<Example>
  /** Tries a tuned model on what it was tried on before. */
  readonly measure?: (result: TrainResult, data: TrainingData) => ReturnType<typeof measureSignals>
  /** Lets a model that is being trained speak. */
  readonly sample?: (trained: Pick<TrainResult, "model" | "adapter">) => Promise<void>
  /** Tokens per row of a batch, an adapter's virtual ones apart. */
  readonly length: number
  readonly packing: TrainOptions["packing"]
  /** Steps of the run, or passes over the data. */
  readonly steps?: number | undefined
  readonly epochs?: number
  readonly beta2?: number
}

/** What the stages that train take beside the length of their rows. */
export interface TrainingOptions {
  readonly batch: number
  readonly learningRate: number
  readonly warmup: number
  readonly weightDecay: number
  readonly seed: number
  readonly precision: TrainOptions["precision"]
  readonly checkpointEvery: number
  readonly accumulate?: number
  readonly schedule?: TrainOptions["schedule"]
  readonly maxGradNorm?: number
  readonly labelSmoothing?: number
  readonly neftune?: number
  readonly checkpointing?: boolean
  readonly mixture?: SourceMixture | undefined
  readonly validateEvery?: number
  readonly patience?: number | undefined
  readonly keepBest?: boolean
  readonly sampleEvery?: number
}

type Context = Pick<
  ProgramContext<unknown, TrainingOptions>,
  "options" | "threads" | "device" | "out" | "work" | "progress" | "metric" | "used" | "skipped"
>

/** Says of every row whether a step learnt from it, and if not, why. */
const account = (context: Context, { examples, input = "data" }: Training, result: TrainResult) => {
  const seen = new Set(learntFrom(result.ledger).flatMap(({ rowIds }) => rowIds))
  const met = new Set(result.ledger.flatMap(({ rowIds }) => rowIds))
  const lost = new Map(result.lost.map(({ rowId, reason }) => [rowId, reason]))
  const skipped: Record<string, number> = {}
  const fates = examples.map(({ id, content, skipped: given }) => {
    const missed = met.has(id) ? "step-skipped" : "not-reached"
    const reason = seen.has(id)
      ? undefined
      : (given ?? (lost.get(id) === "nothing-supervised" ? "nothing-supervised" : missed))
    if (reason !== undefined) {
      skipped[reason] = (skipped[reason] ?? 0) + 1
      context.skipped(input, id, reason)
    }
    return { id, content, skipped: reason }
  })
  context.used(input, seen)
  return { fates, rows: { used: seen.size, skipped: Object.fromEntries(Object.entries(skipped).toSorted()) } }
}

/** The held-out rows that can be measured; says of every one whether it is. */
const measurable = (context: Context, examples: ReadonlyArray<Example>): ReadonlyArray<TokenSequence> => {
  const used: Array<TokenSequence> = []
  for (const { id, sequence, skipped } of examples) {
    if (sequence !== undefined && sequence.mask.indexOf(1, 1) > 0) used.push(sequence)
    else context.skipped("validation", id, skipped ?? "nothing-supervised")
  }
  context.used(
    "validation",
    used.map(({ rowId }) => rowId)
  )
  return used
}

/** Compares the losses of a few rows packed and alone before the first step; a run that goes on from a checkpoint has done so. */
const provePacking = async (
  context: Context,
  engine: Engine,
  { model, packing, length }: Training,
  sequences: ReadonlyArray<TokenSequence>
): Promise<void> => {
  if (packing === "none" || existsSync(checkpoints(context))) return
  const { threads, device } = context
  const proof = await engine.provePacking(model, sequences, { maxLength: length, threads, device })
  if (proof.sequences > 0) context.metric("packingApart", proof.apart, 0)
}

const checkpoints = ({ work }: Context): string => join(work, "checkpoints")

/**
 * Trains, continuing from a checkpoint under `work` if there is one, and writes `steps.parquet`, `rows.parquet` and
 * `training.json` to `out`. The caller saves the weights.
 */
export const runTraining = async (
  context: Context,
  engine: Engine,
  training: Training
): Promise<{
  readonly result: TrainResult
  readonly data: TrainingData
  readonly answers: ReadonlyArray<ProbeAnswer>
}> => {
  const { options, out } = context
  const before = engine.virtualTokens(training.adapter)
  const { examples, sequences } = mixExamples(engine, training.examples, options.mixture, options.seed)
  const settings: Partial<TrainOptions> = {
    ...(training.steps === undefined
      ? { epochs: training.epochs ?? 1 }
      : { epochs: training.steps, maxSteps: training.steps }),
    batchSize: options.batch,
    maxLength: training.length + before,
    packing: training.packing,
    lr: options.learningRate,
    schedule: options.schedule ?? "cosine",
    ...(options.accumulate !== undefined && { accumulate: options.accumulate }),
    ...(options.maxGradNorm !== undefined && { maxGradNorm: options.maxGradNorm }),
    ...(options.labelSmoothing !== undefined && { labelSmoothing: options.labelSmoothing }),
    ...(options.neftune !== undefined && { neftune: options.neftune }),
    ...(options.checkpointing !== undefined && { checkpointing: options.checkpointing }),
    warmupSteps: options.warmup,
    weightDecay: options.weightDecay,
    ...(training.beta2 !== undefined && { beta2: training.beta2 }),
    seed: options.seed,
    precision: options.precision,
    threads: context.threads,
    device: context.device
  }
  await provePacking(context, engine, training, sequences)
  const lengths = sequences.map(({ ids }) => ids.length + before)
  const rowsPerEpoch = engine.packSequences(lengths, training.length + before, training.packing).length
  const expected =
    training.steps ?? Math.ceil(rowsPerEpoch / (options.batch * (options.accumulate ?? 1))) * (training.epochs ?? 1)
  const result = await engine.trainCausal({
    model: training.model,
    ...(training.adapter && { adapter: training.adapter }),
    sequences,
    options: settings,
    checkpoint: { folder: checkpoints(context), every: options.checkpointEvery },
    ...(training.validation !== undefined && {
      validation: {
        sequences: measurable(context, training.validation),
        every: options.validateEvery ?? 10,
        ...(options.patience !== undefined && { patience: options.patience }),
        keepBest: options.keepBest ?? true
      },
      onValidation: ({ step, loss }) => context.metric("validationLoss", loss, step)
    }),
    ...(training.sample !== undefined &&
      (options.sampleEvery ?? 0) > 0 && {
        between: { every: options.sampleEvery!, run: (_, trained) => training.sample!(trained) }
      }),
    onStep: ({ step, loss, gradNorm, lr, lossScale, skipped }) => {
      context.metric("loss", loss, step)
      if (!skipped) context.metric("gradNorm", gradNorm, step)
      context.metric("learningRate", lr, step)
      if (lossScale !== undefined) context.metric("lossScale", lossScale, step)
      context.progress(step, expected, `loss ${loss.toFixed(2)}${skipped ? ", skipped" : ""}`)
    }
  })
  const { fates, rows } = account(context, { ...training, examples }, result)
  const sourceOf = new Map(examples.flatMap(({ id, source }) => (source === undefined ? [] : [[id, source] as const])))
  const trained = describeRun(result, rows, sourceOf)
  const measured = await training.measure?.(result, trained)
  const data = measured === undefined ? trained : { ...trained, signals: measured.signals }
  await writeSteps(out, result.ledger)
  if (data.validation !== undefined) await writeValidation(out, result.validation)
  if (data.sources !== undefined) await writeSources(out, result.ledger)
  await writeRows(out, fates, result.ledger)
  const answers = measured?.answers ?? []
  if (answers.length > 0) await writeFile(join(out, "answers.json"), `${JSON.stringify(answers, null, 2)}\n`)
  const { checkpointEvery: _, sampleEvery: _sampleEvery, ...recorded } = options
  await writeFile(join(out, "training.json"), `${JSON.stringify({ options: recorded, ...data }, null, 2)}\n`)
  return { result, data, answers }
}
