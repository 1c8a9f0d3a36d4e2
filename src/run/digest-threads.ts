// Digests many large files at once: threads that are small, and start at once, take them one after another.
import { Worker } from "node:worker_threads"
import { digestWhole } from "./whole-file.ts"

type Digested = Awaited<ReturnType<typeof digestWhole>>

interface Waiting {
  readonly path: string
  readonly digested: (digested: Digested | undefined) => void
}

export class DigestThreads {
  readonly #most: number
  readonly #threads = new Set<Worker>()
  readonly #idle: Array<Worker> = []
  readonly #waiting: Array<Waiting> = []
  readonly #busy = new Map<Worker, Waiting>()
  /** Once a thread died, this one does the work. */
  #isBroken = false

  /** So many threads at most, each started when it is needed. */
  constructor(most: number) {
    this.#most = most
  }

  /** Does as `digestWhole` does, in another thread. */
  async digest(path: string): Promise<Digested> {
    if (this.#isBroken) return digestWhole(path)
    const found = await new Promise<Digested | undefined>((digested) => {
      this.#waiting.push({ path, digested })
      if (this.#idle.length === 0 && this.#threads.size < this.#most) this.#start()
      this.#feed()
    })
    return found ?? digestWhole(path)
  }

  async close(): Promise<void> {
    const threads = [...this.#threads]
    this.#threads.clear()
    await Promise.all(threads.map((thread) => thread.terminate()))
  }

  #start() {
    const thread = new Worker(new URL("./digest-thread.ts", import.meta.url), { execArgv: [], env: {} })
    this.#threads.add(thread)
    this.#idle.push(thread)
    thread.on("message", (digested: Digested | undefined) => {
      this.#busy.get(thread)!.digested(digested)
      this.#busy.delete(thread)
      this.#idle.push(thread)
      this.#feed()
    })
    thread.on("error", () => {
      this.#isBroken = true
      for (const { digested } of [...this.#busy.values(), ...this.#waiting.splice(0)]) digested(undefined)
    })
  }

  #feed() {
    while (this.#idle.length > 0 && this.#waiting.length > 0) {
      const [thread, next] = [this.#idle.pop()!, this.#waiting.shift()!]
      this.#busy.set(thread, next)
      thread.postMessage(next.path)
    }
  }
}
