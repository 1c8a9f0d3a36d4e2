// The journal of a run: append-only JSON lines, the one source for progress displays, dashboards and audits.
import { appendFileSync, closeSync, existsSync, fstatSync, openSync, readFileSync, readSync } from "node:fs"
import { join } from "node:path"
import { crc32 } from "node:zlib"
import type { ErrorCode } from "../errors.ts"
import type { Device } from "../model/train/device.ts"
import { onDisk } from "../store/durable-file.ts"
import type { RowTotals } from "./node-record.ts"

/** Calls of models: made, and taken from cells. */
export interface CallSum {
  readonly bought: number
  readonly found: number
  /** Answers that were no reply, after which a call was tried again. */
  readonly retried: number
  /** Tokens of what was bought. */
  readonly input: number
  readonly output: number
  /** What that cost; absent where no price is known. */
  readonly money?: number
}

export interface NodeSummary {
  readonly name: string
  readonly kind: string
  readonly verdict: "hit" | "run"
  readonly partitions: { readonly hit: number; readonly run: number }
  readonly rows: RowTotals & { readonly computed: number; readonly reused: number }
  readonly reasons: { readonly [reason: string]: number }
  /** Time spent on the node, added up over workers. */
  readonly seconds: number
  /** Size of the objects its results were written to. */
  readonly bytes: number
  /** What a gate said; absent for nodes that judge nothing. */
  readonly passed?: boolean
  /** What a judge has against a program's result; absent where nothing is judged. */
  readonly objections?: ReadonlyArray<string>
  /** Of a stage that calls models. */
  readonly calls?: CallSum
  /** The run that made a hit's result while this one waited for it. */
  readonly by?: string
}

export interface OutputSummary {
  readonly kind: "dataset" | "model" | "report"
  readonly rows?: number
  readonly path?: string
  readonly digest: string
}

export type RunEvent =
  | {
      readonly event: "started"
      readonly run: string
      readonly pipeline: string
      readonly nodes: number
      readonly workers: number
      /** Where programs compute; absent in older journals, which knew the CPU only. */
      readonly device?: Device
    }
  | {
      readonly event: "node-started"
      readonly node: string
      readonly kind: string
      readonly rows: number
      readonly partitions: number
    }
  | {
      readonly event: "partition"
      readonly node: string
      readonly in: number
      readonly kept: number
      readonly dropped: number
      readonly computed: number
    }
  | {
      readonly event: "progress"
      readonly node: string
      readonly done: number
      readonly total: number
      readonly text?: string
    }
  | {
      readonly event: "metric"
      readonly node: string
      readonly name: string
      readonly value: number
      readonly step?: number
    }
  | { readonly event: "calls"; readonly node: string; readonly calls: CallSum }
  | { readonly event: "sample"; readonly node: string; readonly text: string }
  | {
      readonly event: "warning"
      readonly text: string
      /** Of damage in the store and of results that vary: what it is, where, and at which node. */
      readonly code?: ErrorCode
      readonly node?: string
      readonly paths?: ReadonlyArray<string>
    }
  | {
      /** Another run does this node's work: its result is waited for. */
      readonly event: "waiting"
      readonly node: string
      readonly holder: { readonly run: string; readonly pid: number; readonly host: string }
    }
  | ({ readonly event: "node-finished" } & NodeSummary)
  | {
      readonly event: "failed"
      readonly code: string
      readonly message: string
      readonly evidence: ReadonlyArray<string>
      readonly hint?: string
    }
  | {
      readonly event: "finished"
      readonly run: string
      readonly seconds: number
      readonly passed: boolean
      readonly nodes: ReadonlyArray<NodeSummary>
      readonly outputs: { readonly [name: string]: OutputSummary }
    }

export class Journal {
  readonly #path: string
  readonly #listeners: ReadonlyArray<(event: RunEvent) => void>
  #held: Array<string> | undefined

  constructor(folder: string, listeners: ReadonlyArray<(event: RunEvent) => void>) {
    this.#path = join(folder, "journal.jsonl")
    this.#listeners = listeners
  }

  write(event: RunEvent, listeners = this.#listeners) {
    const line = checked(JSON.stringify({ at: Date.now(), ...event }))
    if (this.#held === undefined) this.#append(`${line}\n`)
    else this.#held.push(`${line}\n`)
    for (const listener of listeners) listener(event)
  }

  /** Lines that are told one right after another go to the file at once. */
  together(tell: () => void) {
    const lines: Array<string> = []
    this.#held = lines
    try {
      tell()
    } finally {
      this.#held = undefined
      if (lines.length > 0) this.#append(lines.join(""))
    }
  }

  #append(lines: string) {
    onDisk(this.#path, () => appendFileSync(this.#path, lines))
  }
}

/** A line with its checksum as the last field. */
const checked = (line: string): string => `${line.slice(0, -1)},"sum":"${sumOf(line)}"}`

const sumOf = (line: string): string => crc32(line).toString(16).padStart(8, "0")

/** What a line says, without its checksum; undefined where it was cut or changed. */
const eventOf = (line: string): (RunEvent & { readonly at: number }) | undefined => {
  const body = `${line.slice(0, -18)}}`
  return line.slice(-18) === `,"sum":"${sumOf(body)}"}` ? JSON.parse(body) : undefined
}

/** The events of a run so far; a line that was changed, or cut off by a crash, is left out. */
export const readJournal = (folder: string): ReadonlyArray<RunEvent & { readonly at: number }> => {
  const path = join(folder, "journal.jsonl")
  if (!existsSync(path)) return []
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => eventOf(line) ?? [])
}

/** Bytes read at once from either end of a journal. */
const endBytes = 1 << 16

/** The first and the last event of a run, whatever lies between; undefined where one of them cannot be read. */
export const readEnds = (
  folder: string
):
  | { readonly first: RunEvent & { readonly at: number }; readonly last: RunEvent & { readonly at: number } }
  | undefined => {
  const path = join(folder, "journal.jsonl")
  if (!existsSync(path)) return undefined
  const file = openSync(path, "r")
  try {
    const { size } = fstatSync(file)
    const part = (from: number, length: number): string => {
      const bytes = Buffer.alloc(length)
      return bytes.toString("utf8", 0, readSync(file, bytes, 0, length, from))
    }
    const first = eventOf(part(0, Math.min(size, endBytes)).split("\n", 1)[0]!)
    for (let length = Math.min(size, endBytes); ; length = Math.min(size, length * 4)) {
      const lines = part(size - length, length)
        .trimEnd()
        .split("\n")
      if (lines.length === 1 && length < size) continue
      const last = eventOf(lines.at(-1)!)
      return first === undefined || last === undefined ? undefined : { first, last }
    }
  } finally {
    closeSync(file)
  }
}
