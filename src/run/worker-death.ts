// A thread that died over a task, and again when the task was tried alone: told with the node, the rows and their place.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import { WorkerDied } from "./pool.ts"
import { rowText } from "./source-place.ts"

/** What went wrong with a task, told of the node; other errors stay as they are. `rows` says what the task was about. */
export const deathAt = (
  cause: unknown,
  nodeAt: (step: number) => GraphNode,
  rows?: () => string,
  place: (id: string) => string | undefined = () => undefined
): unknown => {
  if (!(cause instanceof WorkerDied)) return cause
  const { name } = nodeAt(cause.step ?? 0)
  const evidence = rows === undefined ? [] : [rows()]
  if (cause.row !== undefined) evidence.push(`it was at ${rowText(cause.row, place(cause.row))}`)
  return new SluiceError("SLUICE_WORKER", `${name}: its worker thread died twice: ${cause.what}`, {
    evidence,
    ...(cause.hint === undefined ? {} : { hint: cause.hint }),
    cause
  })
}
