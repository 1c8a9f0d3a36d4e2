// The run loop: completes hits at once, runs chains partition by partition, whole-dataset work when its inputs are there.
import * as Deferred from "effect/Deferred"
import * as Effect from "effect/Effect"
import * as Semaphore from "effect/Semaphore"
import type { SluiceError } from "../errors.ts"
import type { Edge, GraphNode } from "../graph/graph.ts"
import { DamagedObject } from "../store/store.ts"
import type { View } from "../table/view.ts"
import type { Chain } from "./chain.ts"
import { chainsOf, prepares } from "./chain.ts"
import { ChainRun } from "./chain-run.ts"
import type { Journal, NodeSummary } from "./journal.ts"
import { type NodeRecord, viewsOf } from "./node-record.ts"
import { headOf, ingredientsOf, intact, type Plan, recordKey } from "./planner.ts"
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

export interface Pools {
  readonly workers: Pool
  /** One thread in which row functions are tried again. */
  readonly checker: Pool
}

const failure = (cause: unknown): Failure => (cause instanceof Error ? cause : new Error(String(cause)))

export class Execution {
  readonly survey: Survey
  readonly plan: Plan
  readonly journal: Journal
  readonly pool: Pool
  readonly #checker: Pool
  readonly threads: number
  readonly records = new Map<GraphNode, NodeRecord>()
  readonly summaries = new Map<GraphNode, NodeSummary>()
  readonly #done = new Map<GraphNode, Deferred.Deferred<NodeRecord, Failure>>()
  readonly #prepared = new Map<Edge, Deferred.Deferred<ReadonlyArray<string>, Failure>>()
  readonly #tallies = new Map<GraphNode, Tally>()

  constructor(survey: Survey, plan: Plan, journal: Journal, pools: Pools, threads: number) {
    this.survey = survey
    this.plan = plan
    this.journal = journal
    this.pool = pools.workers
    this.#checker = pools.checker
    this.threads = threads
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
          for (const edge of node.edges)
            self.#prepared.set(edge, yield* Deferred.make<ReadonlyArray<string>, Failure>())
      }
      for (const node of nodes) {
        const record = self.plan.known.get(node)?.record
        if (record !== undefined) self.#hit(node, record)
      }
      const one = yield* Semaphore.make(1)
      const chains = chainsOf(waiting).map((chain) => self.#chain(chain))
      const whole = waiting
        .filter((node) => node.kind === "select" || node.kind === "gather" || node.kind === "program")
        .map((node) => self.#whole(node, one))
      yield* Effect.all([...chains, ...whole], { concurrency: "unbounded", discard: true })
    })
  }

  #hit(node: GraphNode, record: NodeRecord) {
    this.records.set(node, record)
    this.#tell(
      {
        name: node.name,
        kind: node.kind,
        verdict: "hit",
        partitions: { hit: record.partitions, run: 0 },
        rows: { ...record.totals, computed: 0, reused: record.totals.in },
        reasons: record.reasons,
        seconds: 0
      },
      node
    )
  }

  #tell(summary: NodeSummary, node: GraphNode) {
    this.summaries.set(node, summary)
    this.journal.write({ event: "node-finished", ...summary })
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

  promise<A>(run: (signal: AbortSignal) => Promise<A>): Effect.Effect<A, Failure> {
    return Effect.tryPromise({ try: run, catch: failure })
  }

  #chain(chain: Chain): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      const views = chain.input === undefined ? undefined : yield* self.views(chain.input)
      const running = new ChainRun(self, chain, views)
      yield* running.run()
      for (const [index, link] of chain.links.entries()) {
        if (link.role === "prepare") {
          yield* Deferred.succeed(self.#prepared.get(link.edge!)!, running.actionKeys(index))
          yield* self.promise(async () => running.rememberReuse(index))
        } else yield* self.complete(link.node, running.made(index))
      }
    })
  }

  #whole(node: GraphNode, one: Semaphore.Semaphore): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      for (const edge of node.edges) yield* self.record(edge.node)
      const known = self.#unchanged(node)
      if (known !== undefined) {
        self.#hit(node, known)
        return yield* Deferred.succeed(self.#done.get(node)!, known).pipe(Effect.asVoid)
      }
      const work =
        node.kind === "select"
          ? runSelect(self, node)
          : node.kind === "gather"
            ? runGather(self, node)
            : one.withPermit(runProgramNode(self, node))
      yield* self.complete(node, yield* work)
    })
  }

  /** A program's result of an earlier run, where its inputs turned out to be what they were: the wave stops here. */
  #unchanged(node: GraphNode): NodeRecord | undefined {
    if (node.kind !== "program" || this.survey.code.get(node)!.impure !== undefined) return undefined
    const { store } = this.survey
    const record = store.action<NodeRecord>(recordKey(this.survey, node, this.records))
    return record !== undefined && intact(store, record) ? record : undefined
  }

  /** Seals what a node made into its record and lets go those who wait for it. */
  complete(node: GraphNode, made: Made): Effect.Effect<void, Failure> {
    return this.promise(async () => {
      const tally = this.tally(node)
      tally.check()
      const { store } = this.survey
      const ingredients = ingredientsOf(this.survey, node, this.records)
      const key = recordKey(this.survey, node, this.records)
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
      store.putAction(key, record)
      this.records.set(node, record)
      this.#tell(summary, node)
      return record
    }).pipe(Effect.flatMap((record) => Effect.asVoid(Deferred.succeed(this.#done.get(node)!, record))))
  }
}

export const isDamage = (cause: unknown): cause is DamagedObject => cause instanceof DamagedObject
