// One run from plan to outputs: pins, journal, execution, and the pipeline's ref moved forward when everything is there.
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { SluiceError, SluiceErrors } from "../errors.ts"
import type { NodePlan } from "../graph/plan.ts"
import { asError, onDisk } from "../store/durable-file.ts"
import type { Damage, Difference, Store } from "../store/store.ts"
import { CallBroker, type CallMeans } from "./call-broker.ts"
import { CallBudgets } from "./call-budget.ts"
import { withCalls } from "./call-forecast.ts"
import { DamageLog } from "./damage-log.ts"
import { LeaseLost } from "../store/fence.ts"
import { type Lease, Leases } from "../store/lease.ts"
import { Execution, isDamage } from "./execution.ts"
import { live } from "./live-run.ts"
import { Journal, type NodeSummary, type OutputSummary, type RunEvent } from "./journal.ts"
import type { OutputRef, PipelineRef } from "./node-record.ts"
import type { PlanOptions } from "./plan-pipeline.ts"
import { hasChangedFiles } from "./listing.ts"
import { PlannedSources } from "./planned-sources.ts"
import { makePlan, type Plan } from "./planner.ts"
import { headOf } from "./record-key.ts"
import { Pool } from "./pool.ts"
import { resultFolder } from "./program-inputs.ts"
import { type Survey, survey } from "./survey.ts"
import { outputDigest } from "./whole-node.ts"

export interface RunOptions extends PlanOptions {
  readonly listeners: ReadonlyArray<(event: RunEvent) => void>
  /** The share of a node's rows that may fail before the run stops there; none unless told otherwise. */
  readonly maxFailed?: number
  /** MiB of JavaScript objects that a worker thread may hold; a share of the machine's memory unless told otherwise. */
  readonly workerMemory?: number
  /** Milliseconds between two heartbeats of the leases it holds; a second unless told otherwise. */
  readonly beat?: number
  /** Where models are reached that stages call, and what that may cost. */
  readonly calls?: CallMeans
  /** Told the plan before anything runs. */
  readonly planned?: (plan: ReadonlyArray<NodePlan>) => void
}

export interface RunResult {
  readonly run: string
  readonly seconds: number
  readonly nodes: ReadonlyArray<NodeSummary>
  readonly outputs: { readonly [name: string]: OutputSummary }
  /** False where a gate did not open. */
  readonly passed: boolean
  readonly ref: PipelineRef
  readonly store: Store
}

/** How often a run starts over because an object turned out damaged; never twice because of the same one. */
const rebuilds = 100

/** Runs a pipeline. Interruption stops its threads and processes; what finished stays finished. */
export const runPipeline = (options: RunOptions): Effect.Effect<RunResult, Error> =>
  Effect.gen(function* () {
    const began = Date.now()
    const run = `${new Date(began).toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-${randomBytes(3).toString("hex")}`
    const log = new DamageLog(options.listeners)
    const warn = (text: string) => log.warn(text)
    const leases = yield* Effect.try({
      try: () => new Leases(options.project.storeRoot, run, options.beat),
      catch: asError
    })
    const damaged = new Set<string>()
    const budgets = new CallBudgets(options.calls?.money)
    let check = false
    for (let attempt = 0; ; attempt++) {
      const work = (lease: Lease) => once(options, { run, began, attempt, leases, lease, log, check, budgets })
      const result = yield* Effect.result(live(leases, run, warn, work))
      if (result._tag === "Success") return result.success
      const { failure } = result
      if (attempt === rebuilds) return yield* Effect.fail(failure)
      check = isDamage(failure) && damaged.size === 0
      if (failure instanceof LeaseLost) warn("this run slept too long and was taken for dead; it starts over")
      else if (isDamage(failure) && !damaged.has(failure.digest)) damaged.add(failure.digest)
      else return yield* Effect.fail(failure)
    }
  })

/** One attempt at a run. */
interface Attempt {
  readonly run: string
  readonly began: number
  readonly attempt: number
  readonly leases: Leases
  /** That of the run itself. */
  readonly lease: Lease
  readonly log: DamageLog
  /** Whether to look for more damage first: where one object is damaged, others often are. */
  readonly check: boolean
  readonly budgets: CallBudgets
}

const once = (options: RunOptions, attempt: Attempt): Effect.Effect<RunResult, Error> =>
  Effect.gen(function* () {
    // Threads take their time zone from the process, whatever their own environment says.
    process.env["TZ"] = "UTC"
    const sources = new PlannedSources()
    const broker = brokerOf(options, attempt)
    const { workers, checker } = poolsOf(options, attempt.log, sources, broker)
    // A thread takes its time to start, and what it will be needed for is not known before the code and the files are read.
    if (hasChangedFiles(options.project.storeRoot)) workers.warm(1)
    return yield* Effect.gen(function* () {
      const { project, file, sets, workers: threads, device } = options
      const surveyed = yield* Effect.tryPromise({
        try: () => survey(project, file, sets, threads, device, sources, () => workers.warm(1)),
        catch: asError
      })
      surveyed.store.onFound((found) => attempt.log.found(found))
      workers.warm(surveyed.news)
      return yield* planned(options, attempt, surveyed, workers, checker, broker)
    }).pipe(Effect.ensuring(Effect.promise(() => Promise.all([broker.close(), workers.close(), checker.close()]))))
  })

/** The threads of a run, of which none has started yet. */
const poolsOf = (options: RunOptions, log: DamageLog, sources: PlannedSources, broker: CallBroker) => {
  const { file, project, sets, workers, workerMemory } = options
  const pool = {
    start: { pipeline: file, root: project.root, storeRoot: project.storeRoot, sets },
    sources,
    found: (one: Damage | Difference) => log.found(one),
    warn: (text: string) => log.warn(text),
    memory: workerMemory
  }
  return {
    workers: new Pool({ ...pool, size: workers, call: (request) => broker.answer(request, false) }),
    checker: new Pool({ ...pool, size: 1, call: (request) => broker.answer(request, true) })
  }
}

const brokerOf = ({ project, calls = { endpoints: {} } }: RunOptions, { run, leases, budgets, log }: Attempt) =>
  new CallBroker({ root: project.storeRoot, run, leases, budgets }, calls, ({ path, text }) => log.warn(text, [path]))

/** Plans what was surveyed, and runs the plan. */
const planned = (
  options: RunOptions,
  attempt: Attempt,
  surveyed: Survey,
  workers: Pool,
  checker: Pool,
  broker: CallBroker
) =>
  Effect.gen(function* () {
    const { run, leases, log } = attempt
    const { store, graph } = surveyed
    if (attempt.check) yield* Effect.try({ try: () => putAwayDamaged(store, log), catch: asError })
    const plan = yield* Effect.tryPromise({
      try: () => makePlan(surveyed, (task) => workers.submit(task)),
      catch: asError
    })
    yield* Effect.try({
      try: () => {
        options.planned?.(withCalls(plan.nodes, graph.nodes, store, graph.pipeline, options.calls?.endpoints ?? {}))
        broker.check(graph.nodes, plan.nodes)
      },
      catch: asError
    })
    const { device } = surveyed.compute
    if (device !== "cpu")
      yield* Effect.tryPromise({
        try: async () => (await import("./device-check.ts")).checkDevice(options, device, plan.nodes),
        catch: asError
      })
    const folder = yield* Effect.try({ try: () => store.runFolder(run), catch: asError })
    const journal = new Journal(folder, options.listeners)
    yield* Effect.try({
      try: () => {
        const kept = join(folder, "plan.json")
        onDisk(kept, () => writeFileSync(kept, JSON.stringify({ pipeline: graph.pipeline, nodes: plan.nodes })))
        onDisk(folder, () => writeFileSync(join(folder, "pins.json"), JSON.stringify(pinsOf(plan))))
        journal.write({
          event: "started",
          run,
          pipeline: graph.pipeline,
          nodes: graph.nodes.length,
          workers: options.workers,
          device
        })
        log.open(journal)
        broker.open(journal)
      },
      catch: asError
    })
    const resources = {
      workers,
      checker,
      leases,
      calls: broker,
      threads: options.workers,
      maxFailed: options.maxFailed ?? 0
    }
    const execution = new Execution(surveyed, plan, journal, resources)
    return yield* execution.run().pipe(
      Effect.map(() => finish(surveyed, execution, journal, attempt)),
      // What a callback throws, a damaged object above all, is a failure like any other.
      Effect.catchDefect((defect) => Effect.fail(asError(defect))),
      Effect.ensuring(Effect.sync(() => broker.end())),
      Effect.tapError((cause) => Effect.ignore(Effect.try(() => tellFailure(journal, cause))))
    )
  })

/** By key of the frames of its files, each source that did not come whole from earlier runs. */
const framesOf = ({ plan }: Execution) =>
  [...plan.records].flatMap(([node, { frames }]) => frames.map((key) => [key, node.name] as const))

/** Keys of the results that a run counts on: while it is among the latest, gc keeps them, were it never to finish. */
const pinsOf = (plan: Plan): ReadonlyArray<string> =>
  [...plan.known.values()].flatMap(({ record }) => record?.key ?? [])

/** Looks through the whole store, so that a run starts over once and not for every damaged object. */
const putAwayDamaged = (store: Store, log: DamageLog) => {
  const damage = store.check()
  log.foundAll(damage)
  for (const one of damage) store.putAway(one)
}

const tellFailure = (journal: Journal, cause: Error) => {
  const error = cause instanceof SluiceErrors ? cause.errors[0]! : cause
  const known = error instanceof SluiceError ? error : undefined
  journal.write({
    event: "failed",
    code: known?.code ?? "SLUICE_BUG",
    message: error.message,
    evidence: known?.evidence ?? [],
    ...(known?.hint === undefined ? {} : { hint: known.hint })
  })
}

const finish = (
  surveyed: Survey,
  execution: Execution,
  journal: Journal,
  { run, began, lease, log }: Attempt
): RunResult => {
  const { graph, store, file, sets } = surveyed
  const nodes = graph.nodes.map((node) => execution.summaries.get(node)!)
  const outputs: Record<string, OutputSummary> = {}
  const refs: Record<string, OutputRef> = {}
  const passed = [...execution.records.values()].every(({ folder }) => folder?.passed !== false)
  for (const output of graph.outputs) {
    const record = execution.records.get(output.node)!
    const digest = outputDigest(record, output.part)
    const rows = record.folder === undefined ? headOf(output, record).content.rows : undefined
    outputs[output.name] =
      record.folder === undefined
        ? { kind: output.kind, rows: rows!, digest }
        : { kind: output.kind, path: resultFolder(store, record.folder, log.isWary), digest }
    refs[output.name] = { node: output.node.name, part: output.part, kind: output.kind, digest, rows }
  }
  const ref: PipelineRef = {
    pipeline: graph.pipeline,
    file,
    run,
    sets,
    nodes: Object.fromEntries(graph.nodes.map((node) => [node.name, execution.records.get(node)!.key])),
    edges: Object.fromEntries(
      graph.nodes.map((node) => [
        node.name,
        node.edges.map(({ input, label, node: from, part }) => ({ input, label, node: from.name, part }))
      ])
    ),
    outputs: refs
  }
  log.settle(
    store,
    ref,
    graph.nodes.map((node) => execution.records.get(node)!),
    [...execution.preparedFor, ...framesOf(execution)]
  )
  const kept = join(store.runFolder(run), "ref.json")
  onDisk(kept, () => writeFileSync(kept, JSON.stringify(ref)))
  lease.store().putRef(graph.pipeline, ref)
  const seconds = (Date.now() - began) / 1000
  journal.write({ event: "finished", run, seconds, passed, nodes, outputs })
  return { run, seconds, nodes, outputs, passed, ref, store }
}
