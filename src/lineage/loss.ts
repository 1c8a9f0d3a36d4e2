// Why a row that one run has is not in a dataset of another: the node of the other run that left it or an ancestor out.
import { Origins } from "./origin.ts"
import type { PastRun } from "./past-run.ts"
import { fate } from "./trace.ts"

export interface Loss {
  /** "dropped", "merged", "skipped" or "part" at a node; "not-made" by it; "absent" where no source has it. */
  readonly verdict: string
  readonly node: string
  readonly reason?: string
  readonly part?: string
  /** The ancestor that it happened to, where it was not the row itself. */
  readonly ancestor?: string
}

const losing = new Set(["dropped", "merged", "failed"])

/** Finds out why rows of one run are missing from another. */
export class Losses {
  readonly #own: PastRun
  readonly #origins: Origins
  readonly #other: PastRun
  readonly #otherOrigins: Origins

  constructor(own: PastRun, other: PastRun) {
    this.#own = own
    this.#origins = new Origins(own)
    this.#other = other
    this.#otherOrigins = new Origins(other)
  }

  /** Why a row that a dataset of one run holds is not in the other run's. */
  of(node: string, id: string): Loss {
    const birth = this.#own.birth(node, id)
    return this.#find(birth, id) ?? { verdict: "absent", node: birth }
  }

  #find(birth: string, id: string): Loss | undefined {
    const steps = fate(this.#other, this.#otherOrigins, id, "row")
    const lost = steps.find(({ verdict }) => losing.has(verdict)) ?? steps.findLast(({ verdict }) => verdict === "part")
    if (lost !== undefined) {
      const { node, verdict, reason, part } = lost
      return { verdict, node, ...(reason === undefined ? {} : { reason }), ...(part === undefined ? {} : { part }) }
    }
    if (steps.length > 0) return undefined
    const parents = this.#origins.parents(birth, id)
    for (const parent of parents) {
      const loss = this.#find(parent.birth, parent.id)
      if (loss !== undefined) return { ancestor: parent.id, ...loss }
    }
    const known = parents.find(
      (parent) => this.#other.nodes.includes(parent.birth) && this.#has(parent.birth, parent.id)
    )
    if (known !== undefined) return { verdict: "not-made", node: birth, ancestor: known.id }
    return parents.length === 0 ? { verdict: "absent", node: birth } : undefined
  }

  #has(node: string, id: string): boolean {
    return this.#other.table(node).row(id) >= 0
  }
}

/** A loss in words. */
export const lossText = ({ verdict, node, reason, part, ancestor }: Loss): string => {
  const what = ancestor === undefined ? "" : "what it was made of was "
  switch (verdict) {
    case "absent":
      return `not in ${node}`
    case "not-made":
      return `not made by ${node}`
    case "part":
      return `in part ${part} of ${node}`
    default:
      return `${what}${verdict} by ${node}${reason === undefined ? "" : ` (${reason})`}`
  }
}
