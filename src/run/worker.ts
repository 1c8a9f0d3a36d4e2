// A worker thread: imports the pipeline, walks to the nodes it is told and runs their functions on partitions.
import { parentPort, workerData } from "node:worker_threads"
import { SluiceError, SluiceErrors } from "../errors.ts"
import type { Graph, GraphNode } from "../graph/graph.ts"
import { graphKey } from "../graph/key.ts"
import { asError } from "../store/durable-file.ts"
import { FencedStore } from "../store/fence.ts"
import { StepStore } from "../store/step-store.ts"
import { type Damage, DamagedObject, type Difference, type Store } from "../store/store.ts"
import { loadParquet } from "../table/parquet.ts"
import { Partition } from "../table/view.ts"
import type { CallAnswer, CallRequest } from "./call-request.ts"
import { frameAndKeep, readPlanned } from "./frames.ts"
import { gatherRows } from "./gather-task.ts"
import { LoadedSources } from "./loaded-sources.ts"
import { parseRecords } from "./parse.ts"
import { loadGraph } from "./project.ts"
import { recheck } from "./recheck.ts"
import { runRowNode } from "./row-node.ts"
import { RowReuse } from "./row-reuse.ts"
import { openModels } from "./row-model.ts"
import { resolveSelect } from "./select-task.ts"
import { ReadBuffer } from "./whole-file.ts"
import { watchRows } from "./row-function.ts"
import { readStretches } from "./stretch.ts"
import type { ChainResult, ChainStep, ChainTask, Task, ThreadStart, ToThread, WireError } from "./task.ts"

const start = workerData as ThreadStart
watchRows(start.row)
const port = parentPort!
const sources = new LoadedSources()
const found: Array<Damage | Difference> = []
const told = <S extends Store>(opened: S): S => {
  opened.onFound((one) => found.push(one))
  return opened
}
let store: StepStore
const reuses = new Map<string, RowReuse>()
let graph: Graph

/** Where this thread reads files and records. */
const buffer = new ReadBuffer()

const nodeOf = (name: string): GraphNode => graph.nodes.find((node) => node.name === name)!

/** Calls that wait for their answers, by number. */
const calls = new Map<number, (answer: CallAnswer) => void>()
let called = 0

/** The main thread makes all calls of models. */
const call = (request: CallRequest): Promise<CallAnswer> =>
  new Promise((done) => {
    calls.set(++called, done)
    port.postMessage({ call: called, request })
  })

const answered = (number: number, answer: CallAnswer) => {
  calls.get(number)?.(answer)
  calls.delete(number)
}

const reuseOf = (step: ChainStep): RowReuse => {
  const at = `${step.node} ${step.input} ${step.keys.row}`
  let reuse = reuses.get(at)
  if (reuse === undefined) {
    reuse = new RowReuse(store, step.reuse)
    reuses.set(at, reuse)
  }
  return reuse
}

/** A thread that says where it is may die there: its files of each step are on the disk before the next begins. */
const oneStep = <A>(run: () => Promise<A>): Promise<A> => (start.alone ? store.step(run) : run())

/** Otherwise the files of a whole chain go to the disk together, beside its work and that of the next, which may begin. */
const runChain = async (id: number, task: ChainTask): Promise<ChainResult> => {
  if (start.alone) return runSteps(task)
  const { result, onDisk } = await store.begin(() => runSteps(task))
  port.postMessage({ id, isFree: true })
  await onDisk
  return result
}

const runSteps = async (task: ChainTask): Promise<ChainResult> => {
  const outcomes: Array<ChainResult["outcomes"][number]> = []
  let parsed: ChainResult["parsed"]
  let partition: Partition
  if (task.parse === undefined) partition = new Partition(task.view!, store)
  else {
    const { step, input } = task.parse
    const node = nodeOf(step.node)
    const before = performance.now()
    const records = readStretches(node.name, input, buffer)
    const made = await oneStep(() => parseRecords(store, node, step.keys, records, reuseOf(step)))
    parsed = { ...made.outcome, seconds: (performance.now() - before) / 1000 }
    partition = made.partition
    if (parsed.action.errors.length > 0 && node.options["onBadRow"] !== "drop") return { parsed, outcomes }
  }
  for (const [index, step] of task.steps.entries()) {
    if (start.alone) port.postMessage({ at: { step: index + (parsed === undefined ? 0 : 1), ids: partition.ids() } })
    const before = performance.now()
    const node = nodeOf(step.node)
    const models = openModels(node, step.models)
    const rows = { store, node, keys: step.keys, partition, reuse: reuseOf(step), likely: step.likely, models, call }
    const ran = await oneStep(() => runRowNode(rows))
    partition = ran.next
    outcomes.push({ ...ran.outcome, seconds: (performance.now() - before) / 1000 })
    if (ran.outcome.action.errors.length > 0 && !task.goOn) break
  }
  return { parsed, outcomes }
}

/** The store as the holder of a lease sees it. */
const storeUnder = (lease: string | undefined): Store =>
  lease === undefined ? store : told(new FencedStore(start.storeRoot, lease))

const runTask = async (id: number, task: Task): Promise<unknown> => {
  switch (task.kind) {
    case "chain":
      return runChain(id, task)
    case "frame": {
      const node = nodeOf(task.node)
      await frameAndKeep(store, node, task.key, task.file, await readPlanned(node, task.file, buffer))
      return undefined
    }
    case "resolve":
      return resolveSelect(storeUnder(task.lease), nodeOf(task.node), task)
    case "gather":
      return gatherRows(storeUnder(task.lease), nodeOf(task.node), task)
    case "recheck":
      return recheck(store, nodeOf(task.node), task, call)
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
  const error = asError(cause)
  if (error instanceof SluiceError) return wireError(error)
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
  store = told(new StepStore(start.storeRoot))
  graph = await loadGraph(start.pipeline, start.sets, start)
  port.on("message", (message: ToThread) => {
    if ("stop" in message) return process.exit()
    if ("answer" in message) return answered(message.answers, message.answer)
    const { id, task } = message
    runTask(id, task).then(
      (result) => port.postMessage({ id, result, sources: sources.fresh(), found: found.splice(0) }),
      (cause: unknown) => port.postMessage({ id, error: wireError(cause), found: found.splice(0) })
    )
  })
  port.postMessage({ ready: graphKey(graph), sources: sources.fresh(), found: found.splice(0) })
  loadParquet()
} catch (cause) {
  port.postMessage({ failed: wireError(cause), found: found.splice(0) })
}
