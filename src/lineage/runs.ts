// The runs that a store remembers, read from their journals.
import { join } from "node:path"
import { readJournal } from "../run/journal.ts"
import type { Store } from "../store/store.ts"

export type RunStatus = "finished" | "gate-not-passed" | "failed" | "interrupted" | "running"

export interface RunEntry {
  readonly run: string
  readonly pipeline: string
  readonly status: RunStatus
  /** When it began, as ISO 8601 in UTC. */
  readonly at: string
  readonly seconds: number
  readonly nodes: { readonly hit: number; readonly run: number; readonly of: number }
  readonly rows: { readonly computed: number; readonly reused: number }
  readonly message?: string
}

/** A run without an end counts as running for so long, if its process is there. */
export const staleAfterMs = 3_600_000

/** All runs, the latest last. A run that stopped before its journal began is left out. */
export const listRuns = (store: Store, now = Date.now()): ReadonlyArray<RunEntry> =>
  store.runNames().flatMap((run) => entry(store, run, now) ?? [])

const entry = (store: Store, run: string, now: number): RunEntry | undefined => {
  const events = readJournal(join(store.root, "runs", run))
  const started = events.find((event) => event.event === "started")
  if (started === undefined) return undefined
  const ends = events.filter((event) => event.event === "finished" || event.event === "failed")
  const end = ends.at(-1)
  const done = events.filter((event) => event.event === "node-finished")
  const summaries = [...new Map(done.map((event) => [event.name, event])).values()]
  const last = events.at(-1)!.at
  const running = end === undefined && now - last < staleAfterMs && alive(run)
  return {
    run,
    pipeline: started.pipeline,
    status:
      end === undefined
        ? running
          ? "running"
          : "interrupted"
        : end.event === "failed"
          ? "failed"
          : end.passed
            ? "finished"
            : "gate-not-passed",
    at: new Date(started.at).toISOString(),
    seconds: end?.event === "finished" ? end.seconds : Math.round((last - started.at) / 10) / 100,
    nodes: {
      hit: summaries.filter(({ verdict }) => verdict === "hit").length,
      run: summaries.filter(({ verdict }) => verdict === "run").length,
      of: started.nodes
    },
    rows: {
      computed: summaries.reduce((sum, { rows }) => sum + rows.computed, 0),
      reused: summaries.reduce((sum, { verdict, rows }) => sum + (verdict === "run" ? rows.reused : 0), 0)
    },
    ...(end?.event === "failed" ? { message: end.message } : {})
  }
}

/** Whether the process that a run's name ends with is there, as far as this machine can see. */
const alive = (run: string): boolean => {
  const pid = Number(run.split("-").at(-1))
  if (!Number.isInteger(pid)) return false
  try {
    process.kill(pid, 0)
    return true
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === "EPERM"
  }
}
