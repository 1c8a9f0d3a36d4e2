// The runs that a store remembers, read from their journals.
import { join } from "node:path"
import { readJournal } from "../run/journal.ts"
import { isLive } from "../store/lease.ts"
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

/** All runs, the latest last. A run that stopped before its journal began is left out. */
export const listRuns = (store: Store): ReadonlyArray<RunEntry> =>
  store
    .runNames()
    .flatMap((run) => entry(store, run) ?? [])
    // Names tell the second only.
    .sort((a, b) => (a.at < b.at ? -1 : a.at > b.at ? 1 : 0))

const entry = (store: Store, run: string): RunEntry | undefined => {
  const events = readJournal(join(store.root, "runs", run))
  const started = events.find((event) => event.event === "started")
  if (started === undefined) return undefined
  const ends = events.filter((event) => event.event === "finished" || event.event === "failed")
  const end = ends.at(-1)
  const done = events.filter((event) => event.event === "node-finished")
  const summaries = [...new Map(done.map((event) => [event.name, event])).values()]
  const last = events.at(-1)!.at
  const running = end === undefined && isLive(store.root, run)
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
