// One run from plan to outputs: pins, journal, execution, and the pipeline's ref moved forward when everything is there.
import { randomBytes } from "node:crypto"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Effect from "effect/Effect"
import { SluiceError, SluiceErrors } from "../errors.ts"
import { graphKey } from "../graph/key.ts"
import type { NodePlan } from "../graph/plan.ts"
import type { Store } from "../store/store.ts"
import { Execution, isDamage } from "./execution.ts"
import { Journal, type NodeSummary, type OutputSummary, type RunEvent } from "./journal.ts"
import type { OutputRef, PipelineRef } from "./node-record.ts"
import { headOf, makePlan, type Plan } from "./planner.ts"
import { Pool } from "./pool.ts"
import { resultFolder } from "./program-inputs.ts"
import type { Project } from "./project.ts"
import { type Survey, survey } from "./survey.ts"
import { outputDigest } from "./whole-node.ts"

export interface RunOptions {
  readonly project: Project
  readonly file: string
  readonly sets: { readonly [target: string]: string }
  readonly workers: number
  readonly listeners: ReadonlyArray<(event: RunEvent) => void>
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

/** Surveys and plans a pipeline without running it. */
export const planPipeline = async (
  options: Pick<RunOptions, "project" | "file" | "sets" | "workers">
): Promise<{ readonly survey: Survey; readonly plan: Plan }> => {
  const surveyed = await survey(options.project, options.file, options.sets, options.workers)
  return { survey: surveyed, plan: await makePlan(surveyed) }
}

/** Runs a pipeline. Interruption stops its threads and processes; what finished stays finished. */
export const runPipeline = (options: RunOptions): Effect.Effect<RunResult, Error> =>
  Effect.gen(function* () {
    const began = Date.now()
    const run = `${new Date(began).toISOString().replace(/[-:]/g, "").replace(/\..*/, "")}-${randomBytes(3).toString("hex")}`
    const damaged = new Set<string>()
    for (let attempt = 0; ; attempt++) {
      const result = yield* Effect.result(once(options, run, began, attempt))
      if (result._tag === "Success") return result.success
      if (!isDamage(result.failure) || damaged.has(result.failure.digest) || attempt === rebuilds)
        return yield* Effect.fail(result.failure)
      const { message, digest } = result.failure
      damaged.add(digest)
      for (const listener of options.listeners)
        listener({ event: "warning", text: `${message}; what it belongs to is computed anew` })
    }
  })

const asError = (cause: unknown): Error => (cause instanceof Error ? cause : new Error(String(cause)))

const once = (options: RunOptions, run: string, began: number, attempt: number): Effect.Effect<RunResult, Error> =>
  Effect.gen(function* () {
    // Threads take their time zone from the process, whatever their own environment says.
    process.env["TZ"] = "UTC"
    const surveyed = yield* Effect.tryPromise({
      try: () => survey(options.project, options.file, options.sets, options.workers),
      catch: asError
    })
    const plan = yield* Effect.tryPromise({ try: () => makePlan(surveyed, attempt > 0), catch: asError })
    options.planned?.(plan.nodes)
    const { store, graph } = surveyed
    const folder = store.runFolder(run)
    const journal = new Journal(folder, options.listeners)
    yield* Effect.try({
      try: () => {
        writeFileSync(join(folder, "plan.json"), JSON.stringify({ pipeline: graph.pipeline, nodes: plan.nodes }))
        journal.write({
          event: "started",
          run,
          pipeline: graph.pipeline,
          nodes: graph.nodes.length,
          workers: options.workers
        })
      },
      catch: asError
    })
    const start = {
      pipeline: options.file,
      graph: graphKey(graph),
      storeRoot: options.project.storeRoot,
      sets: options.sets
    }
    const { sources } = surveyed
    const workers = new Pool({ size: options.workers, start, sources })
    const checker = new Pool({ size: 1, start, sources })
    const execution = new Execution(surveyed, plan, journal, { workers, checker }, options.workers)
    yield* execution.run().pipe(
      Effect.tapError((cause) => Effect.sync(() => tellFailure(journal, cause))),
      Effect.ensuring(Effect.promise(() => Promise.all([workers.close(), checker.close()])))
    )
    return yield* Effect.try({ try: () => finish(surveyed, execution, journal, run, began), catch: asError })
  })

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

const finish = (surveyed: Survey, execution: Execution, journal: Journal, run: string, began: number): RunResult => {
  const { graph, store, file, sets } = surveyed
  const nodes = graph.nodes.map((node) => execution.summaries.get(node)!)
  const outputs: Record<string, OutputSummary> = {}
  const refs: Record<string, OutputRef> = {}
  let passed = true
  for (const output of graph.outputs) {
    const record = execution.records.get(output.node)!
    const digest = outputDigest(record, output.part)
    const rows = record.folder === undefined ? headOf(output, record).content.rows : undefined
    if (record.folder?.passed === false) passed = false
    outputs[output.name] =
      record.folder === undefined
        ? { kind: output.kind, rows: rows!, digest }
        : { kind: output.kind, path: resultFolder(store, record.folder), digest }
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
  writeFileSync(join(store.runFolder(run), "ref.json"), JSON.stringify(ref))
  store.putRef(graph.pipeline, ref)
  const seconds = (Date.now() - began) / 1000
  journal.write({ event: "finished", run, seconds, passed, nodes, outputs })
  return { run, seconds, nodes, outputs, passed, ref, store }
}
