// Runs a gather: spreads groups over buckets, computes each bucket whose rows changed, and records which rows made which.
import { SluiceError } from "../errors.ts"
import { type GraphNode, seenOptions } from "../graph/graph.ts"
import { childLabel } from "../graph/key.ts"
import type { GatherDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { allRows } from "../table/bits.ts"
import { combineDigests, contentOf, digestBytes, keyOf } from "../table/digest.ts"
import { bytesOf, writePack } from "../table/pack.ts"
import { writeParquet } from "../table/parquet.ts"
import { groupRowId } from "../table/row-id.ts"
import { digestsOf, freshView, Partition } from "../table/view.ts"
import { viewIntact } from "./row-action.ts"
import { columnsOf, fieldsOf, type Row, rowsAt } from "./row-function.ts"
import type { GatherAction, GatherResult, GatherTask } from "./task.ts"

interface Entry {
  readonly key: string
  readonly row: Row
  readonly id: Uint8Array
  readonly digest: Uint8Array
}

export const gatherRows = async (store: Store, node: GraphNode, task: GatherTask): Promise<GatherResult> => {
  const declaration = node.declaration as GatherDeclaration
  const buckets = await fill(store, node, declaration, task)
  return {
    buckets: buckets.map((entries) => {
      const key = keyOf([task.keys.whole, content(entries.map((e) => e.digest)), content(entries.map((e) => e.id))])
      const known = store.action<GatherAction>(key)
      if (known !== undefined && store.has(known.edges) && viewIntact(store, known.view))
        return { key, action: known, hit: true }
      const action = applyGroups(store, node, declaration, entries)
      store.putAction(key, action)
      return { key, action, hit: false }
    })
  }
}

const content = (digests: ReadonlyArray<Uint8Array>) => contentOf(Buffer.concat(digests))

const fill = async (
  store: Store,
  node: GraphNode,
  declaration: GatherDeclaration,
  task: GatherTask
): Promise<ReadonlyArray<ReadonlyArray<Entry>>> => {
  const buckets: Array<Array<Entry>> = Array.from({ length: declaration.buckets }, () => [])
  const options = seenOptions(node)
  for (const view of task.views) {
    const partition = new Partition(view, store)
    const read = await partition.columns([...new Set(Object.values(node.reads))])
    const needs = Object.fromEntries(Object.entries(node.reads).map(([need, column]) => [need, read[column]!]))
    const rows = rowsAt(needs, allRows(partition.rows))
    const digests = combineDigests(
      Object.values(node.reads).map((column) => partition.digests(column)),
      partition.rows
    )
    const ids = partition.ids()
    rows.forEach((row, i) => {
      const key = String(declaration.key(row, options))
      const bucket = Number.parseInt(keyOf(key).slice(0, 8), 16) % declaration.buckets
      const at = i * digestBytes
      buckets[bucket]!.push({
        key,
        row,
        id: ids.slice(at, at + digestBytes),
        digest: digests.slice(at, at + digestBytes)
      })
    })
  }
  return buckets
}

const applyGroups = (
  store: Store,
  node: GraphNode,
  declaration: GatherDeclaration,
  entries: ReadonlyArray<Entry>
): GatherAction => {
  const fields = fieldsOf(declaration.emits, node.name)
  const label = childLabel(node)
  const out: Array<unknown> = []
  const ids: Array<Uint8Array> = []
  const edges: Array<number> = [0]
  const parents: Array<Uint8Array> = []
  const dropped: Array<Uint8Array> = []
  const reasons: Record<string, number> = {}
  const groups = [...Map.groupBy(entries, (entry) => entry.key)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, group] of groups) {
    const made = declaration.apply(
      group.map((entry) => entry.row),
      seenOptions(node),
      key
    ) as ReadonlyArray<unknown> | string
    if (typeof made === "string" || made.length === 0) {
      const reason = typeof made === "string" ? made : "no-rows"
      if (!declaration.reasons.includes(reason))
        throw new SluiceError(
          "SLUICE_CONSERVATION",
          `${node.name}: group "${key}" made no row and gave no reason it declares`,
          {
            hint: "return rows, or a reason that the stage declares"
          }
        )
      reasons[reason] = (reasons[reason] ?? 0) + group.length
      dropped.push(...group.map((entry) => entry.id))
      continue
    }
    made.forEach((row, ordinal) => {
      out.push(row)
      ids.push(groupRowId(label, key, ordinal))
      parents.push(...group.map((entry) => entry.id))
      edges.push(parents.length)
    })
  }
  const columns = columnsOf(out, fields, node.name)
  const digests = digestsOf(columns)
  const idBytes = new Uint8Array(Buffer.concat(ids))
  const pack = store.put(
    writePack({
      ids: idBytes,
      ...Object.fromEntries(Object.entries(digests).map(([name, bytes]) => [`digest:${name}`, bytes]))
    })
  )
  const block = store.put(writeParquet(columns, fields))
  const edgesPack = store.put(
    writePack({
      edges: bytesOf(Int32Array.from(edges)),
      parents: new Uint8Array(Buffer.concat(parents)),
      dropped: new Uint8Array(Buffer.concat(dropped))
    })
  )
  return {
    view: freshView({ block, pack, columns, fields, digests }, idBytes),
    rows: { in: entries.length, out: out.length, dropped: dropped.length },
    reasons,
    edges: edgesPack
  }
}
