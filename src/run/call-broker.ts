// Calls of models, all of a run's threads in one place: found in cells, or bought once, within what may be spent.
import { setTimeout as sleep } from "node:timers/promises"
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { NodePlan } from "../graph/plan.ts"
import { type CellDamage, CellStore } from "../store/cell-store.ts"
import { asError } from "../store/durable-file.ts"
import type { Lease, Leases } from "../store/lease.ts"
import type { Holder } from "../store/lease-watch.ts"
import type { CallBudgets } from "./call-budget.ts"
import {
  type CallAnswer,
  calledModel,
  type CallRequest,
  type Cell,
  cellBytes,
  cellKey,
  cellOf
} from "./call-request.ts"
import { ask, ServiceError } from "./chat-service.ts"
import type { CallSum, Journal } from "./journal.ts"
import { type Endpoint, type Endpoints, noEndpoint } from "./model-endpoint.ts"
import { Turnstile } from "./turnstile.ts"

/** Between two looks at a call that another run makes, at first and at most; and when the wait is told. In milliseconds. */
const [firstLook, mostLook, tellAfter] = [20, 250, 500]

/** Milliseconds between two journal lines about the calls of a node. */
const tellEvery = 1000

/** Milliseconds that calls on their way get when a run ends early: they are paid for. */
const grace = 5000

export interface CallMeans {
  readonly endpoints: Endpoints
  /** The most money that the run may spend. */
  readonly money?: number | undefined
  /** Milliseconds before a call is tried a second time. */
  readonly pause?: number | undefined
}

/** One model's calls. */
interface Lane {
  readonly endpoint: Endpoint
  readonly gate: Turnstile
  readonly budget: ReturnType<CallBudgets["of"]>
  /** Calls in a row that stayed without a reply. */
  unanswered: number
}

/** What the run that a broker works for has. */
interface Surroundings {
  /** Of the store. */
  readonly root: string
  readonly run: string
  readonly leases: Leases
  readonly budgets: CallBudgets
}

type Mutable<A> = { -readonly [K in keyof A]: A[K] }

export class CallBroker {
  readonly #means: CallMeans
  readonly #leases: Leases
  readonly #run: string
  readonly #cells: CellStore
  readonly #budgets: CallBudgets
  readonly #lanes = new Map<string, Lane>()
  readonly #flights = new Map<string, Promise<CallAnswer>>()
  readonly #sums = new Map<string, Mutable<CallSum>>()
  readonly #told = new Map<string, number>()
  readonly #waitedFor = new Set<string>()
  readonly #abort = new AbortController()
  #journal: Journal | undefined
  #isRead = false
  #stop: SluiceError | undefined

  constructor({ root, run, leases, budgets }: Surroundings, means: CallMeans, found: (damage: CellDamage) => void) {
    this.#means = means
    this.#leases = leases
    this.#run = run
    this.#cells = new CellStore(root, found)
    this.#budgets = budgets
  }

  open(journal: Journal) {
    this.#journal = journal
  }

  /** Throws where a node that may run calls a model of which is not said where it is reached, or what it costs. */
  check(nodes: ReadonlyArray<GraphNode>, plans: ReadonlyArray<NodePlan>) {
    const verdicts = new Map(plans.map(({ name, verdict }) => [name, verdict]))
    const calling = nodes.flatMap((node) => {
      const model = calledModel(node)
      return model === undefined || verdicts.get(node.name) === "hit" ? [] : [{ node: node.name, model }]
    })
    const { endpoints, money } = this.#means
    const missing = calling.filter(({ model }) => endpoints[model] === undefined)
    if (missing.length > 0) throw noEndpoint(missing)
    for (const { model } of calling) {
      const { keyVariable, price, budget } = endpoints[model]!
      if (keyVariable !== undefined && (process.env[keyVariable] ?? "") === "")
        throw new SluiceError("SLUICE_NO_MODEL", `the key of "${model}" is not there: ${keyVariable} is not set`, {
          hint: `set ${keyVariable} in the environment`
        })
      if (price === undefined && (money ?? budget?.money) !== undefined)
        throw new SluiceError("SLUICE_BAD_OPTION", `a budget in money needs the price of "${model}"`, {
          hint: `add "price": { "input": 0.5, "output": 1.5 }, for a million tokens each, where "${model}" has its url`
        })
    }
  }

  /** Why no more calls are made, if so: the run ends with it. */
  get stopped(): SluiceError | undefined {
    return this.#stop
  }

  /** What a node's calls came to; undefined where it made none. */
  sumOf(node: string): CallSum | undefined {
    return this.#sums.get(node)
  }

  /** Answers a call: from cells alone where it is made again to see whether code has a memory. */
  async answer(request: CallRequest, replays: boolean): Promise<CallAnswer> {
    try {
      return await this.#answer(request, replays)
    } catch (cause) {
      return this.#failed(request.model, cause)
    }
  }

  #answer(request: CallRequest, replays: boolean): Promise<CallAnswer> | CallAnswer {
    const key = cellKey(request)
    if (!this.#isRead) {
      this.#isRead = true
      this.#cells.refresh()
    }
    const found = this.#find(key)
    if (found !== undefined) {
      if (!replays) this.#count(request, { found: 1 })
      return { text: found.text }
    }
    if (replays) return { failed: "this call was not made before" }
    const flying = this.#flights.get(key)
    if (flying !== undefined) {
      this.#count(request, { found: 1 })
      return flying
    }
    const flight = this.#buy(request, key).finally(() => this.#flights.delete(key))
    this.#flights.set(key, flight)
    return flight
  }

  #find(key: string): Cell | undefined {
    const bytes = this.#cells.get(key)
    return bytes === undefined ? undefined : cellOf(bytes)
  }

  #failed(model: string, cause: unknown): CallAnswer {
    const lane = this.#lanes.get(model)
    if (cause instanceof ServiceError && lane !== undefined) {
      if (cause.scope === "all") this.#end(serviceError(model, cause.message))
      if (cause.scope === "busy" && ++lane.unanswered >= Math.max(3, Math.min(8, lane.endpoint.atOnce)))
        this.#end(serviceError(model, cause.message, lane.unanswered))
      return { failed: cause.message }
    }
    const error = asError(cause)
    if (error instanceof SluiceError) this.#end(error)
    return { failed: error.message }
  }

  #end(error: SluiceError) {
    this.#stop ??= error
  }

  #lane(model: string): Lane {
    let lane = this.#lanes.get(model)
    if (lane === undefined) {
      const endpoint = this.#means.endpoints[model]
      if (endpoint === undefined) throw noEndpoint([{ node: "a stage", model }])
      const budget = this.#budgets.of(model, endpoint)
      lane = { endpoint, gate: new Turnstile(endpoint.atOnce), budget, unanswered: 0 }
      this.#lanes.set(model, lane)
    }
    return lane
  }

  /** Makes a call that no cell has: one run makes it, the others wait and take its cell. */
  async #buy(request: CallRequest, key: string): Promise<CallAnswer> {
    const lane = this.#lane(request.model)
    const watch = this.#leases.watch(`cell-${key}`)
    let waited = 0
    for (let pause = firstLook; ; pause = Math.min(mostLook, pause * 1.5)) {
      const answer = await lane.gate.pass(async () => {
        if (this.#stop !== undefined) return { failed: this.#stop.message }
        const lease = this.#leases.take(`cell-${key}`, watch)
        // Whoever had it may have left a cell.
        this.#cells.refresh()
        const found = this.#find(key)
        if (found !== undefined) {
          lease?.release()
          this.#count(request, { found: 1 })
          return { text: found.text }
        }
        if (lease === undefined) return undefined
        try {
          return await this.#ask(request, key, lane, lease)
        } catch (cause) {
          // Before the next gets its turn: it may be the end of all calls.
          return this.#failed(request.model, cause)
        } finally {
          lease.release()
        }
      })
      if (answer !== undefined) return answer
      if (waited >= tellAfter) this.#tellWait(request.node, watch.holder)
      await sleep(pause, undefined, { signal: this.#abort.signal })
      waited += pause
    }
  }

  /** Once for each run that is waited for. */
  #tellWait(node: string, holder: Holder | undefined) {
    if (holder === undefined || this.#waitedFor.has(holder.name)) return
    this.#waitedFor.add(holder.name)
    const { name, pid, host } = holder
    this.#journal?.write({ event: "waiting", node, holder: { run: name, pid, host } })
  }

  async #ask(request: CallRequest, key: string, lane: Lane, lease: Lease): Promise<CallAnswer> {
    const { model, messages, sampling, sample, schema } = request
    const characters = messages.reduce((sum, { content }) => sum + content.length, 0)
    let reserved = lane.budget.reserve(characters, sampling.maxTokens)
    while (reserved === "wait") {
      await sleep(firstLook, undefined, { signal: this.#abort.signal })
      if (this.#stop !== undefined) throw this.#stop
      reserved = lane.budget.reserve(characters, sampling.maxTokens)
    }
    if (reserved instanceof SluiceError) throw reserved
    let reply: Awaited<ReturnType<typeof ask>> | undefined
    try {
      const retried = () => this.#count(request, { retried: 1 })
      const call = { model, messages, sampling, schema }
      reply = await ask(lane.endpoint, call, { retried, signal: this.#abort.signal, pause: this.#means.pause })
    } finally {
      const money = reserved.settle(reply)
      if (reply !== undefined) this.#count(request, { bought: 1, input: reply.input, output: reply.output, money })
    }
    lane.unanswered = 0
    if (!lease.held) {
      // This process was taken for dead: the cell of whoever made the call instead is the one that counts.
      this.#cells.refresh()
      const other = this.#find(key)
      if (other !== undefined) return { text: other.text }
    }
    const cell: Cell = { ...reply, model, sampling, sample, at: Date.now(), run: this.#run }
    await this.#cells.put(key, cellBytes(cell))
    return { text: reply.text }
  }

  #count({ node, model }: CallRequest, more: Partial<CallSum>) {
    let sum = this.#sums.get(node)
    if (sum === undefined) {
      const isPriced = this.#means.endpoints[model]?.price !== undefined
      sum = { bought: 0, found: 0, retried: 0, input: 0, output: 0, ...(isPriced ? { money: 0 } : {}) }
      this.#sums.set(node, sum)
    }
    for (const [field, value] of Object.entries(more) as Array<[keyof CallSum, number]>)
      if (sum[field] !== undefined) sum[field] += value
    const now = performance.now()
    if (now - (this.#told.get(node) ?? Number.NEGATIVE_INFINITY) < tellEvery) return
    this.#told.set(node, now)
    this.#journal?.write({ event: "calls", node, calls: { ...sum } })
  }

  /** Begins no call any more, and tells nothing: the journal's last line is how the run ended. */
  end() {
    this.#journal = undefined
    this.#stop ??= new SluiceError("SLUICE_SERVICE", "the run has ended")
  }

  /** Ends calls: those on their way get a while. */
  async close(): Promise<void> {
    this.end()
    const late = setTimeout(() => this.#abort.abort(), grace)
    await Promise.allSettled(this.#flights.values())
    clearTimeout(late)
    await this.#cells.dispose()
  }
}

const serviceError = (model: string, said: string, calls?: number): SluiceError =>
  new SluiceError(
    "SLUICE_SERVICE",
    `"${model}" does not answer${calls === undefined ? "" : ` ${calls} calls in a row`}`,
    {
      evidence: [said, "replies and finished rows are kept"],
      hint: "check the address, the key and the service, then run again: it goes on from here"
    }
  )
