// The run loop: completes hits at once, runs chains partition by partition, whole-dataset work when its inputs are there.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { SluiceError } from "../errors.ts"
import { type Edge, type GraphNode, modelEdges, rowEdges } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import { asError } from "../store/durable-file.ts"
import type { Lease, Leases } from "../store/lease.ts"
import { DamagedObject } from "../store/store.ts"
import type { View } from "../table/view.ts"
import type { Chain, ChainLink } from "./chain.ts"
import { chainsOf, prepares } from "./chain.ts"
import { ChainRun } from "./chain-run.ts"
import { exclusively } from "./exclusive.ts"
import type { Journal, NodeSummary } from "./journal.ts"
import { keysWithModels, linkedModels } from "./model-links.ts"
import { contentOfRecord, type NodeRecord, viewsOf } from "./node-record.ts"
import type { Plan } from "./planner.ts"
import { headOf, ingredientsOf, intact, placeOf, recordKey } from "./record-key.ts"
import { earlierActions } from "./reuse-list.ts"
import { partialKey } from "./row-action.ts"
import type { ModelSources } from "./row-model.ts"
import type { Pool } from "./pool.ts"
import type { Survey } from "./survey.ts"
import { Tally } from "./tally.ts"
import type { RecheckTask, TaskResult } from "./task.ts"
import { runGather, runProgramNode, runSelect } from "./whole-node.ts"

export type Failure = SluiceError | Error

/** What a node made, before it is sealed into a record. */
export interface Made {
  readonly datasets: NodeRecord["datasets"]
  readonly folder: NodeRecord["folder"]
  readonly refs: unknown
}

/** What a run works with. */
export interface Resources {
  readonly workers: Pool
  /** One thread in which row functions are tried again. */
  readonly checker: Pool
  readonly leases: Leases
  readonly threads: number
  /** The share of a node's rows that may fail before the run stops there. */
  readonly maxFailed: number
}

export class Execution {
  readonly survey: Survey
  readonly plan: Plan
  readonly journal: Journal
  readonly pool: Pool
  readonly #checker: Pool
  readonly leases: Leases
  readonly threads: number
  readonly maxFailed: number
  readonly records = new Map<GraphNode, NodeRecord>()
  readonly summaries = new Map<GraphNode, NodeSummary>()
  /** By key of what was prepared for a select in this run, its name. */
  readonly preparedFor = new Map<string, string>()
  readonly #done = new Map<GraphNode, Deferred.Deferred<NodeRecord, Failure>>()
  readonly #prepared = new Map<Edge, Deferred.Deferred<ReadonlyArray<string>, Failure>>()
  readonly #earlier = new Map<ChainLink, ReadonlyArray<string>>()
  readonly #tallies = new Map<GraphNode, Tally>()
  readonly #models = new Map<GraphNode, ModelSources>()

  constructor(survey: Survey, plan: Plan, journal: Journal, resources: Resources) {
    this.survey = survey
    this.plan = plan
    this.journal = journal
    this.pool = resources.workers
    this.#checker = resources.checker
    this.leases = resources.leases
    this.threads = resources.threads
    this.maxFailed = resources.maxFailed
  }

  tally(node: GraphNode): Tally {
    let tally = this.#tallies.get(node)
    if (tally === undefined) {
      tally = new Tally(node)
      this.#tallies.set(node, tally)
    }
    return tally
  }

  /** Runs everything that the plan does not call a hit. */
  run(): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      const { nodes } = self.survey.graph
      const waiting = nodes.filter((node) => self.plan.known.get(node)?.record === undefined)
      for (const node of waiting) {
        self.#done.set(node, yield* Deferred.make<NodeRecord, Failure>())
        if (prepares(node))
          for (const edge of rowEdges(node))
            self.#prepared.set(edge, yield* Deferred.make<ReadonlyArray<string>, Failure>())
      }
      for (const node of nodes) {
        const record = self.plan.known.get(node)?.record
        if (record !== undefined) self.#hit(node, record)
      }
      const one = yield* Semaphore.make(1)
      const chainList = chainsOf(waiting)
      self.#noteEarlier(chainList)
      const chains = chainList.map((chain) => self.#chain(chain))
      const whole = waiting
        .filter((node) => node.kind === "select" || node.kind === "gather" || node.kind === "program")
        .map((node) => self.#whole(node, one))
      yield* Effect.all([...chains, ...whole], { concurrency: "unbounded", discard: true })
    })
  }

  #hit(node: GraphNode, record: NodeRecord, by?: string) {
    this.records.set(node, record)
    this.#tell(
      {
        name: node.name,
        kind: node.kind,
        verdict: "hit",
        partitions: { hit: record.partitions, run: 0 },
        rows: { ...record.totals, computed: 0, reused: record.totals.in },
        reasons: record.reasons,
        seconds: 0,
        bytes: 0,
        ...(record.folder?.gate === true ? { passed: record.folder.passed } : {}),
        ...(by === undefined ? {} : { by })
      },
      node
    )
  }

  #tell(summary: NodeSummary, node: GraphNode) {
    this.summaries.set(node, summary)
    this.journal.write({ event: "node-finished", ...summary })
  }

  /** What the run before this one left: a place that is done forgets some of it, which other places may still need. */
  #noteEarlier(chains: ReadonlyArray<Chain>) {
    for (const { links } of chains) for (const link of links) this.#earlier.set(link, this.#earlierNow(link))
  }

  /** None before the models are there that the node asks: until then it has no key. */
  #earlierNow({ node, edge }: ChainLink): ReadonlyArray<string> {
    const keys = keysWithModels(node, this.survey.keys.get(node)!, this.records)
    return keys === undefined ? [] : earlierActions(this.survey.store, keys.row, placeOf(this.survey, node, edge))
  }

  /** The keys of a node whose models are there. */
  keys(node: GraphNode): NodeKeys {
    return keysWithModels(node, this.survey.keys.get(node)!, this.records)!
  }

  /** The models that other nodes made for a node. */
  models(node: GraphNode): ModelSources | undefined {
    if (modelEdges(node).length === 0) return undefined
    let models = this.#models.get(node)
    if (models === undefined) {
      models = linkedModels(this.survey.store, node, this.records)
      this.#models.set(node, models)
    }
    return models
  }

  /** The actions that a link may take single rows from: those from before the run, and what runs beside it made since. */
  earlier(link: ChainLink): ReadonlyArray<string> {
    const before = this.#earlier.get(link)!
    const known = new Set(before)
    return [...before, ...this.#earlierNow(link).filter((key) => !known.has(key))]
  }

  /** The record of a node, when it is there. */
  record(node: GraphNode): Effect.Effect<NodeRecord, Failure> {
    const known = this.records.get(node)
    return known === undefined ? Deferred.await(this.#done.get(node)!) : Effect.succeed(known)
  }

  views(edge: Edge): Effect.Effect<ReadonlyArray<View>, Failure> {
    return Effect.map(this.record(edge.node), (record) => viewsOf(this.survey.store, headOf(edge, record)))
  }

  /** The prepared actions of a select's input, when they are there. */
  prepared(edge: Edge): Effect.Effect<ReadonlyArray<string>, Failure> {
    const deferred = this.#prepared.get(edge)
    return deferred === undefined
      ? Effect.map(this.views(edge), (views) => views.map(() => ""))
      : Deferred.await(deferred)
  }

  /** Computes sampled rows again in a thread that has run nothing else. */
  recheck(task: RecheckTask): Promise<TaskResult<RecheckTask>> {
    return this.#checker.submit(task)
  }

  started({ name, kind }: GraphNode, rows: number, partitions: number) {
    this.journal.write({ event: "node-started", node: name, kind, rows, partitions })
  }

  promise<A>(run: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, Failure> {
    return Effect.tryPromise({ try: run, catch: asError })
  }

  #chain(chain: Chain): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      for (const edge of modelEdges(chain.links[0]!.node)) yield* self.record(edge.node)
      const views = chain.input === undefined ? undefined : yield* self.views(chain.input)
      const running = new ChainRun(self, chain, views)
      yield* running.run()
      for (const [index, link] of chain.links.entries()) {
        const failed = running.failure(index)
        if (failed !== undefined) return yield* Effect.fail(failed)
        if (link.role === "prepare") {
          const keys = running.actionKeys(index)
          for (const key of keys) self.preparedFor.set(key, link.node.name)
          yield* Deferred.succeed(self.#prepared.get(link.edge!)!, keys)
          yield* self.promise(async () => running.rememberReuse(index))
        } else yield* self.complete(link.node, running.made(index))
      }
    })
  }

  #whole(node: GraphNode, one: Semaphore.Semaphore): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      for (const edge of node.edges) yield* self.record(edge.node)
      if (node.kind === "select") return yield* self.complete(node, yield* runSelect(self, node))
      const settled = yield* exclusively(self, {
        node: node.name,
        key: recordKey(self.survey, node, self.records),
        find: () => self.#unchanged(node),
        work: (lease) => {
          self.#tallies.delete(node)
          const work = node.kind === "gather" ? runGather(self, node, lease) : runProgramNode(self, node, lease)
          return Effect.flatMap(work, (made) => self.complete(node, made, lease))
        },
        permit: node.kind === "program" ? one.withPermit : undefined
      })
      if ("made" in settled) return
      self.#hit(node, settled.found, settled.by)
      yield* Deferred.succeed(self.#done.get(node)!, settled.found)
    })
  }

  /** A result of an earlier run, or of one at work beside this, where the inputs turned out to be its: the wave stops here. */
  #unchanged(node: GraphNode): NodeRecord | undefined {
    if (this.survey.code.get(node)!.impure !== undefined) return undefined
    const { store } = this.survey
    const record = store.action<NodeRecord>(recordKey(this.survey, node, this.records))
    return record !== undefined && intact(store, record) ? record : undefined
  }

  /** Seals what a node made into its record and lets go those who wait for it; under a lease only while it is held. */
  complete(node: GraphNode, made: Made, lease?: Lease): Effect.Effect<void, Failure> {
    return this.promise(async () => {
      const tally = this.tally(node)
      tally.check()
      tally.seconds += this.plan.reading.get(node) ?? 0
      const { store } = this.survey
      const ingredients = ingredientsOf(this.survey, node, this.records)
      const whole = recordKey(this.survey, node, this.records)
      // With failed rows it is no result that a later run may take for one: that run tries them again.
      const key = tally.failed === 0 ? whole : partialKey(whole)
      const summary = tally.summary()
      const record: NodeRecord = {
        key,
        node: node.name,
        stage: node.declaration.name,
        kind: node.kind,
        totals: tally.totals(),
        reasons: summary.reasons,
        datasets: made.datasets,
        folder: made.folder,
        refs: store.put(Buffer.from(JSON.stringify(made.refs))),
        partitions: tally.hit + tally.run,
        ingredients: { ...ingredients, code: store.put(Buffer.from(JSON.stringify(ingredients.code))) },
        seconds: summary.seconds
      }
      if (key === whole) store.compare(key, record, contentOfRecord)
      ;(lease?.store() ?? store).putAction(key, record)
      this.records.set(node, record)
      this.#tell(summary, node)
      return record
    }).pipe(Effect.flatMap((record) => Effect.asVoid(Deferred.succeed(this.#done.get(node)!, record))))
  }
}

export const isDamage = (cause: unknown): cause is DamagedObject => cause instanceof DamagedObject
