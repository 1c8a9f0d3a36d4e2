// Runs an expand on one partition: children with ids of their own, their parents remembered, other columns carried along.
import { columnName, seenOptions } from "../graph/graph.ts"
import { childLabel } from "../graph/key.ts"
import type { ExpandDeclaration } from "../stage/declaration.ts"
import { contentOf } from "../table/digest.ts"
import { bytesOf, writePack } from "../table/pack.ts"
import { writeParquet } from "../table/parquet.ts"
import { childRowId } from "../table/row-id.ts"
import { blockOf, failedCode, keepAction, type RowAction, rowKey, storedKey } from "./row-action.ts"
import { reasonCode } from "./row-filter.ts"
import { applyRows } from "./row-calls.ts"
import { columnsOf, fieldsOf, misfitOf } from "./row-function.ts"
import { inputDigests, neededRows, outcomeOf, type RowTask } from "./row-local.ts"
import { assemble, Earlier, type Origin } from "./row-reuse.ts"

/** Children of each row; a parent without children has a reason. */
export const runExpand = async (task: RowTask, declaration: ExpandDeclaration) => {
  const { store, node, keys, partition, reuse } = task
  const fields = fieldsOf(declaration.emits, node.name)
  const input = inputDigests(task)
  const { places, todo } = reuse.match(input, partition.rows, task.likely)
  const rows = await neededRows(task, todo)
  const misfit = (made: unknown) =>
    Array.isArray(made) ? made.map((child) => misfitOf(child, fields)).find((wrong) => wrong !== undefined) : undefined
  const called = await applyRows(task, rows, seenOptions(node), misfit)
  const earlier = new Earlier(store)
  const failed = new Set(called.errors.map((error) => error.row))
  const children: Array<unknown> = []
  const origins: Array<Origin> = []
  const parents: Array<number> = []
  const codes = new Uint16Array(partition.rows)
  const reasons: Record<string, number> = {}
  let at = 0
  for (let row = 0; row < partition.rows; row++) {
    const place = places[row]
    const made = place === undefined ? called.results[at++] : undefined
    if (failed.has(row)) codes[row] = failedCode
    else if (place !== undefined) {
      const [from, to] = earlier.children(place)
      for (let child = from; child < to; child++) {
        origins.push({ action: place.action, row: child })
        parents.push(row)
      }
      codes[row] = earlier.code(place)
    } else if (Array.isArray(made) && made.length > 0) {
      for (const child of made) {
        origins.push({ computed: children.length })
        children.push(child)
        parents.push(row)
      }
    } else codes[row] = reasonCode(node, Array.isArray(made) ? "no-children" : made)
    if (codes[row] !== 0 && codes[row] !== failedCode) {
      const reason = node.declaration.reasons[codes[row]! - 1]!
      reasons[reason] = (reasons[reason] ?? 0) + 1
    }
  }
  const computed = columnsOf(children, fields, node.name)
  const { columns, digests } = await assemble(store, fields, computed, children.length, origins)
  const parent = Int32Array.from(parents)
  const ids = childIds(partition.ids(), parent, childLabel(node))
  const pack = store.put(
    writePack({
      input,
      ids,
      parent: bytesOf(parent),
      codes: bytesOf(codes),
      ...Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [`digest:${name}`, bytes]))
    })
  )
  const block = store.put(writeParquet(columns, fields))
  const dropped = Object.values(reasons).reduce((sum, n) => sum + n, 0)
  const counts = { in: partition.rows, out: parents.length, dropped, failed: failed.size }
  const content = Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [name, contentOf(bytes)]))
  const made: RowAction = { counts, reasons, block, pack, content, errors: called.errors }
  const names = Object.fromEntries(
    Object.keys(fields).map((name) => [name, columnName(node.declaration, node.options, name)])
  )
  const next = partition.derive(blockOf(made, columns, fields, digests), ids, parent, names)
  const key = rowKey(node, keys, partition.view)
  const action = keepAction(task, key, made, partition.view, next.view)
  return { outcome: outcomeOf(action, key, storedKey(key, action), next, todo.length), next }
}

const childIds = (parentIds: Uint8Array, parent: Int32Array, label: string): Uint8Array => {
  const out = new Uint8Array(parent.length * 16)
  let ordinal = 0
  for (let child = 0; child < parent.length; child++) {
    ordinal = child > 0 && parent[child] === parent[child - 1] ? ordinal + 1 : 0
    const row = parent[child]!
    out.set(childRowId(parentIds.subarray(row * 16, row * 16 + 16), label, ordinal), child * 16)
  }
  return out
}
