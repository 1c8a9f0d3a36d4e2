// One entry to the row-local kinds: a node on a partition, whichever kind it is.
import type { Partition } from "../table/view.ts"
import type { Outcome } from "./row-action.ts"
import { runExpand } from "./row-expand.ts"
import { runDecide, runMeasured } from "./row-filter.ts"
import { runColumns, type RowTask } from "./row-local.ts"

/** Runs a map, filter, expand, or the prepare of a select on a partition. */
export const runRowNode = async (task: RowTask): Promise<{ readonly outcome: Outcome; readonly next: Partition }> => {
  const { declaration } = task.node
  switch (declaration.kind) {
    case "map":
      return runColumns(task, declaration.adds, declaration.apply, declaration.applyBatch, true)
    case "select":
      return runColumns(task, declaration.prepares, declaration.prepare, declaration.prepareBatch, false)
    case "filter":
      return declaration.measures === undefined ? runDecide(task, declaration) : runMeasured(task, declaration)
    case "expand":
      return runExpand(task, declaration)
    default:
      throw new Error(`${declaration.kind} is not row-local`)
  }
}
