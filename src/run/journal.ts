// The journal of a run: append-only JSON lines, the one source for progress displays, dashboards and audits.
import { appendFileSync, existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { diskError } from "../store/durable-file.ts"
import type { RowTotals } from "./node-record.ts"

export interface NodeSummary {
  readonly name: string
  readonly kind: string
  readonly verdict: "hit" | "run"
  readonly partitions: { readonly hit: number; readonly run: number }
  readonly rows: RowTotals & { readonly computed: number; readonly reused: number }
  readonly reasons: { readonly [reason: string]: number }
  readonly seconds: number
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
  | { readonly event: "sample"; readonly node: string; readonly text: string }
  | { readonly event: "warning"; readonly text: string }
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

  constructor(folder: string, listeners: ReadonlyArray<(event: RunEvent) => void>) {
    this.#path = join(folder, "journal.jsonl")
    this.#listeners = listeners
  }

  write(event: RunEvent) {
    try {
      appendFileSync(this.#path, `${JSON.stringify({ at: Date.now(), ...event })}\n`)
    } catch (cause) {
      throw diskError(this.#path, cause)
    }
    for (const listener of this.#listeners) listener(event)
  }
}

/** The events of a run so far; a last line cut off by a crash is left out. */
export const readJournal = (folder: string): ReadonlyArray<RunEvent & { readonly at: number }> => {
  const path = join(folder, "journal.jsonl")
  if (!existsSync(path)) return []
  return readFileSync(path, "utf8")
    .split("\n")
    .flatMap((line) => {
      try {
        return line === "" ? [] : [JSON.parse(line) as RunEvent & { readonly at: number }]
      } catch {
        return []
      }
    })
}
