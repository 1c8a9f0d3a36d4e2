// A worker thread: imports the pipeline, walks to the nodes it is told and runs their functions on partitions.
import { parentPort, workerData } from "node:worker_threads"
import { SluiceError, SluiceErrors } from "../errors.ts"
import type { Graph, GraphNode } from "../graph/graph.ts"
import { DamagedObject, Store } from "../store/store.ts"
import { Partition } from "../table/view.ts"
import { gatherRows } from "./gather-task.ts"
import { LoadedSources } from "./loaded-sources.ts"
import { openParsed, parseRecords } from "./parse.ts"
import { reloadGraph } from "./project.ts"
import { recheckRows } from "./recheck.ts"
import type { Outcome } from "./row-action.ts"
import { runRowNode } from "./row-node.ts"
import { RowReuse } from "./row-reuse.ts"
import { resolveSelect } from "./select-task.ts"
import type { ChainResult, ChainStep, ChainTask, Task, WireError, WorkerStart } from "./task.ts"

const start = workerData as WorkerStart
const port = parentPort!
const sources = new LoadedSources()
const store = new Store(start.storeRoot)
const reuses = new Map<string, RowReuse>()
let graph: Graph

const nodeOf = (name: string): GraphNode => graph.nodes.find((node) => node.name === name)!

const reuseOf = (step: ChainStep): RowReuse => {
  const at = `${step.node} ${step.keys.row}`
  let reuse = reuses.get(at)
  if (reuse === undefined) {
    reuse = new RowReuse(store, step.reuse)
    reuses.set(at, reuse)
  }
  return reuse
}

const runChain = async (task: ChainTask): Promise<ChainResult> => {
  const outcomes: Array<Outcome & { readonly seconds: number }> = []
  let parsed: ChainResult["parsed"]
  let partition: Partition
  if (task.parse === undefined) partition = new Partition(task.view!, store)
  else {
    const { step, input } = task.parse
    parsed = await parseRecords(store, nodeOf(step.node), step.keys, input, reuseOf(step))
    partition = openParsed(store, parsed.action)
    if (parsed.action.errors.length > 0 && nodeOf(step.node).options["onBadRow"] !== "drop") return { parsed, outcomes }
  }
  for (const step of task.steps) {
    const before = performance.now()
    const ran = await runRowNode({ store, node: nodeOf(step.node), keys: step.keys, partition, reuse: reuseOf(step) })
    partition = ran.next
    outcomes.push({ ...ran.outcome, seconds: (performance.now() - before) / 1000 })
    if (ran.outcome.action.errors.length > 0) break
  }
  return { parsed, outcomes }
}

const runTask = async (task: Task): Promise<unknown> => {
  switch (task.kind) {
    case "chain":
      return runChain(task)
    case "resolve":
      return resolveSelect(store, nodeOf(task.node), task)
    case "gather":
      return gatherRows(store, nodeOf(task.node), task)
    case "recheck":
      return recheckRows(store, nodeOf(task.node), task)
  }
}

export const wireError = (cause: unknown): WireError => {
  if (cause instanceof SluiceErrors) return wireError(cause.errors[0])
  if (cause instanceof SluiceError)
    return {
      code: cause.code,
      message: cause.message,
      evidence: cause.evidence,
      hint: cause.hint,
      exit: cause.exit,
      stack: cause.stack,
      damaged: cause instanceof DamagedObject ? cause.digest : undefined
    }
  const error = cause instanceof Error ? cause : new Error(String(cause))
  return {
    code: "SLUICE_WORKER",
    message: error.message,
    evidence: [],
    hint: undefined,
    exit: 2,
    stack: error.stack,
    damaged: undefined
  }
}

try {
  graph = await reloadGraph(start)
  port.on("message", ({ id, task }: { readonly id: number; readonly task: Task }) => {
    runTask(task).then(
      (result) => port.postMessage({ id, result, sources: sources.fresh() }),
      (cause: unknown) => port.postMessage({ id, error: wireError(cause) })
    )
  })
  port.postMessage({ ready: true, sources: sources.fresh() })
} catch (cause) {
  port.postMessage({ failed: wireError(cause) })
}
