// What a run is expected to cost: from the seconds and bytes that earlier runs of the pipeline spent on its nodes.
import { join } from "node:path"
import type { ComputeClass } from "../graph/key.ts"
import type { Expected, NodePlan, Range } from "../graph/plan.ts"
import type { Device } from "../model/train/device.ts"
import type { Store } from "../store/store.ts"
import { type NodeSummary, readEnds } from "./journal.ts"
import type { LastRun } from "./last-run.ts"
import type { RowWork } from "./node-record.ts"

/** Earlier runs that are asked, and looked at to find them. */
const askedRuns = 8
const seenRuns = 40

/** How far off a figure may be that stands on one earlier run alone. */
const spread = 1.25

/** What earlier runs did at a node, the latest first; runs in which it was a hit say nothing. */
export type EarlierWork = ReadonlyMap<string, ReadonlyArray<NodeSummary>>

/** Reads what the last finished runs of a pipeline spent on each node; programs count where they ran on the same device. */
export const earlierWork = (store: Store, pipeline: string, device: Device = "cpu"): EarlierWork => {
  const work = new Map<string, Array<NodeSummary>>()
  let asked = 0
  for (const run of store.runNames().toReversed().slice(0, seenRuns)) {
    const ends = readEnds(join(store.root, "runs", run))
    if (ends?.first.event !== "started" || ends.first.pipeline !== pipeline || ends.last.event !== "finished") continue
    const same = (ends.first.device ?? "cpu") === device
    for (const node of ends.last.nodes) {
      const judged = node.kind === "program" && node.partitions.run === 0
      if (node.verdict === "hit" || judged || (node.kind === "program" && !same)) continue
      const known = work.get(node.name)
      if (known === undefined) work.set(node.name, [node])
      else known.push(node)
    }
    if (++asked === askedRuns) break
  }
  return work
}

/**
 * What a node of a plan is expected to cost with some workers; undefined where no earlier run tells. `told` is what a run
 * computed that may be long past: the latest may all have been of a few rows.
 */
export const expectedOf = (
  plan: NodePlan,
  work: EarlierWork,
  workers: number,
  told?: RowWork
): Expected | undefined => {
  const samples = work.get(plan.name)
  if (plan.verdict === "hit" || samples === undefined) return undefined
  const cost = perRow.has(plan.kind) ? rowCost(plan, samples, workers, told) : wholeCost(plan, samples)
  if (cost === undefined) return undefined
  if (plan.verdict === "run") return cost
  return { seconds: [0, cost.seconds[1]], bytes: [0, cost.bytes[1]] }
}

const perRow = new Set(["source", "map", "filter", "expand"])

/** The cost of rows: what one took, times those to compute; bytes by the partitions that are written anew. */
const rowCost = (
  plan: NodePlan,
  samples: ReadonlyArray<NodeSummary>,
  workers: number,
  told: RowWork | undefined
): Expected | undefined => {
  const works = samples.map(({ rows, seconds }) => ({ computed: rows.computed, seconds }))
  const computing = [...works, ...(told === undefined ? [] : [told])].filter(({ computed }) => computed > 0)
  if (computing.length === 0 && plan.rows.new > 0) return undefined
  const { rows, partitions } = plan
  const most = rows.open ? Math.max(rows.new, ...samples.map((one) => one.rows.in)) : rows.new
  const least = rows.open || rows.atMost ? 0 : rows.new
  const each = around(telling(computing, most).map(({ seconds, computed }) => seconds / computed))
  const lanes = Math.max(1, Math.min(workers, partitions.run || workers))
  const written = samples.filter((one) => one.partitions.run > 0 && one.bytes > 0)
  const size = around(written.map((one) => one.bytes / one.partitions.run))
  const known = partitions.run > 0
  return {
    seconds: [(each[0] * least) / lanes, (each[1] * most) / lanes],
    bytes: [
      known && !rows.open && !rows.atMost ? size[0] * partitions.run : 0,
      known ? size[1] * partitions.run : Math.max(0, ...samples.map(({ bytes }) => bytes * spread))
    ]
  }
}

/** A run that computed far fewer rows tells what a run costs, not what a row does. */
const telling = (computing: ReadonlyArray<RowWork>, rows: number): ReadonlyArray<RowWork> => {
  const most = Math.max(...computing.map(({ computed }) => computed))
  return computing.filter(({ computed }) => computed >= Math.min(rows, most) / 10)
}

/** The cost of a node that reads everything: as before, or in proportion to the rows where these are known. */
const wholeCost = (plan: NodePlan, samples: ReadonlyArray<NodeSummary>): Expected => {
  // A program whose result is there is only judged.
  if (plan.kind === "program" && plan.partitions.hit > 0) return { seconds: [0, 0], bytes: [0, 0] }
  const known = plan.kind === "program" && plan.rows.open === undefined && plan.rows.new > 0
  const scale = ({ rows }: NodeSummary) => (known && rows.in > 0 ? plan.rows.new / rows.in : 1)
  const of = (figure: (one: NodeSummary) => number) =>
    around(samples.flatMap((one) => [figure(one), figure(one) * scale(one)]))
  return { seconds: of(({ seconds }) => seconds), bytes: of(({ bytes }) => bytes) }
}

/** The range of some figures; few of them are taken with more caution. */
const around = (figures: ReadonlyArray<number>): Range => {
  if (figures.length === 0) return [0, 0]
  return [Math.min(...figures) / spread, Math.max(...figures) * spread]
}

/** A plan with what its nodes are expected to cost. One in which nothing runs costs nothing, and asks no journal. */
export const withExpected = (
  nodes: ReadonlyArray<NodePlan>,
  store: Store,
  pipeline: string,
  { threads, device }: Pick<ComputeClass, "threads" | "device">,
  lastRun?: Pick<LastRun, "record">
): ReadonlyArray<NodePlan> => {
  if (nodes.every(({ verdict }) => verdict === "hit")) return nodes
  const work = earlierWork(store, pipeline, device)
  return nodes.map((node) => {
    const expected = expectedOf(node, work, threads, lastRun?.record(node.name)?.work)
    return expected === undefined ? node : { ...node, expected: rounded(expected) }
  })
}

/** Milliseconds and bytes are fine enough. */
const rounded = ({ seconds, bytes }: Expected): Expected => ({
  seconds: [Math.round(seconds[0] * 1000) / 1000, Math.round(seconds[1] * 1000) / 1000],
  bytes: [Math.round(bytes[0]), Math.round(bytes[1])]
})

/** The expectations of a plan's nodes together. */
export const totalExpected = (nodes: ReadonlyArray<NodePlan>): Expected | undefined => {
  const all = nodes.flatMap(({ expected }) => expected ?? [])
  if (all.length === 0) return undefined
  return { seconds: sumOf(all.map(({ seconds }) => seconds)), bytes: sumOf(all.map(({ bytes }) => bytes)) }
}

/** Low ends and high ends added up. */
export const sumOf = (ranges: ReadonlyArray<Range>): Range => [
  ranges.reduce((total, [low]) => total + low, 0),
  ranges.reduce((total, [, high]) => total + high, 0)
]
