// From the rows of a dataset up to the rows they descend from, all rows of a dataset together and node by node.
import { digestHex } from "../table/digest.ts"
import { Partition } from "../table/view.ts"
import type { PastRun } from "./past-run.ts"
import { readVerdicts } from "./verdicts.ts"

/** At a node: the rows of a dataset that came by it, and the id that each, or what it was made of, had there. */
export interface Passage {
  readonly node: string
  readonly rows: ReadonlyArray<number>
  readonly ids: ReadonlyArray<string>
}

/** Every node that the rows of a dataset went through, last first. Of a row made from several, the first is followed. */
export const climb = function* (past: PastRun, node: string, part: string | undefined): Generator<Passage> {
  const ids: Array<string> = []
  for (const view of past.table(node, part).views) {
    const own = new Partition(view, past.store).ids()
    for (let row = 0; row < view.rows; row++) ids.push(digestHex(own, row))
  }
  yield* above(past, { node, rows: [...ids.keys()], ids })
}

const above = function* (past: PastRun, passage: Passage): Generator<Passage> {
  yield passage
  const { node, rows, ids } = passage
  const edges = past.edges(node)
  const main = past.main(node)
  if (main !== undefined && past.bears(node)) {
    const { parents } = readVerdicts(past, node)!
    const own = past.table(node)
    yield* above(past, { node: main.node, rows, ids: ids.map((id) => parents(own.row(id))[0] ?? "") })
  } else if (past.record(node).stage !== "union.rows") {
    if (main !== undefined) yield* above(past, { node: main.node, rows, ids })
  } else
    for (const edge of edges) {
      const input = past.input(edge)
      const inside = [...rows.keys()].filter((at) => input.row(ids[at]!) >= 0)
      const take = <A>(all: ReadonlyArray<A>) => inside.map((at) => all[at]!)
      if (inside.length > 0) yield* above(past, { node: edge.node, rows: take(rows), ids: take(ids) })
    }
}
