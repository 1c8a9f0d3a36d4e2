// One chain at work: takes partitions from earlier runs while it can, sends the rest to workers, adds up what came of them.
import * as Effect from "effect/Effect"
import type { View } from "../table/view.ts"
import type { Chain, ChainLink } from "./chain.ts"
import { badRow, failedRows, notRowLocal } from "./chain-error.ts"
import type { Execution, Failure, Made } from "./execution.ts"
import { datasetHead } from "./node-record.ts"
import { parseKey } from "./parse.ts"
import { placeOf } from "./planner.ts"
import type { Records } from "./records.ts"
import { earlierActions, rememberActions } from "./reuse-list.ts"
import { lookUp, type Outcome, type RowAction } from "./row-action.ts"
import { checkKeys, sourceRefs } from "./source-refs.ts"
import type { ChainStep, ChainTask } from "./task.ts"

interface Passed {
  readonly key: string
  readonly reuseKey: string
  readonly view: View
}

export class ChainRun {
  readonly #execution: Execution
  readonly #chain: Chain
  readonly #views: ReadonlyArray<View> | undefined
  readonly #records: Records | undefined
  /** By link, by partition. */
  readonly #passed: ReadonlyArray<Array<Passed | undefined>>
  /** By link: actions of partitions with failed rows. */
  readonly #failed: ReadonlyArray<Array<string>>
  readonly #reuse: ReadonlyArray<ReadonlyArray<string>>
  /** How many partitions took an earlier action whole: their rows are no longer to be looked for. */
  readonly #used = new Map<string, number>()
  readonly #rechecks: Array<Promise<void>> = []
  readonly #rechecked = new Set<ChainLink>()

  constructor(execution: Execution, chain: Chain, views: ReadonlyArray<View> | undefined) {
    this.#execution = execution
    this.#chain = chain
    this.#views = views
    const first = chain.links[0]!
    this.#records = first.role === "parse" ? execution.plan.records.get(first.node) : undefined
    this.#passed = chain.links.map(() => [])
    this.#failed = chain.links.map(() => [])
    const { survey } = execution
    this.#reuse = chain.links.map((link) =>
      earlierActions(survey.store, this.#keys(link).row, placeOf(survey, link.node, link.edge))
    )
  }

  #keys(link: ChainLink) {
    return this.#execution.survey.keys.get(link.node)!
  }

  get #count(): number {
    return this.#records === undefined ? this.#views!.length : this.#records.partitions.length
  }

  run(): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      self.#announce()
      const waiting: Array<{ readonly index: number; readonly from: number; readonly view: View | undefined }> = []
      for (let index = 0; index < self.#count; index++) {
        const rest = self.#fromEarlier(index)
        if (rest !== undefined) waiting.push({ index, ...rest })
      }
      const concurrency = Math.max(2, self.#execution.threads + 1)
      yield* Effect.forEach(waiting, (work) => self.#send(work), { concurrency, discard: true }).pipe(
        Effect.tapError(() => Effect.sync(() => self.#salvage()))
      )
      yield* self.#execution.promise(() => Promise.all(self.#rechecks))
    })
  }

  /** After a failure: what was computed, and the good rows of what failed, serve the next run. */
  #salvage() {
    const { survey } = this.#execution
    for (const [at, link] of this.#chain.links.entries()) {
      const keys = this.#passed[at]!.flatMap((passed) => (passed === undefined ? [] : [passed.reuseKey]))
      keys.push(...this.#failed[at]!)
      rememberActions(survey.store, this.#keys(link).row, placeOf(survey, link.node, link.edge), keys, false)
    }
  }

  #announce() {
    const rows =
      this.#records === undefined
        ? this.#views!.reduce((sum, view) => sum + view.rows, 0)
        : this.#records.partitions.reduce((sum, part) => sum + part.count, 0)
    for (const link of this.#chain.links)
      this.#execution.journal.write({
        event: "node-started",
        node: link.node.name,
        kind: link.node.kind,
        rows: link === this.#chain.links[0] ? rows : 0,
        partitions: this.#count
      })
  }

  /** Walks a partition through the links that earlier runs answer; gives where work must begin, if anywhere. */
  #fromEarlier(index: number): { readonly from: number; readonly view: View | undefined } | undefined {
    const { store } = this.#execution.survey
    let view = this.#views?.[index]
    for (const [at, link] of this.#chain.links.entries()) {
      if (link.role === "parse") {
        const key = this.#parseKey(link, index)
        const action = store.action<RowAction>(key)
        if (action === undefined || !store.has(action.block!) || !store.has(action.pack)) return { from: at, view }
        this.#parsed(at, index, action, key, 0)
        view = action.face!.view
        continue
      }
      const outcome = lookUp(store, link.node, this.#keys(link), view!)
      if (outcome === undefined) return { from: at, view }
      this.#took(at, index, outcome, 0)
      view = outcome.view
    }
    return undefined
  }

  #paths() {
    return this.#records!.files.map(({ path }) => path)
  }

  #parseKey(link: ChainLink, index: number): string {
    return parseKey(link.node, this.#keys(link), { ...this.#records!.partitions[index]!, paths: this.#paths() })
  }

  #step(at: number): ChainStep {
    const link = this.#chain.links[at]!
    const used = new Map(this.#used)
    const reuse = this.#reuse[at]!.filter((key) => {
      const times = used.get(key) ?? 0
      if (times > 0) used.set(key, times - 1)
      return times === 0
    })
    return { node: link.node.name, keys: this.#keys(link), reuse }
  }

  #send(work: {
    readonly index: number
    readonly from: number
    readonly view: View | undefined
  }): Effect.Effect<void, Failure> {
    return this.#execution.promise(async () => {
      const first = this.#chain.links[work.from]!
      const parse = first.role === "parse" ? await this.#parseInput(work.index, work.from) : undefined
      const start = parse === undefined ? work.from : work.from + 1
      const steps = this.#chain.links.slice(start).map((_, offset) => this.#step(start + offset))
      const task: ChainTask = { kind: "chain", parse, view: work.view, steps }
      const result = await this.#execution.pool.submit(task)
      let before = work.view
      if (result.parsed !== undefined) {
        this.#parsed(work.from, work.index, result.parsed.action, result.parsed.key, result.parsed.computed)
        before = result.parsed.action.face!.view
      }
      for (const [offset, outcome] of result.outcomes.entries()) {
        this.#took(start + offset, work.index, outcome, outcome.seconds)
        this.#recheck(start + offset, before!, outcome)
        before = outcome.view
      }
    })
  }

  async #parseInput(index: number, at: number) {
    const part = this.#records!.partitions[index]!
    const { bytes, offsets } = await this.#records!.bytes(part)
    const input = { bytes, offsets, paths: this.#paths(), files: part.files, digests: part.digests, ids: part.ids }
    return { step: this.#step(at), input }
  }

  #parsed(at: number, index: number, action: RowAction, key: string, computed: number) {
    const link = this.#chain.links[at]!
    const part = this.#records!.partitions[index]!
    const bad = action.errors[0]
    if (bad !== undefined && link.node.options["onBadRow"] !== "drop") {
      this.#failed[at]!.push(key)
      const done = this.#passed[0]!.filter((passed) => passed !== undefined).length
      throw badRow(link.node, this.#records!, part, bad, done)
    }
    const tally = this.#execution.tally(link.node)
    tally.in += action.counts.in
    tally.kept += action.counts.out
    tally.out += action.counts.out
    tally.dropped += action.errors.length
    if (action.errors.length > 0) tally.reason({ "bad-row": action.errors.length })
    this.#count_(at, index, key, key, action.face!.view, computed, action.counts, action.errors.length, 0)
  }

  #took(at: number, index: number, outcome: Outcome, seconds: number) {
    const { counts, reasons } = outcome.action
    const link = this.#chain.links[at]!
    const tally = this.#execution.tally(link.node)
    if (link.role === "row") {
      tally.in += counts.in
      tally.kept += link.node.kind === "expand" ? counts.in - counts.dropped - counts.failed : counts.out
      tally.out += counts.out
      tally.dropped += counts.dropped
      tally.failed += counts.failed
      tally.reason(reasons)
    }
    if (counts.failed > 0) {
      this.#failed[at]!.push(outcome.reuseKey)
      throw failedRows(link.node, outcome.action)
    }
    this.#count_(
      at,
      index,
      outcome.key,
      outcome.reuseKey,
      outcome.view,
      outcome.computed,
      counts,
      counts.dropped,
      seconds,
      outcome.hit
    )
  }

  #count_(
    at: number,
    index: number,
    key: string,
    reuse: string,
    view: View,
    computed: number,
    counts: { readonly in: number; readonly out: number },
    dropped: number,
    seconds: number,
    hit = computed === 0
  ) {
    const { node } = this.#chain.links[at]!
    const tally = this.#execution.tally(node)
    tally.computed += computed
    tally.reused += counts.in - computed
    tally.seconds += seconds
    if (hit) tally.hit++
    else tally.run++
    this.#passed[at]![index] = { key, reuseKey: reuse, view }
    if (hit) this.#used.set(reuse, (this.#used.get(reuse) ?? 0) + 1)
    this.#execution.journal.write({
      event: "partition",
      node: node.name,
      in: counts.in,
      kept: counts.out,
      dropped,
      computed
    })
  }

  /** New code is tried for memory between rows, on a sample, in a thread of its own. */
  #recheck(at: number, view: View, outcome: Outcome) {
    const link = this.#chain.links[at]!
    if (link.node.declaration.impure !== undefined) return
    if (this.#reuse[at]!.length > 0 || this.#rechecked.has(link) || outcome.hit || view.rows === 0) return
    this.#rechecked.add(link)
    const task = { kind: "recheck" as const, node: link.node.name, keys: this.#keys(link), view, action: outcome.key }
    this.#rechecks.push(
      this.#execution.recheck(task).then(({ differs }) => {
        if (differs.length === 0) return
        this.#execution.survey.store.removeAction(outcome.key)
        throw notRowLocal(link.node, differs)
      })
    )
  }

  actionKeys(at: number): ReadonlyArray<string> {
    return this.#passed[at]!.map((passed) => passed!.key)
  }

  /** Lets later runs take single rows from these partitions. */
  rememberReuse(at: number) {
    const { survey } = this.#execution
    const link = this.#chain.links[at]!
    const now = this.#passed[at]!.map((passed) => passed!.reuseKey)
    rememberActions(survey.store, this.#keys(link).row, placeOf(survey, link.node, link.edge), now)
  }

  made(at: number): Made {
    const { store } = this.#execution.survey
    const link = this.#chain.links[at]!
    const passed = this.#passed[at]!.map((one) => one!)
    this.rememberReuse(at)
    const views = passed.map(({ view }) => view)
    const partitions = passed.map(({ key, reuseKey: reuse }) => ({ action: key, reuse }))
    if (link.role === "parse") checkKeys(store, link.node, this.#records!, views)
    const refs = link.role === "parse" ? { partitions, ...sourceRefs(store, this.#records!) } : { partitions }
    return { datasets: { "": datasetHead(store, views, Object.keys(link.node.columns)) }, folder: undefined, refs }
  }
}
