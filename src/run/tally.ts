// Counts what becomes of a node's rows while it runs, and checks the conservation law when it is done.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { CallSum, NodeSummary } from "./journal.ts"
import type { RowTotals } from "./node-record.ts"

export class Tally {
  readonly node: GraphNode
  in = 0
  kept = 0
  dropped = 0
  merged = 0
  failed = 0
  out = 0
  computed = 0
  reused = 0
  hit = 0
  run = 0
  seconds = 0
  bytes = 0
  /** What a gate said, if the node is one. */
  passed: boolean | undefined
  /** What a judge had against what a program made. */
  objections: ReadonlyArray<string> | undefined
  readonly reasons: Record<string, number> = {}

  readonly #calls: () => CallSum | undefined

  /** `calls` says what the node's calls of models came to. */
  constructor(node: GraphNode, calls: () => CallSum | undefined = () => undefined) {
    this.node = node
    this.#calls = calls
  }

  reason(counts: { readonly [reason: string]: number }) {
    for (const [reason, count] of Object.entries(counts)) this.reasons[reason] = (this.reasons[reason] ?? 0) + count
  }

  totals(): RowTotals {
    const { in: rows, kept, dropped, merged, failed, out } = this
    return { in: rows, kept, dropped, merged, failed, out }
  }

  /** Throws where rows came in that are neither kept, dropped for a reason, merged nor failed. */
  check() {
    const { node, kept, dropped, merged, failed, out } = this
    const accounted = kept + dropped + merged + failed
    const reasons = Object.values(this.reasons).reduce((sum, count) => sum + count, 0)
    const balanced =
      this.in === accounted &&
      reasons === dropped + merged &&
      (node.kind === "expand" || out === kept || node.kind === "gather")
    if (balanced) return
    throw new SluiceError(
      "SLUICE_CONSERVATION",
      `${node.name}: ${this.in} rows came in, but ${kept} kept + ${dropped} dropped + ${merged} merged + ${failed} failed = ${accounted}`,
      {
        evidence: [`rows with a reason: ${reasons}; rows out: ${out}`],
        hint: "this is a bug in the stage or in sluice",
        exit: 2
      }
    )
  }

  summary(): NodeSummary {
    const calls = this.#calls()
    return {
      name: this.node.name,
      kind: this.node.kind,
      verdict: "run",
      partitions: { hit: this.hit, run: this.run },
      rows: { ...this.totals(), computed: this.computed, reused: this.reused },
      reasons: sorted(this.reasons),
      seconds: Math.round(this.seconds * 1000) / 1000,
      bytes: this.bytes,
      ...(this.passed === undefined ? {} : { passed: this.passed }),
      ...(this.objections === undefined ? {} : { objections: this.objections }),
      ...(calls === undefined ? {} : { calls: { ...calls } })
    }
  }
}

const sorted = (counts: { readonly [reason: string]: number }): { readonly [reason: string]: number } =>
  Object.fromEntries(Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1)))
