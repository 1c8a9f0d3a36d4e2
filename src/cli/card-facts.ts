// What a model card says: where the weights come from, the data behind each training, how it was trained, how it scored.
import { existsSync } from "node:fs"
import { join } from "node:path"
import { type Evaluation, readEvaluation } from "../dash/evaluation.ts"
import { modelData, sharedRows, type TrainingData } from "../lineage/model-data.ts"
import type { PastRun } from "../lineage/past-run.ts"
import { type ModelOrigin, modelOrigin } from "../model/model-origin.ts"
import { resultFolder } from "../run/program-inputs.ts"
import type { Licences } from "./licence.ts"

/** Files of one licence that a source gave, `undefined` where it is not known. */
export interface CardSource {
  readonly node: string
  readonly licence: string | undefined
  readonly files: number
  readonly rows: number
}

export interface CardTraining {
  readonly node: string
  readonly stage: string
  readonly options: { readonly [name: string]: unknown }
  /** What the program left as its data: steps, losses, tokens. */
  readonly figures: { readonly [name: string]: unknown }
  readonly data: TrainingData
  readonly sources: ReadonlyArray<CardSource>
}

export interface CardFacts {
  readonly name: string
  readonly pipeline: string
  readonly run: string
  readonly sets: { readonly [target: string]: string }
  readonly digest: string
  readonly adapter: boolean
  /** The model that the first training started from, where that was no training itself. */
  readonly base: (ModelOrigin & { readonly node: string; readonly digest: string }) | undefined
  readonly trainings: ReadonlyArray<CardTraining>
  readonly evaluations: ReadonlyArray<{
    readonly node: string
    /** What the evaluation calls the model. */
    readonly as: string
    readonly evaluation: Evaluation
    /** Examples that go back to a file which training rows come from too. */
    readonly shared: number
  }>
  /** A row that it was trained on. */
  readonly example: string | undefined
}

const sourcesOf = async (data: TrainingData, licences: Licences): Promise<ReadonlyArray<CardSource>> => {
  const sources: Array<CardSource> = []
  for (const { node, used } of data.sources) {
    const known: Array<{ readonly licence: string | undefined; readonly rows: number }> = []
    for (const { path, rows } of used) known.push({ licence: await licences.of(path), rows })
    const groups = [...Map.groupBy(known, ({ licence }) => licence)].map(([licence, files]) => ({
      node,
      licence,
      files: files.length,
      rows: files.reduce((total, { rows }) => total + rows, 0)
    }))
    sources.push(...groups.sort((a, b) => b.rows - a.rows || ((a.licence ?? "") < (b.licence ?? "") ? -1 : 1)))
  }
  return sources
}

/** Evaluations that asked the model, the gate's in place of the one that it judges. */
const evaluationsOf = (
  past: PastRun,
  model: string,
  trainings: ReadonlyArray<CardTraining>
): CardFacts["evaluations"] => {
  const data = trainings.map((training) => training.data)
  const found = past.nodes.flatMap((node) => {
    const evaluation = readEvaluation(past.record(node).folder?.data)
    const edge = past.edges(node).find((one) => one.node === model && one.label !== undefined)
    return evaluation === null || edge === undefined
      ? []
      : [{ node, as: edge.label!, evaluation, shared: sharedRows(past, node, data) }]
  })
  return found.map((one) => {
    const gate = past.nodes.find((node) => past.edges(node).some(({ node: from }) => from === one.node))
    const judged = gate === undefined ? null : readEvaluation(past.record(gate).folder?.data)
    return judged === null ? one : { ...one, evaluation: judged }
  })
}

/** Gathers the facts of a model that a run made, from the store and from the model's files. */
export const cardFacts = async (past: PastRun, node: string, licences: Licences): Promise<CardFacts> => {
  const line = modelData(past, node)
  const folder = past.record(node).folder!
  const place = resultFolder(past.store, folder)
  const first = line[0]!
  const trainings: Array<CardTraining> = []
  for (const { training } of line) {
    if (training === undefined) continue
    const { record } = training
    const figures = (record.folder!.data ?? {}) as CardTraining["figures"]
    const { options } = record.ingredients
    const sources = await sourcesOf(training, licences)
    trainings.push({ node: training.node, stage: record.stage, options, figures, data: training, sources })
  }
  const origin =
    first.training === undefined
      ? await modelOrigin(resultFolder(past.store, past.record(first.node).folder!))
      : undefined
  const used = JSON.parse(Buffer.from(past.store.get(folder.ledger)).toString()) as {
    readonly used: { readonly [input: string]: ReadonlyArray<string> }
  }
  return {
    name: Object.entries(past.ref.outputs).find(([, output]) => output.node === node)?.[0] ?? node,
    pipeline: past.ref.pipeline,
    run: past.ref.run,
    sets: past.ref.sets,
    digest: folder.digest,
    adapter: existsSync(join(place, "adapter_config.json")),
    base: origin && { ...origin, node: first.node, digest: past.record(first.node).folder!.digest },
    trainings,
    evaluations: evaluationsOf(past, node, trainings),
    example: Object.values(used.used).flat()[0]
  }
}
