// Heartbeats of the leases that this process holds, given by a thread of their own, whatever keeps the main thread busy.
import { Worker } from "node:worker_threads"
import type { Beat } from "./heartbeat-thread.ts"

const beating = new Map<string, () => void>()
let thread: Worker | undefined

/**
 * Begins to touch a file that exists; `lost` is called when the file is gone. The thread is started for a lease that lasts
 * longer than an interval: short runs do without.
 */
export const startBeating = (file: string, every: number, lost: () => void): void => {
  beating.set(file, lost)
  const begin = () => {
    if (!beating.has(file)) return
    thread ??= openThread()
    thread.postMessage({ file, every } satisfies Beat)
  }
  if (thread === undefined) setTimeout(begin, every).unref()
  else begin()
}

export const stopBeating = (file: string): void => {
  if (beating.delete(file)) thread?.postMessage({ file, every: 0 } satisfies Beat)
}

const openThread = (): Worker => {
  const opened = new Worker(new URL("./heartbeat-thread.ts", import.meta.url), { execArgv: [], env: {} })
  opened.on("message", (file: string) => {
    const lost = beating.get(file)
    beating.delete(file)
    lost?.()
  })
  // Without heartbeats a lease may be taken over; the fence holds all the same.
  opened.on("error", () => {
    thread = undefined
  })
  // After the listeners, for they hold the process.
  opened.unref()
  return opened
}
