// While threads decide on all rows, this one looks up what the chains below find if as much is kept as in the last run.
import { setImmediate } from "node:timers/promises"
import type { Edge } from "../graph/graph.ts"
import type { View } from "../table/view.ts"
import type { Chain, ChainLink } from "./chain.ts"
import type { Execution } from "./execution.ts"
import { viewsOf } from "./node-record.ts"
import { headOf } from "./record-key.ts"
import { type Outcome, viewKey } from "./row-action.ts"

/** Partitions that are looked at for one chain: what turns out otherwise was looked up for nothing. */
const mostPartitions = 1000

export class LookAhead {
  readonly #execution: Execution
  /** By edge, by the key of a view there. */
  readonly #found = new Map<Edge, Map<string, Outcome>>()

  constructor(execution: Execution) {
    this.#execution = execution
  }

  /**
   * Looks up, whenever this thread has nothing else to do, what a chain will: where its rows are those that a select is yet
   * to decide on, until that has, and its code is that of earlier runs. What cannot be read is left to the chain.
   */
  async chain({ input, links }: Chain): Promise<void> {
    const { records } = this.#execution
    if (input?.node.kind !== "select" || records.has(input.node)) return
    if (this.#execution.earlier(links[0]!).length === 0) return
    try {
      for (const view of this.#viewsBefore(input).slice(0, mostPartitions)) {
        await setImmediate()
        if (records.has(input.node)) return
        this.#walk(links, view)
      }
    } catch {
      // The chain meets it again, and tells it.
    }
  }

  /** What was found of a view at a link. */
  outcome({ edge }: ChainLink, view: View): Outcome | undefined {
    return this.#found.get(edge!)?.get(viewKey(view))
  }

  #viewsBefore(input: Edge): ReadonlyArray<View> {
    const record = this.#execution.plan.lastRun.record(input.node.name)
    const head = record && headOf(input, record)
    return head === undefined ? [] : viewsOf(this.#execution.survey.store, head)
  }

  #walk(links: ReadonlyArray<ChainLink>, first: View) {
    let view = first
    for (const { node, edge } of links) {
      const outcome = this.#execution.plan.lastRun.lookUp(node, edge!, this.#execution.keys(node), view)
      if (outcome === undefined) return
      const found = this.#found.get(edge!) ?? new Map<string, Outcome>()
      this.#found.set(edge!, found.set(viewKey(view), outcome))
      view = outcome.view
    }
  }
}
