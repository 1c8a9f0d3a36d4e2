// The data behind a model: the rows that it and the models it was made from were trained on, and the files these go back to.
import type { NodeRecord, RowTotals } from "../run/node-record.ts"
import { Origins } from "./origin.ts"
import type { PastRun } from "./past-run.ts"

/** A node between the sources and a training. */
export interface DataStep {
  readonly node: string
  readonly totals: RowTotals
  readonly reasons: { readonly [reason: string]: number }
}

/** What a source gave to a training. */
export interface DataSource {
  readonly node: string
  /** Records that the source read in all its files. */
  readonly records: number
  readonly files: number
  /** Files that rows of the training go back to, with how many of these rows; in order of the path. */
  readonly used: ReadonlyArray<{ readonly path: string; readonly rows: number }>
}

/** A training on the way to a model: its own, or that of a model it started from. */
export interface TrainingData {
  readonly node: string
  readonly record: NodeRecord
  readonly used: number
  readonly skipped: { readonly [reason: string]: number }
  readonly sources: ReadonlyArray<DataSource>
  /** In the order of the pipeline, sources first. */
  readonly steps: ReadonlyArray<DataStep>
}

/** Nodes upstream of `node`, in the order of the pipeline; models and what they are made from are left out. */
const upstream = (past: PastRun, node: string): ReadonlyArray<string> => {
  const reached = new Set<string>()
  const waiting = [node]
  for (let at = waiting.pop(); at !== undefined; at = waiting.pop())
    for (const edge of past.edges(at)) {
      if (reached.has(edge.node) || past.record(edge.node).folder !== undefined) continue
      reached.add(edge.node)
      waiting.push(edge.node)
    }
  return past.nodes.filter((one) => reached.has(one))
}

/** Inputs of a training that it measures on and does not learn from. */
const measuredOn: ReadonlySet<string> = new Set(["validation", "retained"])

/** The rows that a program learnt from, or asked about, each with the paths of the files that it goes back to. */
const usedRows = (origins: Origins, node: string): ReadonlyArray<ReadonlySet<string>> =>
  (origins.ledgers.of(node)?.entries ?? []).flatMap(({ input, used }) =>
    (measuredOn.has(input) ? [] : [...used]).map(
      (id) => new Set(origins.ofRead(node, id, input).map(({ path }) => path))
    )
  )

const trainingOf = (past: PastRun, origins: Origins, node: string): TrainingData => {
  const record = past.record(node)
  const files = new Map<string, number>()
  const rows = usedRows(origins, node)
  for (const paths of rows) for (const path of paths) files.set(path, (files.get(path) ?? 0) + 1)
  const nodes = upstream(past, node)
  const sources = nodes
    .filter((one) => past.record(one).kind === "source")
    .map((one): DataSource => {
      const read = past.refs<{ readonly files?: ReadonlyArray<{ readonly path: string }> }>(one).files ?? []
      const paths = [...new Set(read.map(({ path }) => path))].sort()
      return {
        node: one,
        records: past.record(one).totals.in,
        files: paths.length,
        used: paths.flatMap((path) => (files.has(path) ? [{ path, rows: files.get(path)! }] : []))
      }
    })
  const steps = nodes.map((one): DataStep => {
    const { totals, reasons } = past.record(one)
    return { node: one, totals, reasons }
  })
  return { node, record, used: rows.length, skipped: record.reasons, sources, steps }
}

/** How many rows that `program` used go back to a file that rows of the trainings go back to as well. */
export const sharedRows = (past: PastRun, program: string, trainings: ReadonlyArray<TrainingData>): number => {
  const files = new Set(trainings.flatMap(({ sources }) => sources.flatMap(({ used }) => used.map(({ path }) => path))))
  return usedRows(new Origins(past), program).filter((paths) => !files.isDisjointFrom(paths)).length
}

/**
 * The nodes that made a model, the first of them first: each starts from the one before. Those that read rows have a
 * training, a model that was taken as it is has none.
 */
export const modelData = (
  past: PastRun,
  node: string
): ReadonlyArray<{ readonly node: string; readonly training: TrainingData | undefined }> => {
  const origins = new Origins(past)
  const line = [node]
  for (;;) {
    const base = past.edges(line[0]!).find(({ node: from, input }) => input === "base" && past.record(from).folder)
    if (base === undefined) break
    line.unshift(base.node)
  }
  return line.map((one) => ({
    node: one,
    training: past.edges(one).some(({ node: from }) => past.record(from).folder === undefined)
      ? trainingOf(past, origins, one)
      : undefined
  }))
}
