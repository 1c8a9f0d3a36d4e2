// One chain at work: takes partitions from earlier runs while it can, sends the rest to workers, adds up what came of them.
import * as Effect from "effect/Effect"
import { Partition, type View } from "../table/view.ts"
import { type Chain, type ChainLink, inStretches, type Passed, type PreparedInput, type Work } from "./chain.ts"
import { badRow } from "./chain-error.ts"
import { ChainPartitions } from "./chain-partitions.ts"
import type { Execution, Failure } from "./execution.ts"
import { FailedRows } from "./failed-rows.ts"
import { datasetHead, rowRefs } from "./node-record.ts"
import { Rechecks } from "./rechecks.ts"
import { placeOf } from "./record-key.ts"
import type { Records } from "./records.ts"
import { leftOver, rememberActions } from "./reuse-list.ts"
import { type Outcome, type RowAction, viewOf, writtenBytes } from "./row-action.ts"
import { checkKeys, sourceRefs } from "./source-refs.ts"
import type { ChainStep, ChainTask } from "./task.ts"
import type { Made } from "./sealed-record.ts"
import { deathAt } from "./worker-death.ts"

export class ChainRun {
  readonly #execution: Execution
  readonly #chain: Chain
  readonly #partitions: ChainPartitions
  readonly #records: Records | undefined
  /** By link, by partition. */
  readonly #passed: ReadonlyArray<Array<Passed | undefined>>
  /** By link. */
  readonly #failed: ReadonlyArray<FailedRows>
  readonly #reuse: ReadonlyArray<ReadonlyArray<string>>
  /** How many partitions took an earlier action whole: their rows are no longer to be looked for. */
  readonly #used: ReadonlyArray<Map<string, number>>
  readonly #rechecks: Rechecks

  constructor(execution: Execution, chain: Chain, views: ReadonlyArray<View> | undefined) {
    this.#execution = execution
    this.#chain = chain
    const first = chain.links[0]!
    this.#records = first.role === "parse" ? execution.plan.records.get(first.node) : undefined
    this.#partitions = new ChainPartitions(chain, execution.survey.store, execution.records, views, this.#records)
    this.#passed = chain.links.map(() => [])
    this.#failed = chain.links.map(({ node, edge }) =>
      edge === undefined || edge.input === "rows" ? new FailedRows(node) : new FailedRows(node, edge.input)
    )
    this.#rechecks = new Rechecks(execution)
    this.#used = chain.links.map(() => new Map())
    this.#reuse = chain.links.map((link) => execution.earlier(link))
  }

  #keys(link: ChainLink) {
    return this.#execution.keys(link.node)
  }

  run(): Effect.Effect<void, Failure> {
    const self = this
    return Effect.gen(function* () {
      self.#announce()
      const waiting: Array<Work> = []
      const { count, views } = self.#partitions
      self.#execution.journal.together(() => {
        for (let index = 0; index < count; index++) {
          const rest = self.#fromEarlier({ index, from: 0, view: views?.[index] })
          if (rest !== undefined) waiting.push(rest)
        }
      })
      const { leases, threads } = self.#execution
      const ordered = leases.othersRun() ? inStretches(waiting, (n) => leases.order(n)) : waiting
      // For each thread one at work and one on its way to the disk, and one more that is made ready.
      const concurrency = 2 * threads + 1
      yield* Effect.forEach(ordered, (work) => self.#send(work), { concurrency, discard: true }).pipe(
        Effect.tapError(() => Effect.sync(() => self.#salvage()))
      )
      yield* self.#execution.promise(() => self.#rechecks.settled())
    })
  }

  /** The first link at which more rows failed than may, and the error that ends the run there. */
  failure(): { readonly at: number; readonly cause: Failure } | undefined {
    for (const [at, failed] of this.#failed.entries()) {
      const cause = failed.over(this.#execution.maxFailed)
      if (cause === undefined) continue
      this.#salvage()
      return { at, cause }
    }
    return undefined
  }

  /** After a failure: what was computed, and the good rows of what failed, serve the next run. */
  #salvage() {
    for (const at of this.#chain.links.keys()) {
      const keys = this.#passed[at]!.flatMap((passed) => (passed === undefined ? [] : [passed.reuseKey]))
      try {
        this.#remember(at, keys, false)
      } catch {
        // The failure that led here is the one to tell; its cause may forbid this, too.
      }
    }
  }

  #announce() {
    const { rows, count } = this.#partitions
    const { links } = this.#chain
    for (const link of links) this.#execution.started(link.node, link === links[0] ? rows : 0, count)
  }

  /** Walks a partition through the links that earlier runs answer; gives where work must begin, if anywhere. */
  #fromEarlier({ index, from, view: given }: Work): Work | undefined {
    const { store } = this.#execution.survey
    const { outcomes } = this.#execution.plan
    const { links } = this.#chain
    let view = given
    for (let at = from; at < links.length; at++) {
      const link = links[at]!
      if (link.role === "parse") {
        const planned = this.#execution.plan.parsed.get(link.node)![index]!
        const { key, action = store.action<RowAction>(planned.key) } = planned
        if (action === undefined || !store.has(action.block!) || !store.has(action.pack))
          return { index, from: at, view }
        this.#parsed(at, index, action, key, 0, 0)
        view = viewOf(action)
        continue
      }
      const outcome =
        outcomes.get(link.edge!)?.[index] ??
        this.#execution.ahead.outcome(link, view!) ??
        this.#execution.plan.lastRun.lookUp(link.node, link.edge!, this.#keys(link), view!)
      if (outcome === undefined) return { index, from: at, view }
      this.#took(at, index, view!, outcome, 0)
      view = outcome.view
    }
    return undefined
  }

  #step(at: number, index: number): ChainStep {
    const link = this.#chain.links[at]!
    const { node, edge } = link
    const reuse = leftOver(this.#reuse[at]!, this.#used[at]!)
    // What the last run made of the partition at this place: edits move few rows to another.
    const likely = this.#reuse[at]![index]
    const input = edge === undefined ? -1 : node.edges.indexOf(edge)
    return { node: node.name, input, keys: this.#keys(link), reuse, likely, models: this.#execution.models(node) }
  }

  #send(given: Work): Effect.Effect<void, Failure> {
    return this.#execution.promise(async () => {
      const work = this.#execution.leases.othersRun() ? this.#fromEarlier(given) : given
      if (work === undefined) return
      const first = this.#chain.links[work.from]!
      const began = performance.now()
      const input = first.role === "parse" ? await this.#partitions.parseInput(work.index) : undefined
      const parse = input && { step: this.#step(work.from, work.index), input }
      const reading = (performance.now() - began) / 1000
      const start = parse === undefined ? work.from : work.from + 1
      const steps = this.#chain.links.slice(start).map((_, offset) => this.#step(start + offset, work.index))
      const goOn = this.#execution.maxFailed > 0
      const task: ChainTask = { kind: "chain", parse, view: work.view, steps, goOn }
      const result = await this.#execution.pool.submit(task).catch((cause: unknown) => {
        const text = () => this.#partitions.text(work.index)
        throw deathAt(cause, (step) => this.#chain.links[work.from + step]!.node, text, this.#place(work.index))
      })
      let before = work.view
      if (result.parsed !== undefined) {
        const { action, key, computed, seconds } = result.parsed
        this.#parsed(work.from, work.index, action, key, computed, reading + seconds)
        before = viewOf(action)
        this.#rechecks.records(first.node, this.#keys(first), parse!.input, key)
      }
      for (const [offset, outcome] of result.outcomes.entries()) {
        const at = start + offset
        const link = this.#chain.links[at]!
        this.#took(at, work.index, before!, outcome, outcome.seconds)
        if (!outcome.hit) this.#rechecks.rows(link.node, this.#keys(link), before!, outcome.key)
        before = outcome.view
      }
      const { stopped } = this.#execution.calls
      if (stopped !== undefined) throw stopped
    })
  }

  /** Where rows of a partition stand in files. */
  #place(index: number) {
    return (id: string) => {
      if (this.#records === undefined) return this.#partitions.place(index, undefined, id)
      const { key } = this.#execution.plan.parsed.get(this.#chain.links[0]!.node)![index]!
      const parsed = this.#execution.survey.store.action<RowAction>(key)
      return this.#partitions.place(index, parsed?.face?.view, id)
    }
  }

  #parsed(at: number, index: number, action: RowAction, key: string, computed: number, seconds: number) {
    const link = this.#chain.links[at]!
    const part = this.#records!.partitions[index]!
    const passed = { key, reuseKey: key, view: viewOf(action), action }
    const bad = action.errors[0]
    if (bad !== undefined && link.node.options["onBadRow"] !== "drop") {
      const done = this.#passed[0]!.filter((one) => one !== undefined).length
      this.#passed[at]![index] = passed
      throw badRow(link.node, this.#records!, part, bad, done)
    }
    const tally = this.#execution.tally(link.node)
    tally.in += action.counts.in
    tally.kept += action.counts.out
    tally.out += action.counts.out
    tally.dropped += action.errors.length
    if (action.errors.length > 0) tally.reason({ "bad-row": action.errors.length })
    this.#count_(at, index, passed, { computed, seconds, hit: computed === 0 }, action.errors.length)
  }

  #took(at: number, index: number, before: View, outcome: Outcome, seconds: number) {
    const { counts, errors, reasons } = outcome.action
    const link = this.#chain.links[at]!
    const tally = this.#execution.tally(link.node)
    if (link.role === "row") {
      tally.in += counts.in
      tally.kept += link.node.kind === "expand" ? counts.in - counts.dropped - counts.failed : counts.out
      tally.out += counts.out
      tally.dropped += counts.dropped
      tally.reason(reasons)
    }
    if (link.role === "row" || link.edge!.input === "rows") tally.failed += counts.failed
    const { journal, survey } = this.#execution
    const failed = this.#failed[at]!
    const told = failed.first
    failed.add(counts.in, errors, () => new Partition(before, survey.store).ids(), this.#place(index))
    if (told === undefined && failed.first !== undefined && this.#execution.calls.stopped === undefined) {
      const { name } = link.node
      const text = `${name}: ${failed.first}; the other rows go on`
      journal.write({ event: "warning", code: "SLUICE_FAILED_ROWS", node: name, text })
    }
    this.#count_(at, index, outcome, { ...outcome, seconds }, counts.dropped)
  }

  #count_(
    at: number,
    index: number,
    passed: Passed,
    work: Pick<Outcome, "computed" | "hit"> & { readonly seconds: number },
    dropped: number
  ) {
    const { computed, hit, seconds } = work
    const { action } = passed
    const { counts } = action
    const { node } = this.#chain.links[at]!
    const tally = this.#execution.tally(node)
    tally.computed += computed
    tally.reused += counts.in - computed
    tally.seconds += seconds
    if (hit) tally.hit++
    else {
      tally.run++
      tally.bytes += writtenBytes(this.#execution.survey.store, action, computed)
    }
    this.#passed[at]![index] = passed
    const used = this.#used[at]!
    if (hit) used.set(passed.reuseKey, (used.get(passed.reuseKey) ?? 0) + 1)
    this.#execution.journal.write({
      event: "partition",
      node: node.name,
      in: counts.in,
      kept: counts.out,
      dropped,
      computed
    })
  }

  /** What the last link prepared of each partition. */
  prepared(): PreparedInput {
    const [before, last] = [this.#passed.at(-2), this.#passed.at(-1)!]
    const views = before === undefined ? this.#partitions.views! : before.map((passed) => passed!.view)
    return { views, prepared: last.map((passed) => passed!) }
  }

  /** Lets later runs take single rows from these partitions. */
  rememberReuse(at: number) {
    const keys = this.#passed[at]!.map((passed) => passed!.reuseKey)
    this.#remember(at, keys, true)
  }

  #remember(at: number, keys: ReadonlyArray<string>, forget: boolean) {
    const { survey, leases } = this.#execution
    const link = this.#chain.links[at]!
    const { row } = this.#keys(link)
    const place = placeOf(survey, link.node, link.edge)
    leases.inTurn(`list-${row}`, () => rememberActions(survey.store, row, place, keys, forget))
  }

  made(at: number): Made {
    const { store } = this.#execution.survey
    const link = this.#chain.links[at]!
    const passed = this.#passed[at]!.map((one) => one!)
    this.rememberReuse(at)
    const views = passed.map(({ view }) => view)
    const own = rowRefs(this.#keys(link), passed)
    if (link.role === "parse") checkKeys(store, link.node, this.#records!, views, this.#execution.plan.lastRun)
    const refs = link.role === "parse" ? { ...own, ...sourceRefs(store, this.#records!) } : own
    return { datasets: { "": datasetHead(store, views, Object.keys(link.node.columns)) }, folder: undefined, refs }
  }
}
