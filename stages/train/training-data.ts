// What a training leaves as its data: steps, losses, what it measured, by source where rows say where they are from.
import type { LedgerEntry, SourceLoss, TrainResult, ValidationEntry } from "#sluice/model"
import { learntFrom } from "./ledger.ts"
import type { Signals } from "./signals.ts"

/** What training leaves as its data: the same for the same inputs, so it holds no clock and no throughput. */
export interface TrainingData {
  readonly steps: number
  readonly firstLoss: number
  readonly finalLoss: number
  /** Mean loss over the last tenth of the steps. */
  readonly closingLoss: number
  readonly tokens: number
  readonly supervisedTokens: number
  readonly parameters: number
  readonly trainedParameters: number
  readonly rows: { readonly used: number; readonly skipped: { readonly [reason: string]: number } }
  /** Step and loss, thinned to at most 200 points. */
  readonly curve: ReadonlyArray<readonly [step: number, loss: number]>
  /** In mixed precision: steps whose gradients overflowed and that changed nothing, and the loss scale of the last step. */
  readonly mixedPrecision?: { readonly skippedSteps: number; readonly lossScale: number }
  /** Where rows were held out to validate. */
  readonly validation?: ValidationData
  /** Where a column says where rows are from: what each source contributed, by name. */
  readonly sources?: ReadonlyArray<SourceData>
  /** What can go wrong in a tuning, measured. */
  readonly signals?: Signals
}

/** What was measured on rows held out. */
export interface ValidationData {
  readonly lowest: number
  /** The step of the lowest loss. */
  readonly lowestStep: number
  readonly last: number
  /** How far the last loss is above the lowest: what was unlearnt by learning on. */
  readonly overfit: number
  /** The step whose weights were kept. */
  readonly keptStep: number
  readonly curve: ReadonlyArray<readonly [step: number, loss: number]>
}

/** What one source contributed to a training. */
export interface SourceData {
  readonly source: string
  /** Different rows that steps saw, and how often they saw them together. */
  readonly rows: number
  readonly seen: number
  readonly tokens: number
  readonly supervisedTokens: number
  /** Share of all supervised tokens, in [0, 1]. */
  readonly share: number
  /** Mean loss over the first and the last tenth of the steps that saw it; null where nothing of it is supervised. */
  readonly firstLoss: number | null
  readonly lastLoss: number | null
  /** Loss on held-out rows of this source, at the first and the last measurement. */
  readonly validation?: { readonly first: number; readonly last: number }
}

const size = (weights: ReadonlyMap<string, { readonly data: { readonly length: number } }>): number =>
  [...weights.values()].reduce((total, { data }) => total + data.length, 0)

const mean = (values: ReadonlyArray<number>): number => values.reduce((sum, value) => sum + value, 0) / values.length

const describePrecision = (ledger: ReadonlyArray<LedgerEntry>): Pick<TrainingData, "mixedPrecision"> => {
  const lossScale = ledger.at(-1)?.lossScale
  if (lossScale === undefined) return {}
  return { mixedPrecision: { skippedSteps: ledger.length - learntFrom(ledger).length, lossScale } }
}

const describeValidation = ({ validation, step }: TrainResult): { readonly validation?: ValidationData } => {
  if (validation.length === 0) return {}
  const lowest = validation.reduce((low, entry) => (entry.loss < low.loss ? entry : low))
  const last = validation.at(-1)!.loss
  return {
    validation: {
      lowest: lowest.loss,
      lowestStep: lowest.step,
      last,
      overfit: last - lowest.loss,
      keptStep: step,
      curve: validation.map((entry) => [entry.step, entry.loss])
    }
  }
}

/** The loss over all supervised tokens of some parts. */
const lossOf = (parts: ReadonlyArray<SourceLoss>): number | null => {
  const supervised = parts.reduce((sum, part) => sum + part.supervised, 0)
  return supervised === 0 ? null : parts.reduce((sum, part) => sum + part.loss * part.supervised, 0) / supervised
}

const validationOf = (entries: ReadonlyArray<ValidationEntry>, source: string): Pick<SourceData, "validation"> => {
  const [first, last] = [entries[0]?.sources?.[source], entries.at(-1)?.sources?.[source]]
  return first === undefined || first.supervised === 0
    ? {}
    : { validation: { first: first.loss, last: last?.loss ?? first.loss } }
}

/** `sourceOf` are the sources of rows by their ids. */
const describeSources = (
  { ledger: steps, validation }: TrainResult,
  sourceOf: ReadonlyMap<string, string>
): { readonly sources?: ReadonlyArray<SourceData> } => {
  if (sourceOf.size === 0) return {}
  const ledger = learntFrom(steps)
  const names = new Set([...sourceOf.values(), ...ledger.flatMap(({ sources = {} }) => Object.keys(sources))])
  const seen = new Map<string, { readonly ids: Set<string>; times: number }>()
  for (const id of ledger.flatMap(({ rowIds }) => rowIds)) {
    const source = sourceOf.get(id) ?? ""
    const one = seen.get(source) ?? { ids: new Set(), times: 0 }
    one.ids.add(id)
    one.times++
    seen.set(source, one)
  }
  const all = ledger.reduce((sum, { supervised }) => sum + supervised, 0)
  return {
    sources: [...names].sort().map((source) => {
      const parts = ledger.flatMap(({ sources }: LedgerEntry) => sources?.[source] ?? [])
      const spoken = parts.filter(({ supervised }) => supervised > 0)
      const tenth = Math.ceil(spoken.length / 10)
      const supervisedTokens = parts.reduce((sum, { supervised }) => sum + supervised, 0)
      return {
        source,
        rows: seen.get(source)?.ids.size ?? 0,
        seen: seen.get(source)?.times ?? 0,
        tokens: parts.reduce((sum, { tokens }) => sum + tokens, 0),
        supervisedTokens,
        share: supervisedTokens / all,
        firstLoss: lossOf(spoken.slice(0, tenth)),
        lastLoss: lossOf(spoken.slice(spoken.length - tenth)),
        ...validationOf(validation, source)
      }
    })
  }
}

/** The data of a training; `sourceOf` are the sources of its rows by their ids, where a column names them. */
export const describeRun = (
  result: TrainResult,
  rows: TrainingData["rows"],
  sourceOf: ReadonlyMap<string, string>
): TrainingData => {
  const { ledger, model, adapter } = result
  const learnt = learntFrom(ledger)
  const losses = ledger.map(({ loss }) => loss)
  const stride = Math.ceil(ledger.length / 200)
  const kept = ledger.filter(({ step }) => step % stride === 0 || step === 1 || step === ledger.length)
  return {
    steps: ledger.length,
    firstLoss: losses[0]!,
    finalLoss: losses.at(-1)!,
    closingLoss: mean(losses.slice(-Math.ceil(losses.length / 10))),
    tokens: learnt.reduce((total, { tokens }) => total + tokens, 0),
    supervisedTokens: learnt.reduce((total, { supervised }) => total + supervised, 0),
    parameters: size(model.weights) + (adapter ? size(adapter.weights) : 0),
    trainedParameters: size(adapter?.weights ?? model.weights),
    rows,
    curve: kept.map(({ step, loss }) => [step, loss]),
    ...describePrecision(ledger),
    ...describeValidation(result),
    ...describeSources(result, sourceOf)
  }
}
