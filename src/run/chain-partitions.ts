// The partitions that a chain works on, and where their rows stand in files, for errors to tell.
import type { GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { digestHex } from "../table/digest.ts"
import { Partition, rowsIn, type View } from "../table/view.ts"
import type { Chain } from "./chain.ts"
import type { NodeRecord } from "./node-record.ts"
import type { ParseInput } from "./parse.ts"
import type { Records } from "./records.ts"
import { placeText, recordOf, rowText, sourcePlace } from "./source-place.ts"

export class ChainPartitions {
  readonly #chain: Chain
  readonly #store: Store
  readonly #nodes: ReadonlyMap<GraphNode, NodeRecord>
  readonly views: ReadonlyArray<View> | undefined
  readonly records: Records | undefined

  /** Partitions of a source before parsing, or views; `nodes` are the records of finished nodes. */
  constructor(
    chain: Chain,
    store: Store,
    nodes: ReadonlyMap<GraphNode, NodeRecord>,
    views: ReadonlyArray<View> | undefined,
    records: Records | undefined
  ) {
    this.#chain = chain
    this.#store = store
    this.#nodes = nodes
    this.views = views
    this.records = records
  }

  get count(): number {
    return this.records === undefined ? this.views!.length : this.records.partitions.length
  }

  /** Rows or records of all partitions. */
  get rows(): number {
    return this.records === undefined
      ? rowsIn(this.views!)
      : this.records.partitions.reduce((sum, part) => sum + part.count, 0)
  }

  /** A source's partition as it is parsed. */
  async parseInput(index: number): Promise<ParseInput> {
    const records = this.records!
    const part = records.partitions[index]!
    const { files, digests, occurrences } = part
    return { ...(await records.found(part)), paths: records.files.map(({ path }) => path), files, digests, occurrences }
  }

  /** A partition as errors tell of it: its number, its rows and where the first and the last stand. */
  text(index: number): string {
    const which = `partition ${index + 1} of ${this.count}`
    if (this.records !== undefined) {
      const part = this.records.partitions[index]!
      const [first, last] = [0, part.count - 1].map((record) => {
        const { path, place } = this.records!.place(part, record)
        return placeText(path, place)
      })
      return `${which}: ${part.count === 1 ? first : `${part.count} records, from ${first} to ${last}`}`
    }
    const view = this.views![index]!
    const ids = new Partition(view, this.#store).ids()
    const [first, last] = [0, view.rows - 1].map((row) => {
      const id = digestHex(ids, row)
      return rowText(id, this.place(index, undefined, id))
    })
    return `${which}: ${view.rows === 1 ? first : `${view.rows} rows, from ${first} to ${last}`}`
  }

  /** Where a row of a partition stands in a file; of a source's, by its parsed view. */
  place(index: number, parsed: View | undefined, id: string): string | undefined {
    if (this.records === undefined) return sourcePlace(this.#store, this.#nodes, this.#chain.input!.node, id)
    const record = parsed === undefined ? undefined : recordOf(this.#store, parsed, id)
    if (record === undefined) return undefined
    const { path, place } = this.records.place(this.records.partitions[index]!, record)
    return placeText(path, place)
  }
}
