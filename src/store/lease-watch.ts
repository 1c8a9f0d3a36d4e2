// What somebody who waits for a lease sees of it: who holds it, and whether that holder is alive.
import { closeSync, fstatSync, openSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { listed } from "./folder.ts"
import { isGone, isHere, type ProcessId } from "./process-id.ts"

/** Who holds a lease. */
export interface Holder extends ProcessId {
  /** The run it works for, or what else it is. */
  readonly name: string
  readonly token: string
  /** Milliseconds between two of its heartbeats. */
  readonly beat: number
}

/** A holder whose heartbeat does not change for so many beats, while it is looked at, is taken for dead. */
const lapseBeats = 15

/** The file in a lease's folder that says who holds it, and that its heartbeat touches. */
export const holderFile = "holder.json"

/** A holder and the time of its last beat by the file system's clock; the file is opened, so that network mounts look anew. */
const readHolder = (folder: string, token: string): { readonly holder?: Holder; readonly beat: number } | undefined => {
  let file: number
  try {
    file = openSync(join(folder, holderFile), "r")
  } catch {
    return undefined
  }
  try {
    const beat = fstatSync(file).mtimeMs
    const holder = JSON.parse(readFileSync(file, "utf8")) as Holder
    return holder.token === token ? { holder, beat } : { beat }
  } catch {
    return { beat: 0 }
  } finally {
    closeSync(file)
  }
}

/** What somebody who waits for a lease has seen of it. Silence is counted by looking, never by comparing clocks. */
export class Watch {
  readonly #slot: string
  #seen = ""
  #lastLook = 0
  #silent = 0
  /** How often it was seen to change: a new holder, or a beat of the heart. */
  beats = 0
  /** Who held it when it was last looked at, as far as that is known. */
  holder: Holder | undefined
  token: string | undefined

  constructor(slot: string) {
    this.#slot = slot
  }

  look(): "free" | "held" | "dead" {
    const now = performance.now()
    this.token = listed(this.#slot)[0]
    if (this.token === undefined) return "free"
    const found = readHolder(join(this.#slot, this.token), this.token)
    if (found?.holder !== undefined) this.holder = found.holder
    const known = found?.holder
    const beat = known?.beat ?? 1000
    const seen = `${this.token} ${found?.beat}`
    if (seen === this.#seen) this.#silent += Math.min(now - this.#lastLook, 2 * beat)
    else {
      this.#silent = 0
      this.beats++
    }
    this.#seen = seen
    this.#lastLook = now
    if (known !== undefined && isGone(known)) return "dead"
    return this.#silent >= lapseBeats * beat ? "dead" : "held"
  }
}

/** A holder in words. */
export const holderText = (holder: Holder): string =>
  `${holder.name} (process ${holder.pid}${isHere(holder) ? "" : ` on ${holder.host}`})`
