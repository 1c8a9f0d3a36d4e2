// Runs a filter on one partition: measured scores with row-level reuse, then the decision from the scores alone.
import { SluiceError } from "../errors.ts"
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import type { FilterDeclaration } from "../stage/declaration.ts"
import { type Column, columnValues } from "../table/column.ts"
import { bytesOf, writePack } from "../table/pack.ts"
import {
  decideKey,
  failedCode,
  keepAction,
  partialKey,
  putRows,
  type RowAction,
  rowKey,
  storedKey
} from "./row-action.ts"
import { type RowError, rowError } from "./row-error.ts"
import { callRows, fieldsOf } from "./row-function.ts"
import { inputDigests, makeColumns, neededRows, outcomeOf, type RowTask } from "./row-local.ts"
import { Earlier } from "./row-reuse.ts"
import { storedColumns } from "./taken.ts"
import { codesText } from "./verdict-codes.ts"

/** The code of a verdict: 0 for keep, else 1 + the reason's place in the stage's list. */
export const reasonCode = (node: GraphNode, verdict: unknown): number => {
  if (verdict === "") return 0
  const index = node.declaration.reasons.indexOf(verdict as string)
  if (index < 0)
    throw new SluiceError(
      "SLUICE_UNKNOWN_REASON",
      `${node.name} decided ${JSON.stringify(verdict)}, which is none of its reasons`,
      {
        evidence: [`reasons: ${node.declaration.reasons.join(", ")}`],
        hint: "return keep, or a reason that the stage declares"
      }
    )
  return index + 1
}

/** A filter that measures: scores with reuse, then the decision over all of them from the scores alone. */
export const runMeasured = async (task: RowTask, declaration: FilterDeclaration) => {
  const { store, node, keys, partition } = task
  const fields = fieldsOf(declaration.measures!, node.name)
  const measureKey = rowKey(node, keys, partition.view)
  let measured = store.action<RowAction>(measureKey)
  let columns: { readonly [name: string]: Column }
  let computed = 0
  if (measured?.block !== undefined && store.has(measured.block) && store.has(measured.pack))
    columns = await storedColumns(store, measured, fields)
  else {
    const made = await makeColumns(task, declaration.measures!, declaration.measure, declaration.measureBatch)
    computed = made.computed
    measured = made.action
    columns = Object.keys(made.columns).length > 0 ? made.columns : await storedColumns(store, measured, fields)
    if (made.action.errors.length === 0) putRows(task, measureKey, made.action)
    else store.putAction(partialKey(measureKey), made.action)
  }
  const errors = [...measured.errors]
  const codes = decideScores(node, declaration, columns, measured, partition.rows, errors)
  const reuseKey = storedKey(measureKey, measured)
  return finishFilter(
    task,
    decideKey(keys, measureKey),
    reuseKey,
    codes,
    { ...measured, errors, measured: standing(measured) },
    computed
  )
}

const standing = ({ pack, block }: RowAction) => ({ pack, ...(block === undefined ? {} : { block }) })

/** The verdicts of a filter on the scores of a partition, as codes. A decision that throws is added to `errors`. */
export const decideScores = (
  node: GraphNode,
  declaration: FilterDeclaration,
  columns: { readonly [name: string]: Column },
  measured: RowAction,
  rows: number,
  errors: Array<RowError> = []
): Uint16Array => {
  const names = Object.keys(declaration.measures!)
  const values = names.map((name) => columnValues(columns[name]!))
  const failed = new Set(measured.errors.map((error) => error.row))
  const codes = new Uint16Array(rows)
  const score: Record<string, unknown> = {}
  const options = seenOptions(node)
  for (let row = 0; row < rows; row++) {
    if (failed.has(row)) {
      codes[row] = failedCode
      continue
    }
    for (let c = 0; c < names.length; c++) score[names[c]!] = values[c]![row]
    let verdict: unknown
    try {
      verdict = declaration.decide(score, options)
    } catch (cause) {
      errors.push(rowError(row, cause))
      codes[row] = failedCode
      continue
    }
    codes[row] = reasonCode(node, verdict)
  }
  return codes
}

/** A filter that decides on the row itself. */
export const runDecide = async (task: RowTask, declaration: FilterDeclaration) => {
  const { store, node, keys, partition, reuse } = task
  const input = inputDigests(task)
  const { places, todo } = reuse.match(input, partition.rows, task.likely)
  const called = callRows(declaration.decide, await neededRows(task, todo), seenOptions(node))
  const earlier = new Earlier(store)
  const codes = new Uint16Array(partition.rows)
  places.forEach((place, row) => {
    if (place !== undefined) codes[row] = earlier.code(place)
  })
  const failed = new Set(called.errors.map((error) => error.row))
  todo.forEach((row, i) => {
    codes[row] = failed.has(row) ? failedCode : reasonCode(node, called.results[i])
  })
  const base: RowAction = {
    counts: { in: 0, out: 0, dropped: 0, failed: 0 },
    reasons: {},
    pack: store.put(writePack({ input, codes: bytesOf(codes) })),
    content: {},
    errors: called.errors
  }
  const key = rowKey(node, keys, partition.view)
  return finishFilter(task, key, storedKey(key, base), codes, base, todo.length)
}

const finishFilter = (
  task: RowTask,
  key: string,
  reuseKey: string,
  codes: Uint16Array,
  base: RowAction,
  computed: number
) => {
  const { node, partition } = task
  const kept = new Uint8Array(codes.length)
  const reasons: Record<string, number> = {}
  let dropped = 0
  for (let row = 0; row < codes.length; row++) {
    if (codes[row] === 0) kept[row] = 1
    else if (codes[row] !== failedCode) {
      dropped++
      const reason = node.declaration.reasons[codes[row]! - 1]!
      reasons[reason] = (reasons[reason] ?? 0) + 1
    }
  }
  const next = partition.narrow(kept)
  const counts = { in: partition.rows, out: next.rows, dropped, failed: base.errors.length }
  const verdicts = base.measured === undefined ? {} : { codes: codesText(codes) }
  const action = keepAction(task, key, { ...base, counts, reasons, ...verdicts }, partition.view, next.view)
  return { outcome: outcomeOf(action, key, reuseKey, next, computed), next }
}
