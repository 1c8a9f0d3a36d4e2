// A thread in a program's process: ends the process when the engine that started it is gone, or when another took its scratch over.
import { existsSync } from "node:fs"
import { workerData } from "node:worker_threads"
import { isRunning } from "../store/process-id.ts"

/** What the process would notice too late, however long its own code computes. */
export interface OrphanWatch {
  /** Process id of the engine. */
  readonly parent: number
  /** A file in the attempt's scratch folder. */
  readonly file: string
}

/** Milliseconds between two looks. */
const lookEvery = 200

const { parent, file } = workerData as OrphanWatch

setInterval(() => {
  if (process.ppid !== parent || !isRunning(parent) || !existsSync(file)) process.kill(process.pid, "SIGKILL")
}, lookEvery)
