// The identity of a process: enough to say for certain that it is gone, also when its number was given to another.
import { readFileSync, readlinkSync } from "node:fs"
import { hostname } from "node:os"

export interface ProcessId {
  readonly pid: number
  /** When it started, in the machine's own count; absent where the machine does not tell. */
  readonly born?: string
  /** The machine since its last start, and the space that process numbers are given in. */
  readonly machine: string
  readonly host: string
}

const textOf = (read: () => string): string => {
  try {
    return read().trim()
  } catch {
    return ""
  }
}

/** State and start of a process, as Linux tells them. */
const statusOf = (pid: number): { readonly state: string; readonly born: string } | undefined => {
  const text = textOf(() => readFileSync(`/proc/${pid}/stat`, "latin1"))
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ")
  return fields.length < 20 ? undefined : { state: fields[0]!, born: fields[19]! }
}

let self: ProcessId | undefined

export const thisProcess = (): ProcessId => {
  if (self !== undefined) return self
  const boot = textOf(() => readFileSync("/proc/sys/kernel/random/boot_id", "latin1"))
  const space = textOf(() => readlinkSync("/proc/self/ns/pid"))
  const born = statusOf(process.pid)?.born
  const machine = [hostname(), boot, space].filter(Boolean).join(" ")
  self = { pid: process.pid, ...(born === undefined ? {} : { born }), machine, host: hostname() }
  return self
}

export const isHere = ({ machine }: ProcessId): boolean => machine === thisProcess().machine

/** Whether the machine runs a process of a number. */
export const isRunning = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code !== "ESRCH"
  }
}

/** Whether a process is certainly gone. Of a process on another machine nothing is certain. */
export const isGone = (id: ProcessId): boolean => {
  if (!isHere(id)) return false
  if (id.born !== undefined) {
    const now = statusOf(id.pid)
    return now === undefined || now.born !== id.born || now.state === "Z" || now.state === "X"
  }
  return !isRunning(id.pid)
}
