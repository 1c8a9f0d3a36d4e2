// New code is tried for memory between rows: once for each node, on a sample, in a thread of its own.
import type { NodeKeys } from "../graph/key.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { View } from "../table/view.ts"
import { notRowLocal } from "./chain-error.ts"
import type { Execution } from "./execution.ts"

export class Rechecks {
  readonly #execution: Execution
  readonly #running: Array<Promise<void>> = []
  readonly #nodes = new Set<GraphNode>()

  constructor(execution: Execution) {
    this.#execution = execution
  }

  /** Tries what a node made of a view, unless it was tried already or says that it is impure. */
  add(node: GraphNode, keys: NodeKeys, view: View, action: string) {
    if (node.declaration.impure !== undefined || this.#nodes.has(node) || view.rows === 0) return
    this.#nodes.add(node)
    const checked = this.#execution.recheck({ kind: "recheck", node: node.name, keys, view, action })
    const tried = checked.then(({ differs }) => {
      if (differs.length === 0) return
      this.#execution.survey.store.removeAction(action)
      throw notRowLocal(node, differs)
    })
    // Where the chain fails first, nobody asks for this failure any more.
    tried.catch(() => {})
    this.#running.push(tried)
  }

  /** Rejects where a node gave something else for the same row. */
  async settled(): Promise<void> {
    await Promise.all(this.#running)
  }
}
