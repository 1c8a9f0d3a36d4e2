// The thread behind heartbeats: touches files at even intervals, and tells when one is gone.
import { utimesSync } from "node:fs"
import { parentPort } from "node:worker_threads"

export interface Beat {
  readonly file: string
  /** Milliseconds; 0 stops. */
  readonly every: number
}

const port = parentPort!
const timers = new Map<string, NodeJS.Timeout>()

const stop = (file: string) => {
  clearInterval(timers.get(file))
  timers.delete(file)
}

const touch = (file: string) => {
  const now = new Date()
  try {
    utimesSync(file, now, now)
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code !== "ENOENT") return
    stop(file)
    port.postMessage(file)
  }
}

port.on("message", ({ file, every }: Beat) => {
  stop(file)
  if (every === 0) return
  timers.set(file, setInterval(touch, every, file))
  touch(file)
})
