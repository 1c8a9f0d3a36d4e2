// What the last run of a pipeline left, by the names of its nodes: most of it comes again where little changed.
import { type Edge, type GraphNode, rowEdges } from "../graph/graph.ts"
import type { NodeKeys } from "../graph/key.ts"
import { unlessDamaged } from "../store/damage.ts"
import type { Store } from "../store/store.ts"
import type { View } from "../table/view.ts"
import {
  type NodeRecord,
  type PartitionRef,
  type PipelineRef,
  type RowRefs,
  refsOf,
  type SelectRefs,
  viewsOf
} from "./node-record.ts"
import { faceKey, lookUp, type Outcome, type RowAction, viewOf } from "./row-action.ts"

/** A partition that came out of a node, or was prepared for one. */
interface Recalled {
  readonly ref: PartitionRef
  /** What it came to; absent where it was prepared, which changes nothing of it. */
  readonly view: View | undefined
}

type Recollection = ReadonlyMap<string, Recalled>

const nothing: Recollection = new Map()

export class LastRun {
  readonly #store: Store
  readonly #ref: PipelineRef | undefined
  readonly #isTrusted: boolean
  readonly #records = new Map<string, NodeRecord | undefined>()
  readonly #recollections = new Map<Edge | GraphNode, Recollection>()

  /** While damage is known of in the store, what the last run names may be gone: then it is looked up one by one. */
  constructor(store: Store, pipeline: string, isTrusted = true) {
    this.#store = store
    this.#ref = store.ref<PipelineRef>(pipeline)
    this.#isTrusted = isTrusted
  }

  /** The record of the node that had this name, if there is one. */
  record(node: string): NodeRecord | undefined {
    const key = this.#ref?.nodes[node]
    if (key !== undefined && !this.#records.has(node)) this.#records.set(node, this.#store.action<NodeRecord>(key))
    return this.#records.get(node)
  }

  /**
   * The outcome of a node on a view that an edge delivers, from earlier work alone: that of the last run, where it had the
   * view, or what else the store has; undefined where something must be computed.
   */
  lookUp(node: GraphNode, edge: Edge, keys: NodeKeys, view: View): Outcome | undefined {
    const recalled = this.#recollection(node, edge, keys).get(faceKey(node, view))
    if (recalled === undefined) return lookUp(this.#store, node, keys, view)
    const { ref } = recalled
    const action = actionOf(ref, recalled.view ?? view)
    const rows = { computed: 0, reused: view.rows, hit: true }
    return { action, key: ref.action, reuseKey: ref.reuse, view: viewOf(action), ...rows }
  }

  /** What a source's partition was parsed to, from earlier work alone. */
  parsed(node: GraphNode, keys: NodeKeys, key: string): RowAction | undefined {
    const recalled = this.#recollection(node, undefined, keys).get(key)
    return recalled === undefined ? this.#store.action<RowAction>(key) : actionOf(recalled.ref, recalled.view!)
  }

  /** The partitions of a node, or of what an edge brings it to prepare, where its code and options are what they were. */
  #recollection(node: GraphNode, edge: Edge | undefined, keys: NodeKeys): Recollection {
    const place = edge ?? node
    let found = this.#recollections.get(place)
    if (found === undefined) {
      found = this.#isTrusted ? unlessDamaged(() => this.#recollect(node, edge, keys), nothing) : nothing
      this.#recollections.set(place, found)
    }
    return found
  }

  #recollect(node: GraphNode, edge: Edge | undefined, keys: NodeKeys): Recollection {
    const record = this.record(node.name)
    if (record === undefined || record.kind !== node.kind) return nothing
    const prepared = node.kind === "select"
    const refs = refsOf<RowRefs | SelectRefs>(this.#store, record)
    const made = "tables" in refs ? refs.prepares?.[rowEdges(node).indexOf(edge!)] : refs
    if (made?.keys?.row !== keys.row || (made.keys.whole !== keys.whole && !prepared)) return nothing
    const views = prepared ? undefined : viewsOf(this.#store, record.datasets[""]!)
    const found = new Map<string, Recalled>()
    for (const [index, ref] of made.partitions.entries())
      if (ref.made !== undefined)
        found.set(edge === undefined ? ref.action : ref.made.from, { ref, view: views?.[index] })
    return found
  }
}

const actionOf = ({ made }: PartitionRef, view: View): RowAction => {
  const { from, as, ...action } = made!
  return { ...action, face: { from, view, as } }
}
