// The step ledger of a trained model: what each step saw and what came of it, and the steps whose loss stands out.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { SluiceError } from "../errors.ts"
import type { Origins, SourcePlace } from "./origin.ts"
import { parquetRows } from "./parquet-rows.ts"

/** One step as the ledger has it. */
export interface LedgerStep {
  readonly step: number
  readonly rowIds: ReadonlyArray<string>
  readonly tokens: number
  readonly supervised: number
  /** Nats per supervised token. */
  readonly loss: number
  /** Before clipping; 0 of a step that was skipped. */
  readonly gradNorm: number
  readonly learningRate: number
  /** In mixed precision: the factor of the loss, and whether gradients overflowed for it, so that the step changed nothing. */
  readonly lossScale?: number
  readonly skipped?: boolean
  /** The same by source, where a column says where rows are from. */
  readonly sources?: { readonly [source: string]: SourceStep }
}

/** What a step saw of a source. */
export interface SourceStep {
  readonly tokens: number
  readonly supervised: number
  readonly loss: number
}

/** A step whose loss is far above what the steps before it had. */
export interface Spike extends LedgerStep {
  /** Median loss of the steps before it. */
  readonly usual: number
  /** How many times the usual spread above that. */
  readonly deviations: number
}

/** Reads `steps.parquet` of a model's folder; throws `SLUICE_UNKNOWN` where the model was not trained here. */
export const readSteps = async (folder: string): Promise<ReadonlyArray<LedgerStep>> => {
  const path = join(folder, "steps.parquet")
  if (!existsSync(path))
    throw new SluiceError("SLUICE_UNKNOWN", `${folder} has no step ledger`, {
      evidence: ["steps.parquet is written by train.base, train.sft, train.lora and its siblings"],
      hint: "name a model that was trained in a pipeline, as PIPELINE/OUTPUT"
    })
  const parts = join(folder, "sources.parquet")
  return stepsIn(readFileSync(path), existsSync(parts) ? readFileSync(parts) : undefined)
}

/** The steps in the bytes of `steps.parquet`, with what those of `sources.parquet` say of each source. */
export const stepsIn = async (steps: Uint8Array, sources?: Uint8Array): Promise<ReadonlyArray<LedgerStep>> => {
  const read = (await parquetRows(steps)) as unknown as ReadonlyArray<LedgerStep>
  if (sources === undefined) return read
  const parts = Map.groupBy(await parquetRows(sources), ({ step }) => step as number)
  return read.map((step) => ({
    ...step,
    sources: Object.fromEntries(
      (parts.get(step.step) ?? []).map(({ source, tokens, supervised, loss }) => [source, { tokens, supervised, loss }])
    )
  }))
}

/** Steps before a step whose median loss is the usual one, and those that say how much it changes from step to step. */
const near = 8
const far = 32
/** Usual spreads above the usual loss from which a step stands out; and the least share by which it must be above it. */
const spreads = 6
const share = 0.1

const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/**
 * The steps whose loss is more than 6 spreads and a tenth above the median of the 8 before it. The spread is 1.4826 / √2
 * times the median change from one step to the next over the 32 before: the deviation, were losses normal around a level
 * that moves slowly.
 */
export const spikesOf = (steps: ReadonlyArray<LedgerStep>): ReadonlyArray<Spike> => {
  const spikes: Array<Spike> = []
  const losses = steps.map(({ loss }) => loss)
  for (let at = near; at < steps.length; at++) {
    const usual = median(losses.slice(at - near, at))
    const earlier = losses.slice(Math.max(0, at - far), at)
    const changes = earlier.slice(1).map((loss, place) => Math.abs(loss - earlier[place]!))
    const spread = Math.max((1.4826 / Math.SQRT2) * median(changes), 1e-9)
    const deviations = (losses[at]! - usual) / spread
    if (deviations > spreads && losses[at]! > usual * (1 + share)) spikes.push({ ...steps[at]!, usual, deviations })
  }
  return spikes
}

/** A row of a step with the places in input files that it goes back to. */
export interface StepRow {
  readonly id: string
  readonly sources: ReadonlyArray<SourcePlace>
}

/** The rows of a step and where they come from; `node` is the one that trained the model. */
export const rowsOfStep = (origins: Origins, node: string, step: LedgerStep): ReadonlyArray<StepRow> =>
  [...new Set(step.rowIds)].map((id) => ({ id, sources: origins.ofRead(node, id) }))
