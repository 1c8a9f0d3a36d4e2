// The rows of a node that failed: counted, the first ones remembered to be told, and the run's policy applied to them.
import { SluiceError } from "../errors.ts"
import { count } from "../graph/number-text.ts"
import type { GraphNode } from "../graph/graph.ts"
import { digestHex } from "../table/digest.ts"
import { type RowError, rowErrorText } from "./row-error.ts"
import { rowText } from "./source-place.ts"

/** Rows that an error tells of. */
const told = 3

export class FailedRows {
  readonly #node: GraphNode
  readonly #beside: string | undefined
  readonly #first: Array<string> = []
  #rows = 0
  #failed = 0

  /** `beside` is the input that the rows belong to, where that is not the node's main one. */
  constructor(node: GraphNode, beside?: string) {
    this.#node = node
    this.#beside = beside
  }

  /**
   * Counts rows that came in and those of them that failed. `ids` are the 16-byte ids of the rows that came in; `place`
   * says where in a file a row stands, where that is known.
   */
  add(
    rows: number,
    errors: ReadonlyArray<RowError>,
    ids: () => Uint8Array,
    place: (id: string) => string | undefined = () => undefined
  ) {
    this.#rows += rows
    this.#failed += errors.length
    if (errors.length === 0 || this.#first.length >= told) return
    const all = ids()
    for (const error of errors.slice(0, told - this.#first.length)) {
      const id = digestHex(all, error.row)
      this.#first.push(`${rowText(id, place(id))}: ${rowErrorText(error)}`)
    }
  }

  /** The first failure, to be told while the rest goes on. */
  get first(): string | undefined {
    return this.#first[0]
  }

  /**
   * The error that ends the run where more than a share of the rows failed. Rows that others are compared with may not be
   * missing without a word: of them none may fail.
   */
  over(share: number): SluiceError | undefined {
    const most = this.#beside === undefined ? share : 0
    if (this.#failed <= most * this.#rows) return undefined
    const percent = Number(((100 * this.#failed) / this.#rows).toPrecision(2))
    const of = this.#beside === undefined ? "" : ` of its input "${this.#beside}"`
    const limit = most === 0 ? "" : `: ${percent} %, more than --max-failed ${most} lets pass`
    const more = this.#failed - this.#first.length
    return new SluiceError(
      "SLUICE_FAILED_ROWS",
      `${this.#node.name}: ${count(this.#failed)} of ${count(this.#rows)} rows${of} failed${limit}`,
      {
        evidence: [...this.#first, ...(more > 0 ? [`… ${count(more)} more`] : [])],
        hint:
          "mend the stage or the rows and run again: only failed rows are computed again" +
          (share > 0 ? "" : "; --max-failed 0.01 goes on without up to 1 % of the rows")
      }
    )
  }
}
