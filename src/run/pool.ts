// Worker threads that run tasks: started when needed, replaced when they die, checked for the sources they loaded.
import { Worker } from "node:worker_threads"
import { type ErrorCode, SluiceError } from "../errors.ts"
import { DamagedObject } from "../store/store.ts"
import type { Task, TaskResult, WireError, WorkerStart } from "./task.ts"

interface Job {
  readonly task: Task
  readonly transfer: ReadonlyArray<ArrayBuffer>
  readonly resolve: (result: never) => void
  readonly reject: (cause: unknown) => void
}

interface Slot {
  readonly worker: Worker
  job: Job | undefined
}

export interface PoolOptions {
  readonly size: number
  readonly start: WorkerStart
  /** sha256 by file of the sources that the plan's fingerprints stand for. */
  readonly sources: ReadonlyMap<string, string>
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

export class Pool {
  readonly #options: PoolOptions
  readonly #slots = new Set<Slot>()
  readonly #queue: Array<Job> = []
  readonly #starting = new Set<Worker>()
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

  /** Runs a task in a thread that has run nothing else. */
  async alone<T extends Task>(task: T): Promise<TaskResult<T>> {
    const single = new Pool({ ...this.#options, size: 1 })
    try {
      return await single.submit(task)
    } finally {
      await single.close()
    }
  }

  #feed() {
    while (this.#queue.length > 0) {
      const idle = [...this.#slots].find((slot) => slot.job === undefined)
      if (idle === undefined) {
        if (this.#slots.size + this.#starting.size < this.#options.size && this.#starting.size < this.#queue.length)
          this.#start()
        else return
        continue
      }
      const job = this.#queue.shift()!
      idle.job = job
      idle.worker.postMessage({ id: 0, task: job.task }, job.transfer as ArrayBuffer[])
    }
  }

  #start() {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), {
      workerData: this.#options.start,
      env: { ...process.env, TZ: "UTC", LANG: "C.UTF-8", LC_ALL: "C.UTF-8" },
      stdout: false
    })
    this.#starting.add(worker)
    const slot: Slot = { worker, job: undefined }
    worker.on("message", (message: Message) => {
      if ("ready" in message) {
        this.#starting.delete(worker)
        const edited = this.#edited(message.sources)
        if (edited !== undefined) {
          void worker.terminate()
          this.#failAll(edited)
          return
        }
        this.#slots.add(slot)
      } else if ("failed" in message) {
        this.#starting.delete(worker)
        this.#failAll(unwireError(message.failed))
        return
      } else {
        const { job } = slot
        slot.job = undefined
        const edited = "error" in message ? undefined : this.#edited(message.sources)
        if ("error" in message) job?.reject(unwireError(message.error))
        else if (edited !== undefined) job?.reject(edited)
        else job?.resolve(message.result as never)
      }
      this.#feed()
    })
    const died = (what: string) => {
      const began = !this.#starting.delete(worker)
      this.#slots.delete(slot)
      const { job } = slot
      slot.job = undefined
      if (this.#closed) return
      const error = new SluiceError("SLUICE_WORKER", `a worker thread died: ${what}`, {
        hint: "run again: finished partitions are kept; --workers 1 needs less memory"
      })
      job?.reject(error)
      if (began) this.#feed()
      else this.#failAll(error)
    }
    worker.on("error", (cause) => died(cause instanceof Error ? cause.message : String(cause)))
    worker.on("exit", (code) => {
      if (this.#slots.has(slot) || this.#starting.has(worker)) died(`exit code ${code}`)
    })
  }

  #edited(loaded: ReadonlyArray<readonly [string, string]>): SluiceError | undefined {
    for (const [file, digest] of loaded) {
      const planned = this.#options.sources.get(file)
      if (planned !== undefined && planned !== digest)
        return new SluiceError("SLUICE_CHANGED_DURING_RUN", `${file} changed during the run`, {
          hint: "run again: finished work is kept"
        })
    }
    return undefined
  }

  #failAll(cause: unknown) {
    for (const job of this.#queue.splice(0)) job.reject(cause)
  }

  async close(): Promise<void> {
    this.#closed = true
    const workers = [...this.#starting, ...[...this.#slots].map(({ worker }) => worker)]
    this.#starting.clear()
    this.#slots.clear()
    await Promise.all(workers.map((worker) => worker.terminate()))
  }
}

type Message =
  | { readonly ready: true; readonly sources: ReadonlyArray<readonly [string, string]> }
  | { readonly failed: WireError }
  | {
      readonly id: number
      readonly result: unknown
      readonly sources: ReadonlyArray<readonly [string, string]>
    }
  | { readonly id: number; readonly error: WireError }
