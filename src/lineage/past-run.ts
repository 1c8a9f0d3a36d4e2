// A finished run of a pipeline as the store remembers it: nodes, edges, and the row ids of every dataset.
import { SluiceError, unknownName } from "../errors.ts"
import { type EdgeRef, type NodeRecord, type PipelineRef, refsOf, viewsOf } from "../run/node-record.ts"
import { DamagedObject, type Store } from "../store/store.ts"
import { digestBytes, digestHex, digestText } from "../table/digest.ts"
import { Partition, rowsIn, type View } from "../table/view.ts"

/** The kinds of node that give their rows new ids. */
const bearing = new Set(["source", "expand", "gather"])

/** The row ids of a dataset in order, whatever partitions it is cut into. */
export class IdTable {
  readonly views: ReadonlyArray<View>
  readonly rows: number
  readonly #ids: Uint8Array
  #index: Map<string, number> | undefined

  constructor(store: Store, views: ReadonlyArray<View>) {
    this.views = views
    this.rows = rowsIn(views)
    this.#ids = new Uint8Array(this.rows * digestBytes)
    let at = 0
    for (const view of views) {
      this.#ids.set(new Partition(view, store).ids(), at)
      at += view.rows * digestBytes
    }
  }

  /** The id of a row as hex. */
  id(row: number): string {
    return digestHex(this.#ids, row)
  }

  /** The first 32 bits of a row's id: as good as drawn by chance, and the same in every run. */
  lot(row: number): number {
    const at = row * digestBytes
    return ((this.#ids[at]! << 24) | (this.#ids[at + 1]! << 16) | (this.#ids[at + 2]! << 8) | this.#ids[at + 3]!) >>> 0
  }

  /** The row with an id; −1 where there is none. */
  row(id: string): number {
    if (this.#index === undefined) {
      this.#index = new Map()
      for (let row = 0; row < this.rows; row++) this.#index.set(digestText(this.#ids, row), row)
    }
    return this.#index.get(Buffer.from(id, "hex").toString("latin1")) ?? -1
  }

  /** The ids that begin with some hex digits. */
  beginningWith(prefix: string): ReadonlyArray<string> {
    const whole = Buffer.from(prefix.slice(0, prefix.length & ~1), "hex")
    const found: Array<string> = []
    for (let row = 0; row < this.rows; row++) {
      const at = row * digestBytes
      if (whole.some((byte, i) => this.#ids[at + i] !== byte)) continue
      const id = this.id(row)
      if (id.startsWith(prefix)) found.push(id)
    }
    return found
  }

  /** The partition that holds a row, and the row's place in it. */
  place(row: number): { readonly partition: number; readonly row: number } {
    let from = 0
    for (const [partition, view] of this.views.entries()) {
      if (row < from + view.rows) return { partition, row: row - from }
      from += view.rows
    }
    throw new RangeError(`no row ${row}`)
  }
}

export class PastRun {
  readonly store: Store
  readonly ref: PipelineRef
  readonly #records = new Map<string, NodeRecord>()
  readonly #tables = new Map<string, IdTable>()

  /** Opens a pipeline's last finished run, or the one that a ref describes; throws where there is none. */
  constructor(store: Store, pipeline: string, ref = store.ref<PipelineRef>(pipeline)) {
    if (ref === undefined && store.refNames().includes(pipeline))
      throw new SluiceError(
        "SLUICE_DAMAGED",
        `the ref of ${pipeline} is damaged: what its last run made is not known`,
        {
          evidence: [store.refPath(pipeline)],
          hint: `sluice run ${pipeline}: it is written anew`
        }
      )
    if (ref === undefined)
      throw new SluiceError("SLUICE_NO_RUN", `${pipeline} has no finished run in this store`, {
        evidence: [`store: ${store.root}`],
        hint: `sluice run ${pipeline}`
      })
    this.store = store
    this.ref = ref
  }

  /** Node names, inputs before what reads them. */
  get nodes(): ReadonlyArray<string> {
    return Object.keys(this.ref.nodes)
  }

  /** Checks a node's name as a user typed it. */
  known(node: string): string {
    if (node in this.ref.nodes) return node
    throw unknownName("SLUICE_UNKNOWN", `${this.ref.pipeline} has no node`, node, this.nodes, "its nodes")
  }

  record(node: string): NodeRecord {
    let record = this.#records.get(node)
    if (record === undefined) {
      record = this.store.action<NodeRecord>(this.ref.nodes[node]!)
      if (record === undefined) throw lost(node)
      this.#records.set(node, record)
    }
    return record
  }

  refs<R>(node: string): R {
    return refsOf<R>(this.store, this.record(node))
  }

  /** A stored result that lineage needs. */
  action<A>(node: string, key: string): A {
    try {
      return this.store.needed<A>(key)
    } catch (cause) {
      throw cause instanceof DamagedObject ? lost(node) : cause
    }
  }

  edges(node: string): ReadonlyArray<EdgeRef> {
    return this.ref.edges[node] ?? []
  }

  /** The edge whose rows a node maps, filters, expands, selects or gathers. */
  main(node: string): EdgeRef | undefined {
    return this.edges(node).find(({ input }) => input === "rows")
  }

  /** Whether a node gives its rows new ids. */
  bears(node: string): boolean {
    return bearing.has(this.record(node).kind)
  }

  /** The ids of what a node gives, or of one part of it; of a model or report, none. */
  table(node: string, part?: string): IdTable {
    const key = `${node}\u0000${part ?? ""}`
    let table = this.#tables.get(key)
    if (table === undefined) {
      const head = this.record(node).datasets[part ?? ""]
      table = new IdTable(this.store, head === undefined ? [] : viewsOf(this.store, head))
      this.#tables.set(key, table)
    }
    return table
  }

  /** The ids that come in over an edge. */
  input(edge: EdgeRef): IdTable {
    return this.table(edge.node, edge.part)
  }

  /** The node that gave a row its id, looked for from a dataset that holds it. */
  birth(node: string, id: string): string {
    for (let at = node; ; ) {
      if (this.bears(at)) return at
      const edge = this.edges(at).find((one) => this.input(one).row(id) >= 0)
      if (edge === undefined) throw lost(at)
      at = edge.node
    }
  }
}

const lost = (node: string): SluiceError =>
  new SluiceError("SLUICE_DAMAGED", `the store no longer holds all results of ${node}`, {
    hint: "run the pipeline again: what is missing is computed anew"
  })
