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
import type { Chain, ChainLink, PreparedInput } from "./chain.ts"
import { chainsOf, prepares } from "./chain.ts"
import type { CallBroker } from "./call-broker.ts"
import { ChainRun } from "./chain-run.ts"
import { exclusively } from "./exclusive.ts"
import type { Journal, NodeSummary } from "./journal.ts"
import { keysWithModels, linkedModels } from "./model-links.ts"
import { type NodeRecord, viewsOf } from "./node-record.ts"
import { LookAhead } from "./look-ahead.ts"
import type { Plan } from "./planner.ts"
import { headOf, intact, placeOf, recordKey } from "./record-key.ts"
import { earlierActions } from "./reuse-list.ts"
import type { ModelSources } from "./row-model.ts"
import { type Made, sealRecord } from "./sealed-record.ts"
import type { Pool } from "./pool.ts"
import type { Survey } from "./survey.ts"
import { Tally } from "./tally.ts"
import type { RecheckTask, TaskResult } from "./task.ts"
import { runProgramNode } from "./program-node.ts"
import { runGather, runSelect } from "./whole-node.ts"

export type Failure = SluiceError | Error

/** What a run works with. */
export interface Resources {
  readonly workers: Pool
  /** One thread in which row functions are tried again. */
  readonly checker: Pool
  readonly leases: Leases
  readonly calls: CallBroker
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
  readonly calls: CallBroker
  readonly threads: number
  readonly maxFailed: number
  readonly records = new Map<GraphNode, NodeRecord>()
  readonly summaries = new Map<GraphNode, NodeSummary>()
  readonly ahead = new LookAhead(this)
  /** By key of what was prepared for a select in this run, its name. */
  readonly preparedFor = new Map<string, string>()
  readonly #done = new Map<GraphNode, Deferred.Deferred<NodeRecord, Failure>>()
  readonly #prepared = new Map<Edge, Deferred.Deferred<PreparedInput, Failure>>()
  readonly #earlier = new Map<ChainLink, ReadonlyArray<string>>()
  readonly #tallies = new Map<GraphNode, Tally>()
  /** When the files of this thread's steps are on the disk. */
  readonly #flushing: Array<Promise<void>> = []
  readonly #models = new Map<GraphNode, ModelSources>()

  constructor(survey: Survey, plan: Plan, journal: Journal, resources: Resources) {
    this.survey = survey
    this.plan = plan
    this.journal = journal
    this.pool = resources.workers
    this.#checker = resources.checker
    this.leases = resources.leases
    this.calls = resources.calls
    this.threads = resources.threads
    this.maxFailed = resources.maxFailed
  }

  tally(node: GraphNode): Tally {
    let tally = this.#tallies.get(node)
    if (tally === undefined) {
      tally = new Tally(node, () => this.calls.sumOf(node.name))
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
          for (const edge of rowEdges(node)) self.#prepared.set(edge, yield* Deferred.make<PreparedInput, Failure>())
      }
      for (const node of nodes) {
        const record = self.plan.known.get(node)?.record
        if (record !== undefined) self.#hit(node, record)
      }
      const one = yield* Semaphore.make(1)
      const chainList = chainsOf(waiting)
      self.#noteEarlier(chainList)
      for (const chain of chainList) void self.ahead.chain(chain)
      const chains = chainList.map((chain) => self.#chain(chain))
      const whole = waiting
        .filter((node) => node.kind === "select" || node.kind === "gather" || node.kind === "program")
        .map((node) => self.#whole(node, one))
      yield* Effect.all([...chains, ...whole], { concurrency: "unbounded", discard: true }).pipe(
        Effect.ensuring(Effect.promise(() => Promise.allSettled(self.#flushing)))
      )
      yield* self.promise(() => Promise.all(self.#flushing))
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
        ...(record.folder?.objections === undefined ? {} : { objections: record.folder.objections }),
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
    const models = this.#models.get(node) ?? linkedModels(this.survey.store, node, this.records)
    this.#models.set(node, models)
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

  /** The partitions of a select's input and what was prepared of each, when it is there; undefined where nothing is to be. */
  prepared(edge: Edge): Effect.Effect<PreparedInput | undefined, Failure> {
    const deferred = this.#prepared.get(edge)
    return deferred === undefined ? Effect.undefined : Deferred.await(deferred)
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
      const failure = running.failure()
      const last = chain.links.at(-1)!
      // First, so that it is decided on beside this thread while that writes the records.
      if (failure === undefined && last.role === "prepare") {
        const input = running.prepared()
        for (const { key } of input.prepared) self.preparedFor.set(key, last.node.name)
        yield* Deferred.succeed(self.#prepared.get(last.edge!)!, input)
      }
      for (const [index, link] of chain.links.entries()) {
        if (failure?.at === index) return yield* Effect.fail(failure.cause)
        if (link.role === "prepare") yield* self.promise(() => self.#begin(() => running.rememberReuse(index)))
        else yield* self.complete(link.node, () => running.made(index))
      }
    })
  }

  #whole(node: GraphNode, one: Semaphore.Semaphore): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      if (node.kind === "select") {
        for (const edge of modelEdges(node)) yield* self.record(edge.node)
        const make = yield* runSelect(self, node)
        for (const edge of rowEdges(node)) yield* self.record(edge.node)
        return yield* self.complete(node, make)
      }
      for (const edge of node.edges) yield* self.record(edge.node)
      const settled = yield* exclusively(self, {
        node: node.name,
        key: recordKey(self.survey, node, self.records),
        find: () => self.#unchanged(node),
        work: (lease) => {
          self.#tallies.delete(node)
          const work = node.kind === "gather" ? runGather(self, node, lease) : runProgramNode(self, node, lease)
          return Effect.flatMap(work, (made) => self.complete(node, () => made, lease))
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

  #record(node: GraphNode, make: () => Made): NodeRecord {
    const made = make()
    const tally = this.tally(node)
    tally.seconds += this.plan.reading.get(node) ?? 0
    return sealRecord(this.survey, node, made, tally, this.records, this.plan.lastRun.record(node.name))
  }

  /** Does work of this thread whose files go to the disk while the run goes on: it ends when they are there. */
  async #begin<A>(work: () => A): Promise<A> {
    const { result, onDisk } = await this.survey.store.begin(async () => work())
    this.#flushing.push(onDisk)
    return result
  }

  /** Seals what a node made into its record and lets go those who wait for it; under a lease only while it is held. */
  complete(node: GraphNode, make: () => Made, lease?: Lease): Effect.Effect<void, Failure> {
    const sealed = async () => {
      const record = await this.#begin(() => this.#record(node, make))
      // What another process may see under the lease names only what is there.
      if (lease !== undefined) await Promise.all(this.#flushing)
      await this.#begin(() => (lease?.store() ?? this.survey.store).putAction(record.key, record))
      this.records.set(node, record)
      this.#tell(this.tally(node).summary(), node)
      return record
    }
    return this.promise(sealed).pipe(
      Effect.flatMap((record) => Effect.asVoid(Deferred.succeed(this.#done.get(node)!, record)))
    )
  }
}

export const isDamage = (cause: unknown): cause is DamagedObject => cause instanceof DamagedObject
