// Whether a select's resolve has a memory: in another thread it decides on a part of the rows, then on all of them again.
import type { GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { digestHex, digestText } from "../table/digest.ts"
import { digestsOf, idsIn, rowsIn } from "../table/view.ts"
import type { RowModels } from "./row-model.ts"
import { readAdded } from "./select-columns.ts"
import { decideAll, verdictsOf } from "./select-task.ts"
import type { PreparedTable, SelectAction } from "./task.ts"

/** What a select decided on, and the key of what it decided. */
export interface ResolveProbe {
  readonly tables: ReadonlyArray<PreparedTable>
  readonly made: readonly [key: string]
}

/** Ids of the rows that are given another verdict or other columns; what is made goes to `memory`, which forgets it. */
export const resolvedOtherwise = async (
  { store, memory }: { readonly store: Store; readonly memory: Store },
  node: GraphNode,
  tables: ResolveProbe["tables"],
  stored: SelectAction,
  models: RowModels
): Promise<ReadonlyArray<string>> => {
  const part = tables.map(({ input, partitions }) => ({ input, partitions: partitions.slice(0, 1) }))
  // What comes of a part is of no interest, nor is an error: only what they leave behind.
  await decideAll(store, node, part, models).catch(() => {})
  const again = (await decideAll(store, node, tables, models)).finish(memory)
  if (again.pack === stored.pack && again.block === stored.block) return []
  const [first, second] = [await rowTexts(store, node, stored), await rowTexts(memory, node, again)]
  const views = tables.find(({ input }) => input === "rows")!.partitions.map(({ view }) => view)
  const ids = idsIn(views, store)
  const rows = Array.from({ length: rowsIn(views) }, (_, row) => row)
  return rows.filter((row) => first(row) !== second(row)).map((row) => digestHex(ids, row))
}

/** What a select made of each row, as a text. */
const rowTexts = async (store: Store, node: GraphNode, action: SelectAction): Promise<(row: number) => string> => {
  const { codes, into, similarity } = verdictsOf(store, action)
  const added = action.block === undefined ? {} : digestsOf(await readAdded(store, node, action.block))
  const digests = Object.values(added)
  return (row) =>
    [codes[row], into[row], similarity[row], ...digests.map((column) => digestText(column, row))].join(" ")
}
