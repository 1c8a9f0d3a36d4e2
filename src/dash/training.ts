// Gathers what a training left in its folder: its summary, and the curves of its step ledger, thinned for drawing.
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"
import type { PastRun } from "../lineage/past-run.ts"
import { parquetRows } from "../lineage/parquet-rows.ts"
import { type LedgerStep, stepsIn } from "../lineage/steps.ts"
import {
  readSummary,
  type SignalLine,
  signalLines,
  type SourceSummary,
  type TrainingSummary
} from "../lineage/training-summary.ts"
import { type EdgeRef, type FolderHead, type NodeRecord, viewsOf } from "../run/node-record.ts"
import type { Store } from "../store/store.ts"
import { valueAt } from "../table/column.ts"
import { digestHex } from "../table/digest.ts"
import { Partition } from "../table/view.ts"
import { gatherSpikes, type SpikeReport } from "./training-spikes.ts"

export type CurvePoint = readonly [step: number, value: number]

export interface Curve {
  readonly name: "loss" | "gradNorm" | "learningRate" | "lossScale"
  readonly points: ReadonlyArray<CurvePoint>
  /** A running mean, for the loss of more than a few steps. */
  readonly trend: ReadonlyArray<CurvePoint>
  /** Of the loss: that on rows held out. */
  readonly held?: ReadonlyArray<CurvePoint>
}

/** A prompt with the answers to it. */
export interface ProbeReport {
  readonly prompt: string
  readonly reference: string
  readonly before: string
  readonly after: string
  readonly fault: string | null
}

export interface TrainingReport {
  readonly node: string
  readonly steps: number
  readonly firstLoss: number
  readonly finalLoss: number
  /** Mean loss over the last tenth of the steps. */
  readonly closingLoss: number | null
  readonly mixedPrecision: NonNullable<TrainingSummary["mixedPrecision"]> | null
  readonly tokens: number | null
  readonly supervisedTokens: number | null
  readonly parameters: number | null
  readonly trainedParameters: number | null
  readonly rows: { readonly used: number; readonly skipped: { readonly [reason: string]: number } }
  /** Different values of the column `source` among the rows used; null where the rows have none. */
  readonly documents: number | null
  /** The id of a row it was trained on. */
  readonly exampleRow: string | null
  readonly curves: ReadonlyArray<Curve>
  /** What each source contributed, where a column says where rows are from. */
  readonly sources: ReadonlyArray<SourceSummary>
  readonly signals: ReadonlyArray<SignalLine>
  readonly probes: ReadonlyArray<ProbeReport>
  readonly spikes: ReadonlyArray<SpikeReport>
}

/** Points a curve is drawn with at most. */
const mostPoints = 300

/** The JSON file of a folder, or undefined where there is none or it is no JSON. */
export const folderJson = (store: Store, folder: FolderHead, path: string): unknown => {
  const file = folder.files.find((one) => one.path === path)
  if (file === undefined) return undefined
  try {
    return JSON.parse(Buffer.from(store.get(file.object)).toString())
  } catch (cause) {
    if (cause instanceof SyntaxError) return undefined
    throw cause
  }
}

/** Fewer points that show the same curve: of each stretch the lowest and the highest. */
export const thin = (points: ReadonlyArray<CurvePoint>, most = mostPoints): ReadonlyArray<CurvePoint> => {
  if (points.length <= most) return points
  const size = Math.ceil(points.length / (most / 2 - 1))
  const kept = new Set<CurvePoint>([points[0]!, points.at(-1)!])
  for (let from = 0; from < points.length; from += size) {
    const stretch = points.slice(from, from + size)
    kept.add(stretch.reduce((least, point) => (point[1] < least[1] ? point : least)))
    kept.add(stretch.reduce((greatest, point) => (point[1] > greatest[1] ? point : greatest)))
  }
  return points.filter((point) => kept.has(point))
}

const runningMean = (points: ReadonlyArray<CurvePoint>): ReadonlyArray<CurvePoint> => {
  if (points.length < 12) return []
  const half = Math.max(2, Math.round(points.length / 40))
  return points.map(([step], at) => {
    const near = points.slice(Math.max(0, at - half), at + half + 1)
    return [step, near.reduce((sum, [, value]) => sum + value, 0) / near.length]
  })
}

const curve = (name: Curve["name"], points: ReadonlyArray<CurvePoint>): ReadonlyArray<Curve> => {
  if (points.length === 0) return []
  const trend = name === "loss" ? thin(runningMean(points)) : []
  return [{ name, points: thin(points), trend }]
}

/** The curves of a ledger; none of a column that it does not have. */
const ledgerCurves = (steps: ReadonlyArray<LedgerStep>): ReadonlyArray<Curve> =>
  (["loss", "gradNorm", "learningRate", "lossScale"] as const).flatMap((name) =>
    curve(
      name,
      steps.flatMap((step): ReadonlyArray<CurvePoint> => {
        const value = name === "gradNorm" && step.skipped ? undefined : step[name]
        return typeof value === "number" ? [[step.step, value]] : []
      })
    )
  )

interface Ledger {
  readonly used: { readonly [input: string]: ReadonlyArray<string> }
}

/** How many documents the used rows of a training come from. */
const countDocuments = async (
  store: Store,
  inputs: ReadonlyArray<readonly [EdgeRef, NodeRecord]>,
  ledger: Ledger
): Promise<number | null> => {
  const documents = new Set<unknown>()
  for (const [edge, record] of inputs) {
    const head = record.datasets[edge.part ?? ""]
    if (head === undefined) continue
    const used = new Set(ledger.used[edge.input] ?? [])
    for (const view of viewsOf(store, head)) {
      if (view.columns.source?.field.type !== "text") return null
      const partition = new Partition(view, store)
      const { source } = await partition.columns(["source"])
      const ids = partition.ids()
      for (let row = 0; row < partition.rows; row++)
        if (used.has(digestHex(ids, row))) documents.add(valueAt(source!, row))
    }
  }
  return documents.size === 0 ? null : documents.size
}

const readProbes = Schema.decodeUnknownOption(
  Schema.Array(
    Schema.Struct({
      prompt: Schema.String,
      reference: Schema.String,
      before: Schema.String,
      after: Schema.String,
      fault: Schema.NullOr(Schema.String)
    })
  )
)

/** The loss on rows held out, of all of them together. */
const heldCurve = async (bytes: Uint8Array): Promise<ReadonlyArray<CurvePoint>> =>
  (await parquetRows(bytes)).flatMap(({ step, source, loss }) =>
    source === "" ? [[step as number, loss as number] as const] : []
  )

/** The training behind a model's record, or null where its folder has no `training.json`. */
export const gatherTraining = async (
  store: Store,
  record: NodeRecord,
  inputs: ReadonlyArray<readonly [EdgeRef, NodeRecord]>,
  past: PastRun
): Promise<TrainingReport | null> => {
  const { folder } = record
  if (folder === undefined) return null
  const summary = readSummary(folderJson(store, folder, "training.json"))
  if (summary === undefined) return null
  const bytesOf = (name: string): Uint8Array | undefined => {
    const file = folder.files.find(({ path }) => path === name)
    return file === undefined ? undefined : store.get(file.object)
  }
  const [written, held] = [bytesOf("steps.parquet"), bytesOf("validation.parquet")]
  const steps = written === undefined ? [] : await stepsIn(written)
  const ledger = JSON.parse(Buffer.from(store.get(folder.ledger)).toString()) as Ledger
  const measured = held === undefined ? [] : await heldCurve(held)
  const curves = ledgerCurves(steps).map((one) =>
    one.name === "loss" && measured.length > 0 ? { ...one, held: thin(measured) } : one
  )
  return {
    node: record.node,
    steps: summary.steps,
    firstLoss: summary.firstLoss,
    finalLoss: summary.finalLoss,
    closingLoss: summary.closingLoss ?? null,
    mixedPrecision: summary.mixedPrecision ?? null,
    tokens: summary.tokens ?? null,
    supervisedTokens: summary.supervisedTokens ?? null,
    parameters: summary.parameters ?? null,
    trainedParameters: summary.trainedParameters ?? null,
    rows: { used: summary.rows?.used ?? record.totals.kept, skipped: record.reasons },
    documents: await countDocuments(store, inputs, ledger),
    exampleRow: Object.values(ledger.used).flat()[0] ?? null,
    curves: curves.some(({ name }) => name === "loss") ? curves : curve("loss", summary.curve ?? []),
    sources: summary.sources ?? [],
    signals: signalLines(summary, record.ingredients.options),
    probes: Option.getOrElse(readProbes(folderJson(store, folder, "answers.json")), () => []),
    spikes: gatherSpikes(past, record.node, steps)
  }
}
