// The verdicts of one resolve, as its stage gives them: checked one by one and as a whole, then stored.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { SelectDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import type { Column } from "../table/column.ts"
import { bytesOf, writePack } from "../table/pack.ts"
import { failedCode } from "./row-action.ts"
import { putAdded } from "./select-columns.ts"
import type { SelectAction } from "./task.ts"

/**
 * Collects verdicts and checks them: each row one verdict, merges into rows that are kept. The stage numbers the rows that
 * it was shown; the sheet has all rows, those that failed to be prepared with a code of their own.
 */
export class VerdictSheet {
  readonly #node: GraphNode
  readonly #declaration: SelectDeclaration
  readonly #codes: Uint16Array
  readonly #into: Int32Array
  readonly #similarity: Float32Array
  readonly #assigned: Uint8Array
  readonly #good: Int32Array | undefined
  readonly #warnings: Array<string> = []
  /** The columns that resolve gave to all rows. */
  columns: { readonly [name: string]: Column } | undefined

  constructor(node: GraphNode, declaration: SelectDeclaration, rows: number, good?: Int32Array) {
    this.#node = node
    this.#declaration = declaration
    this.#codes = new Uint16Array(rows)
    this.#into = new Int32Array(rows).fill(-1)
    this.#similarity = new Float32Array(rows)
    this.#assigned = new Uint8Array(rows)
    this.#good = good
    if (good === undefined) return
    this.#codes.fill(failedCode)
    this.#assigned.fill(1)
    for (const row of good) this.#codes[row] = this.#assigned[row] = 0
  }

  /** The row of the sheet behind one that the stage was shown. */
  #at(row: number): number {
    const at = this.#good === undefined ? row : this.#good[row]
    if (at === undefined || !(at >= 0 && at < this.#codes.length)) throw this.#wrong(`row ${row} does not exist`)
    return at
  }

  drop(row: number, reason: string) {
    this.#set(row, this.#reason(reason))
  }

  merge(row: number, into: number, similarity: number, reason: string) {
    const at = this.#set(row, this.#reason(reason))
    this.#into[at] = this.#at(into)
    this.#similarity[at] = similarity
  }

  warn(text: string) {
    this.#warnings.push(text)
  }

  assign(row: number, part: string) {
    const index = this.#declaration.parts.indexOf(part)
    if (index < 0) throw this.#wrong(`row ${row} was assigned to "${part}", which is none of its parts`)
    this.#set(row, index)
  }

  #set(row: number, code: number): number {
    const at = this.#at(row)
    if (this.#assigned[at] === 1) throw this.#wrong(`row ${row} was given two verdicts`)
    this.#assigned[at] = 1
    this.#codes[at] = code
    return at
  }

  #reason(reason: string): number {
    const index = this.#declaration.reasons.indexOf(reason)
    if (index < 0) throw this.#wrong(`"${reason}" is none of its reasons`)
    return index + 1
  }

  #wrong(what: string): SluiceError {
    return new SluiceError("SLUICE_CONSERVATION", `${this.#node.name}: ${what}`, { hint: "mend the stage's resolve" })
  }

  /** A row's verdict: its part's place, or 0 keep and 1 + the reason's place, or that it failed; and the row it merged into. */
  code(row: number): number {
    return this.#codes[row]!
  }

  into(row: number): number | undefined {
    return this.#into[row]! < 0 ? undefined : this.#into[row]
  }

  /** Throws where a row has no part, or was merged into one that is not kept. */
  check() {
    if (this.#declaration.parts.length > 0 && this.#assigned.includes(0))
      throw this.#wrong(`row ${this.#assigned.indexOf(0)} was assigned to no part`)
    for (let row = 0; row < this.#codes.length; row++)
      if (this.#into[row]! >= 0 && this.#codes[this.#into[row]!] !== 0)
        throw this.#wrong(`row ${row} was merged into a row that is not kept`)
  }

  finish(store: Store): SelectAction {
    const { parts, reasons } = this.#declaration
    const rows = this.#codes.length
    const counts: Record<string, number> = {}
    const inPart: Record<string, number> = Object.fromEntries(parts.map((part) => [part, 0]))
    let merged = 0
    let dropped = 0
    for (let row = 0; row < rows; row++) {
      const code = this.#codes[row]!
      if (code === failedCode) continue
      if (parts.length > 0) inPart[parts[code]!]!++
      else if (code > 0) {
        counts[reasons[code - 1]!] = (counts[reasons[code - 1]!] ?? 0) + 1
        if (this.#into[row]! >= 0) merged++
        else dropped++
      }
    }
    const pack = store.put(
      writePack({ codes: bytesOf(this.#codes), into: bytesOf(this.#into), similarity: bytesOf(this.#similarity) })
    )
    const block = this.columns === undefined ? {} : { block: putAdded(store, this.#node, this.columns) }
    const warnings = this.#warnings.length === 0 ? {} : { warnings: this.#warnings }
    return { rows, pack, reasons: counts, merged, dropped, parts: inPart, ...block, ...warnings }
  }
}
