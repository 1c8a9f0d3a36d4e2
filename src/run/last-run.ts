// What the last run of a pipeline left, by the names of its nodes: most of it comes again where little changed.
import type { Store } from "../store/store.ts"
import type { NodeRecord, PipelineRef } from "./node-record.ts"

export class LastRun {
  readonly #store: Store
  readonly #pipeline: string
  #ref: PipelineRef | undefined

  constructor(store: Store, pipeline: string) {
    this.#store = store
    this.#pipeline = pipeline
  }

  /** The record of the node that had this name, if there is one. */
  record(node: string): NodeRecord | undefined {
    this.#ref ??= this.#store.ref<PipelineRef>(this.#pipeline)
    const key = this.#ref?.nodes[node]
    return key === undefined ? undefined : this.#store.action<NodeRecord>(key)
  }
}
