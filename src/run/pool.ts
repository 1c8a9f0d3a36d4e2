// Worker threads that run tasks: started when needed, replaced when they die, checked for the sources they loaded.
import { totalmem } from "node:os"
import { Worker } from "node:worker_threads"
import { type ErrorCode, SluiceError } from "../errors.ts"
import { asError } from "../store/durable-file.ts"
import { type Damage, DamagedObject, type Difference } from "../store/store.ts"
import { digestBytes, digestHex } from "../table/digest.ts"
import type { CallAnswer, CallRequest } from "./call-request.ts"
import type { Loaded, PlannedSources } from "./planned-sources.ts"
import type { Task, TaskResult, ToThread, WireError, WorkerStart } from "./task.ts"

interface Job {
  readonly task: Task
  readonly transfer: ReadonlyArray<ArrayBuffer>
  readonly resolve: (result: never) => void
  readonly reject: (cause: unknown) => void
}

/** Where a task is that is tried alone: the step of its chain, and the ids of the rows that came in there. */
interface Place {
  readonly step: number
  readonly ids: Uint8Array
}

interface Slot {
  readonly worker: Worker
  /** By the number that the thread knows them by: the one that it works on, and those that wait for the disk. */
  readonly jobs: Map<number, Job>
  /** The one that it works on. */
  busy: number | undefined
  at: Place | undefined
}

/** Jobs of a thread at most: one at work, others on their way to a disk that is slow. */
const jobsEach = 3

export interface PoolOptions {
  readonly size: number
  readonly start: WorkerStart
  /** MiB of JavaScript objects that a thread may hold; without it a share of the machine's memory. */
  readonly memory?: number | undefined
  /** Whether its threads say where they are, as is worth it for a task whose thread died. */
  readonly alone?: boolean
  readonly warn: (text: string) => void
  readonly sources: PlannedSources
  /** Makes the calls of models that threads ask for. */
  readonly call: (request: CallRequest) => Promise<CallAnswer>
  /** Told what workers find damaged. */
  readonly found: (found: Damage | Difference) => void
}

/** An error from another thread as one of this thread. */
export const unwireError = (error: WireError): Error => {
  if (error.damaged !== undefined) return new DamagedObject(error.damaged, "", error.message)
  const made = new SluiceError(error.code as ErrorCode, error.message, {
    evidence: error.evidence,
    exit: error.exit as 1 | 2,
    ...(error.hint === undefined ? {} : { hint: error.hint })
  })
  if (error.stack !== undefined) made.stack = error.stack
  return made
}

/** Raised where a thread died over a task, and again when the task was tried alone. */
export class WorkerDied extends SluiceError {
  readonly what: string
  readonly step: number | undefined
  readonly row: string | undefined

  /** `step` is that of the chain, from 0; `row` the id of the row it was at. */
  constructor(what: string, step: number | undefined, row: string | undefined, details = detailsOf(what)) {
    super("SLUICE_WORKER", `a worker thread died: ${what}`, details)
    this.what = what
    this.step = step
    this.row = row
  }
}

const detailsOf = (what: string) => ({
  hint: what.includes("memory")
    ? "make its partitions smaller (partitionBytes of the source), or mend the stage; finished partitions are kept"
    : "mend the stage: its code must not end the process; finished partitions are kept"
})

const rowIdAt = (ids: Uint8Array, row: number): string | undefined =>
  row * digestBytes < ids.length ? digestHex(ids, row) : undefined

/** MiB of objects that a thread may hold: three quarters of the machine's memory for all of them, within bounds. */
const defaultMemory = (size: number): number => {
  const all = Math.min(totalmem(), process.constrainedMemory() || Number.POSITIVE_INFINITY)
  return Math.round(Math.min(4096, Math.max(512, (0.75 * all) / 2 ** 20 / size)))
}

/**
 * MiB for young objects: measured on two cores, less collects too often and more takes memory without being faster. Of
 * little memory only a share: a thread that is at its limit must be able to keep those that live, or the process ends.
 */
const youngOf = (memory: number): number => Math.min(96, memory / 8)

/** Milliseconds in which a thread that is asked to end comes to it, if it does not compute for longer in one go. */
const graceMs = 500

export class Pool {
  readonly #options: PoolOptions
  readonly #slots = new Set<Slot>()
  readonly #queue: Array<Job> = []
  readonly #starting = new Set<Worker>()
  #retries: Promise<void> = Promise.resolve()
  #single: Pool | undefined
  #sent = 0
  #closed = false

  constructor(options: PoolOptions) {
    this.#options = options
  }

  submit<T extends Task>(task: T, transfer: ReadonlyArray<ArrayBuffer> = []): Promise<TaskResult<T>> {
    return new Promise((resolve, reject) => {
      this.#queue.push({ task, transfer, resolve: resolve as never, reject })
      this.#feed()
    })
  }

  /** Starts threads before there is work for them, as their start takes a while. */
  warm(threads: number) {
    while (this.#slots.size + this.#starting.size < Math.min(threads, this.#options.size)) this.#start()
  }

  /** Tries a task once more in a thread that has run nothing else, one such task at a time. */
  #retry(job: Job, what: string) {
    this.#retries = this.#retries.then(async () => {
      if (this.#closed) return job.reject(new WorkerDied(what, undefined, undefined))
      const single = new Pool({ ...this.#options, size: 1, alone: true })
      this.#single = single
      await single.submit(job.task).then(job.resolve as (result: unknown) => void, job.reject)
      await single.close()
    })
  }

  #feed() {
    while (this.#queue.length > 0) {
      const idle = this.#idle(this.#queue[0]!.task)
      if (idle === undefined) {
        if (this.#slots.size + this.#starting.size < this.#options.size && this.#starting.size < this.#queue.length)
          this.#start()
        else return
        continue
      }
      const job = this.#queue.shift()!
      const id = ++this.#sent
      idle.busy = id
      idle.jobs.set(id, job)
      idle.worker.postMessage({ id, task: job.task }, job.transfer as ArrayBuffer[])
    }
  }

  /**
   * A thread that can take a task, one without others on their way to the disk if there is. What is no chain may work for
   * long, and what waits for the disk would wait for it.
   */
  #idle({ kind }: Task): Slot | undefined {
    const most = kind === "chain" ? jobsEach - 1 : 0
    const idle = [...this.#slots].filter(({ busy, jobs }) => busy === undefined && jobs.size <= most)
    return idle.sort((a, b) => a.jobs.size - b.jobs.size)[0]
  }

  #start() {
    const { start, alone = false, size, memory = defaultMemory(size) } = this.#options
    const row = new Int32Array(new SharedArrayBuffer(4))
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: { ...start, alone, row },
      env: { ...process.env, TZ: "UTC", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
      resourceLimits: { maxOldGenerationSizeMb: memory, maxYoungGenerationSizeMb: youngOf(memory) },
      stdout: false
    })
    this.#starting.add(worker)
    const slot: Slot = { worker, jobs: new Map(), busy: undefined, at: undefined }
    worker.on("message", (message: Message) => {
      if ("at" in message) {
        slot.at = message.at
        return
      }
      if ("isFree" in message) {
        slot.busy = undefined
        return this.#feed()
      }
      if ("call" in message) {
        const answers = message.call
        // A thread that has died meanwhile gets no message, and no error comes of it.
        void this.#options.call(message.request).then((answer) => worker.postMessage({ answers, answer }))
        return
      }
      for (const found of message.found) this.#options.found(found)
      if ("ready" in message) {
        void this.#options.sources.whole.then(() => this.#admit(slot, message.ready, message.sources))
        return
      } else if ("failed" in message) {
        this.#starting.delete(worker)
        this.#failAll(unwireError(message.failed))
        return
      } else {
        const job = slot.jobs.get(message.id)
        slot.jobs.delete(message.id)
        if (slot.busy === message.id) slot.busy = undefined
        const edited = "error" in message ? undefined : this.#options.sources.edited(message.sources)
        if ("error" in message) job?.reject(unwireError(message.error))
        else if (edited !== undefined) job?.reject(edited)
        else job?.resolve(message.result as never)
      }
      this.#feed()
    })
    const died = (what: string) => {
      const began = !this.#starting.delete(worker)
      this.#slots.delete(slot)
      const jobs = [...slot.jobs.values()]
      slot.jobs.clear()
      if (this.#closed) return
      if (jobs.length > 0 && !alone)
        this.#options.warn(`a worker thread died (${what}); what it worked on is tried again alone`)
      for (const job of jobs)
        if (!alone) this.#retry(job, what)
        else job.reject(new WorkerDied(what, slot.at?.step, slot.at && rowIdAt(slot.at.ids, row[0]!)))
      if (began) this.#feed()
      else this.#failAll(new WorkerDied(what, undefined, undefined))
    }
    let error: string | undefined
    worker.on("error", (cause: NodeJS.ErrnoException) => {
      const tooLarge = cause?.code === "ERR_WORKER_OUT_OF_MEMORY"
      error = tooLarge ? `it needs more than ${memory} MiB of memory` : asError(cause).message
    })
    // Comes last, when all that the thread said has arrived.
    worker.on("exit", (code) => {
      if (this.#slots.has(slot) || this.#starting.has(worker)) died(error ?? `exit code ${code}`)
    })
  }

  /** Takes a thread that is ready into service, if it loaded the graph and the code that were planned. */
  #admit(slot: Slot, graph: string, loaded: Loaded) {
    // It may have died meanwhile, or the pool been closed.
    if (!this.#starting.delete(slot.worker)) return
    const { sources, start } = this.#options
    const edited = sources.other(start.pipeline, graph, loaded)
    if (edited === undefined) {
      this.#slots.add(slot)
      this.#feed()
    } else {
      void slot.worker.terminate()
      this.#failAll(edited)
    }
  }

  #failAll(cause: unknown) {
    for (const job of this.#queue.splice(0)) job.reject(cause)
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#single?.close()
    const starting = [...this.#starting].map((worker) => worker.terminate())
    const working = [...this.#slots].map(({ worker }) => stopped(worker))
    this.#starting.clear()
    this.#slots.clear()
    await Promise.all([...starting, ...working])
  }
}

/**
 * Asks a thread to end, and ends it where it does not come to it in time. Ended in the middle of what it does, it takes the
 * process with it once in a while: Node aborts where a thread was about to open a zstd stream.
 */
const stopped = (worker: Worker): Promise<void> =>
  new Promise((done) => {
    const late = setTimeout(() => void worker.terminate().then(() => done()), graceMs)
    worker.once("exit", () => {
      clearTimeout(late)
      done()
    })
    worker.postMessage({ stop: true } satisfies ToThread)
  })

type Message =
  | { readonly at: Place }
  | { readonly call: number; readonly request: CallRequest }
  /** It takes the next task; what it gives for this one comes when its files are on the disk. */
  | { readonly id: number; readonly isFree: true }
  | ({ readonly found: ReadonlyArray<Damage | Difference> } & Said)

type Said =
  | { readonly ready: string; readonly sources: Loaded }
  | { readonly failed: WireError }
  | {
      readonly id: number
      readonly result: unknown
      readonly sources: Loaded
    }
  | { readonly id: number; readonly error: WireError }
