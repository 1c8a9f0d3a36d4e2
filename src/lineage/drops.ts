// Every row that a pipeline did not keep: how many by node and reason, and each with its scores and where it came from.
import { Origins, type SourcePlace } from "./origin.ts"
import type { PastRun } from "./past-run.ts"
import { readScores, type Scores } from "./scores.ts"

export interface DropCount {
  readonly node: string
  readonly reason: string
  readonly count: number
}

export interface Drop {
  /** Absent for a record that could not be parsed: it never became a row. */
  readonly id: string | null
  readonly node: string
  readonly reason: string
  readonly scores: Scores | null
  /** Where it came from; of a row made from several, the first. */
  readonly source: SourcePlace | null
  readonly into?: string
  readonly similarity?: number
  readonly error?: string
}

export interface DropQuery {
  readonly node?: string | undefined
  readonly reason?: string | undefined
}

const fits = (query: DropQuery, node: string, reason: string): boolean =>
  (query.node === undefined || query.node === node) && (query.reason === undefined || query.reason === reason)

/** The reason of rows whose function threw. */
const failed = "failed"

/** How many rows were dropped, merged or skipped, or failed, by node and reason, in pipeline order. */
export const countDrops = (past: PastRun, query: DropQuery = {}): ReadonlyArray<DropCount> =>
  past.nodes.flatMap((node) => {
    const { reasons, totals } = past.record(node)
    return [...Object.entries(reasons), [failed, totals.failed] as const]
      .filter(([reason, count]) => count > 0 && fits(query, node, reason))
      .map(([reason, count]) => ({ node, reason, count }))
  })

/** The rows behind the counts, node by node. */
export const listDrops = async function* (past: PastRun, query: DropQuery = {}): AsyncGenerator<Drop> {
  const origins = new Origins(past)
  const wanted = new Set(countDrops(past, query).map(({ node }) => node))
  for (const node of past.nodes) {
    if (!wanted.has(node)) continue
    const kind = past.record(node).kind
    const drops =
      kind === "source"
        ? badRecords(origins, node)
        : kind === "program"
          ? skipped(past, origins, node)
          : rows(past, origins, node)
    for await (const drop of drops) if (fits(query, node, drop.reason)) yield drop
  }
}

const badRecords = function* (origins: Origins, node: string): Generator<Drop> {
  for (const { place, error } of origins.places(node).bad)
    yield { id: null, node, reason: "bad-row", scores: null, source: place, error }
}

const skipped = function* (past: PastRun, origins: Origins, node: string): Generator<Drop> {
  for (const entry of origins.ledgers.of(node)?.entries ?? [])
    for (const [id, reason] of entry.skipped) {
      const edge = past.edges(node).find(({ input }) => input === entry.input)
      const source = edge === undefined ? null : sourceOf(origins, edge.node, id)
      yield { id, node, reason, scores: null, source }
    }
}

const rows = async function* (past: PastRun, origins: Origins, node: string): AsyncGenerator<Drop> {
  const verdicts = origins.verdicts(node)!
  const from = past.main(node)!.node
  const scores = await readScores(past, node)
  for (let row = 0; row < verdicts.input.rows; row++) {
    const verdict = verdicts.of(row)
    if (verdict.kind !== "dropped" && verdict.kind !== "merged" && verdict.kind !== "failed") continue
    const id = verdicts.input.id(row)
    const source = () => sourceOf(origins, from, id)
    if (verdict.kind === "failed") {
      yield { id, node, reason: failed, scores: null, source: source(), error: verdict.error }
      continue
    }
    const { kind: _, reason, ...merge } = verdict
    yield { id, node, reason, scores: scores?.[row] ?? null, source: source(), ...merge }
  }
}

const sourceOf = (origins: Origins, node: string, id: string): SourcePlace | null => origins.of(node, id)[0] ?? null
