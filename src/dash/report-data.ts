// Gathers a report's data from the store alone: the records that a pipeline's ref names, and the journal of its run.
import { existsSync, readFileSync } from "node:fs"
import { basename, dirname, join, relative } from "node:path"
import { SluiceError } from "../errors.ts"
import { PastRun } from "../lineage/past-run.ts"
import { readJournal } from "../run/journal.ts"
import type { EdgeRef, NodeRecord, PipelineRef, RowTotals } from "../run/node-record.ts"
import type { Store } from "../store/store.ts"
import { canonicalJson } from "../table/digest.ts"
import {
  type AcceptedAudit,
  auditAccepted,
  auditLosses,
  auditSource,
  firstRow,
  type LossAudit,
  type SourceAudit
} from "./audit.ts"
import { type Evaluation, readEvaluation } from "./evaluation.ts"
import type { RowReport } from "./row-report.ts"
import { folderJson, gatherTraining, type TrainingReport } from "./training.ts"

export interface ReportNode {
  readonly name: string
  readonly stage: string
  readonly kind: string
  readonly emits: "dataset" | "model" | "report"
  readonly totals: RowTotals
  readonly reasons: { readonly [reason: string]: number }
  readonly options: { readonly [name: string]: unknown }
  /** False for a gate that did not open. */
  readonly passed: boolean
}

export interface ReportEdge {
  readonly from: string
  readonly to: string
  readonly input: string
  readonly label: string | null
  readonly part: string | null
  /** Rows it carries; null for a model or report. */
  readonly rows: number | null
}

export interface ReportOutput {
  readonly name: string
  readonly node: string
  readonly part: string | null
  readonly kind: "dataset" | "model" | "report"
  readonly rows: number | null
  readonly digest: string
}

export interface LastRunNode {
  readonly verdict: "hit" | "run"
  readonly computed: number
  readonly reused: number
  readonly because: ReadonlyArray<string>
}

export interface ReportData {
  readonly pipeline: string
  readonly file: string
  readonly sets: { readonly [target: string]: string }
  readonly nodes: ReadonlyArray<ReportNode>
  readonly edges: ReadonlyArray<ReportEdge>
  readonly outputs: ReadonlyArray<ReportOutput>
  readonly trainings: ReadonlyArray<TrainingReport>
  readonly evaluations: ReadonlyArray<{ readonly node: string; readonly evaluation: Evaluation }>
  /** Reports of another form, as their data. */
  readonly otherReports: ReadonlyArray<{ readonly node: string; readonly data: unknown }>
  readonly audit: {
    readonly sources: ReadonlyArray<SourceAudit>
    readonly losses: ReadonlyArray<LossAudit>
    readonly accepted: ReadonlyArray<AcceptedAudit>
    /** A row to trace, a training row where something was trained. */
    readonly example: { readonly id: string; readonly node: string } | null
  }
  /** What was read from the rows themselves; null where only records were. */
  readonly rows: RowReport | null
  /** Runtimes that the results were computed with, and by how many nodes. */
  readonly environment: ReadonlyArray<{ readonly runtime: unknown; readonly nodes: number }>
  /** The run that the ref comes from; null where its journal is gone. */
  readonly lastRun: {
    readonly run: string
    readonly workers: number | null
    readonly nodes: { readonly [node: string]: LastRunNode }
  } | null
  /** Everything that differs between two runs of the same pipeline on the same data. */
  readonly times: {
    readonly finished: number | null
    readonly seconds: number | null
    /** Seconds of each node: in the last run, and when its result was computed. */
    readonly nodes: { readonly [node: string]: { readonly lastRun: number | null; readonly computed: number } }
  }
}

const recordsOf = (store: Store, ref: PipelineRef): ReadonlyMap<string, NodeRecord> =>
  new Map(
    Object.entries(ref.nodes).map(([node, key]) => {
      const record = store.action<NodeRecord>(key)
      if (record === undefined)
        throw new SluiceError("SLUICE_DAMAGED", `the result of ${node} is no longer in the store`, {
          hint: `sluice run ${ref.pipeline}`
        })
      return [node, { ...record, node }] as const
    })
  )

const emitsOf = (record: NodeRecord, ref: PipelineRef): ReportNode["emits"] => {
  if (record.folder === undefined) return "dataset"
  const output = Object.values(ref.outputs).find(({ node }) => node === record.node)
  if (output !== undefined) return output.kind
  const asModel = Object.values(ref.edges)
    .flat()
    .some(({ node, input }) => node === record.node && /^(base|models?)$/.test(input))
  const trained = record.folder.files.some(({ path }) => path === "training.json" || path.endsWith(".safetensors"))
  return asModel || trained ? "model" : "report"
}

const edgesOf = (ref: PipelineRef, records: ReadonlyMap<string, NodeRecord>): ReadonlyArray<ReportEdge> =>
  Object.entries(ref.edges).flatMap(([to, edges]) =>
    edges.map(({ node, input, label, part }) => ({
      from: node,
      to,
      input,
      label: label ?? null,
      part: part ?? null,
      rows: records.get(node)?.datasets[part ?? ""]?.content.rows ?? null
    }))
  )

interface StoredPlan {
  readonly nodes?: ReadonlyArray<{ readonly name: string; readonly because: ReadonlyArray<string> }>
}

const lastRunOf = (store: Store, ref: PipelineRef): Pick<ReportData, "lastRun"> & { readonly times: RunTimes } => {
  const folder = join(store.root, "runs", ref.run)
  const events = readJournal(folder)
  const started = events.findLast((event) => event.event === "started")
  const finished = events.findLast((event) => event.event === "finished")
  if (finished === undefined) return { lastRun: null, times: { finished: null, seconds: null, nodes: new Map() } }
  const planPath = join(folder, "plan.json")
  const plan = existsSync(planPath) ? (JSON.parse(readFileSync(planPath, "utf8")) as StoredPlan) : {}
  const because = new Map(plan.nodes?.map((node) => [node.name, node.because]))
  const nodes = finished.nodes.map(({ name, verdict, rows }): readonly [string, LastRunNode] => [
    name,
    { verdict, computed: rows.computed, reused: rows.reused, because: because.get(name) ?? [] }
  ])
  return {
    lastRun: { run: ref.run, workers: started?.workers ?? null, nodes: Object.fromEntries(nodes) },
    times: {
      finished: finished.at,
      seconds: finished.seconds,
      nodes: new Map(finished.nodes.map(({ name, seconds }) => [name, seconds]))
    }
  }
}

interface RunTimes {
  readonly finished: number | null
  readonly seconds: number | null
  readonly nodes: ReadonlyMap<string, number>
}

/** What reports hold. One that another evaluation was made from, as a gate's is, is told by that one. */
const reportsOf = (
  store: Store,
  ref: PipelineRef,
  records: ReadonlyMap<string, NodeRecord>
): Pick<ReportData, "evaluations" | "otherReports"> => {
  const reports = [...records.values()].filter((record) => emitsOf(record, ref) === "report")
  const read = reports.map(({ node, folder }) => {
    const data = folderJson(store, folder!, "report.json") ?? folder!.data
    return { node, data, evaluation: readEvaluation(data) }
  })
  const told = new Set(
    read.flatMap(({ node, evaluation }) => (evaluation === null ? [] : ref.edges[node]!.map((edge) => edge.node)))
  )
  return {
    evaluations: read.flatMap(({ node, evaluation }) =>
      evaluation === null || told.has(node) ? [] : [{ node, evaluation }]
    ),
    otherReports: read.flatMap(({ node, data, evaluation }) => (evaluation === null ? [{ node, data }] : []))
  }
}

const environmentOf = (records: ReadonlyArray<NodeRecord>): ReportData["environment"] =>
  [...Map.groupBy(records, ({ ingredients }) => canonicalJson(ingredients.runtime ?? null))].map(
    ([runtime, members]) => ({ runtime: JSON.parse(runtime) as unknown, nodes: members.length })
  )

/** The pipeline's file as seen from the project, so that no report names a machine's folders. */
const projectPath = (store: Store, file: string): string => {
  const path = relative(dirname(store.root), file)
  return path.startsWith("..") || path === "" ? basename(file) : path
}

const trainingsOf = async (
  store: Store,
  ref: PipelineRef,
  records: ReadonlyMap<string, NodeRecord>
): Promise<ReadonlyArray<TrainingReport>> => {
  const trainings: Array<TrainingReport> = []
  const past = new PastRun(store, ref.pipeline, ref)
  for (const record of records.values()) {
    const inputs = (ref.edges[record.node] ?? []).map((edge: EdgeRef) => [edge, records.get(edge.node)!] as const)
    const training = await gatherTraining(store, record, inputs, past)
    if (training !== null) trainings.push(training)
  }
  return trainings
}

export interface ReportExtent {
  /** Reads the rows too: measures, texts and where they come from. */
  readonly rows?: boolean
}

/** The data of a pipeline's report: a plain JSON value, the same for the same ref. */
export const gatherReport = async (
  store: Store,
  ref: PipelineRef,
  { rows = false }: ReportExtent = {}
): Promise<ReportData> => {
  const records = recordsOf(store, ref)
  const all = [...records.values()]
  const { lastRun, times } = lastRunOf(store, ref)
  const trainings = await trainingsOf(store, ref, records)
  const trained = trainings.findLast(({ exampleRow }) => exampleRow !== null)
  return {
    pipeline: ref.pipeline,
    file: projectPath(store, ref.file),
    sets: ref.sets,
    nodes: all.map((record) => ({
      name: record.node,
      stage: record.stage,
      kind: record.kind,
      emits: emitsOf(record, ref),
      totals: record.totals,
      reasons: record.reasons,
      options: record.ingredients.options,
      passed: record.folder?.passed !== false
    })),
    edges: edgesOf(ref, records),
    outputs: Object.entries(ref.outputs).map(([name, { node, part, kind, rows, digest }]) => ({
      name,
      node,
      part: part ?? null,
      kind,
      rows: rows ?? null,
      digest
    })),
    trainings,
    ...reportsOf(store, ref, records),
    audit: {
      sources: all.filter(({ kind }) => kind === "source").map((record) => auditSource(store, record)),
      losses: auditLosses(all),
      accepted: auditAccepted(store, all),
      example: trained === undefined ? firstRow(store, ref, records) : { id: trained.exampleRow!, node: trained.node }
    },
    rows: rows ? await (await import("./row-report.ts")).gatherRows(store, ref) : null,
    environment: environmentOf(all),
    lastRun,
    times: {
      finished: times.finished,
      seconds: times.seconds,
      nodes: Object.fromEntries(
        all.map(({ node, seconds }) => [node, { lastRun: times.nodes.get(node) ?? null, computed: seconds }])
      )
    }
  }
}
