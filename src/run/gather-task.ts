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
import { GroupFailures } from "./group-failures.ts"
import { viewIntact } from "./reach.ts"
import { partialKey } from "./row-action.ts"
import { type RowError, rowError } from "./row-error.ts"
import { columnsOf, fieldsOf, misfitOf, type Row, rowsAt } from "./row-function.ts"
import type { GatherAction, GatherResult, GatherTask } from "./task.ts"

interface Entry {
  readonly key: string
  readonly row: Row
  readonly id: Uint8Array
  readonly digest: Uint8Array
}

/** The rows of one bucket, and those whose group is not known because `key` threw. */
interface Bucket {
  readonly entries: Array<Entry>
  readonly lost: Array<Omit<Entry, "key"> & { readonly error: RowError }>
}

/** What came of a group: rows, or the reason why there are none. */
type GroupMade = ReadonlyArray<unknown> | string

export const gatherRows = async (store: Store, node: GraphNode, task: GatherTask): Promise<GatherResult> => {
  const buckets: Array<GatherResult["buckets"][number]> = []
  for (const bucket of await fill(store, node, task)) buckets.push(await gatherBucket(store, node, task, bucket))
  return { buckets }
}

const gatherBucket = async (
  store: Store,
  node: GraphNode,
  task: GatherTask,
  bucket: Bucket
): Promise<GatherResult["buckets"][number]> => {
  const { entries, lost } = bucket
  const whole = keyOf([task.keys.whole, content(entries), content(entries, "id")])
  const known = lost.length === 0 ? store.action<GatherAction>(whole) : undefined
  if (known !== undefined && store.has(known.edges) && viewIntact(store, known.view))
    return { key: whole, action: known, computed: 0, hit: true }
  const partial = partialKey(lost.length === 0 ? whole : keyOf([whole, content(lost), content(lost, "id")]))
  const earlier = await earlierGroups(store, node, partial)
  const action = applyGroups(store, node, bucket, earlier)
  const failed = action.failures !== undefined
  if (failed) store.putAction(partial, action)
  else {
    store.compare(whole, action, ({ view, edges }) => [view.content, edges])
    store.putAction(whole, action)
  }
  const computed = lost.length + entries.reduce((sum, { key }) => sum + (earlier.has(key) ? 0 : 1), 0)
  return { key: failed ? partial : whole, action, computed, hit: false }
}

const content = (entries: ReadonlyArray<Pick<Entry, "digest" | "id">>, what: "digest" | "id" = "digest") =>
  contentOf(Buffer.concat(entries.map((entry) => entry[what])))

/** Groups of a bucket that did not fail when it was last tried. */
const earlierGroups = async (store: Store, node: GraphNode, key: string): Promise<ReadonlyMap<string, GroupMade>> => {
  const groups = new Map<string, GroupMade>()
  const action = store.action<GatherAction>(key)
  if (action === undefined || !viewIntact(store, action.view)) return groups
  const { emits } = node.declaration as GatherDeclaration
  const columns = await new Partition(action.view, store).columns(Object.keys(emits))
  const rows = rowsAt(columns, allRows(action.view.rows), emits)
  let from = 0
  for (const [group, made] of action.failures!.groups) {
    groups.set(group, typeof made === "string" ? made : rows.slice(from, from + made))
    if (typeof made === "number") from += made
  }
  return groups
}

const fill = async (store: Store, node: GraphNode, task: GatherTask): Promise<ReadonlyArray<Bucket>> => {
  const declaration = node.declaration as GatherDeclaration
  const buckets = Array.from({ length: declaration.buckets }, (): Bucket => ({ entries: [], lost: [] }))
  const options = seenOptions(node)
  for (const view of task.views) {
    const partition = new Partition(view, store)
    const read = await partition.columns([...new Set(Object.values(node.reads))])
    const needs = Object.fromEntries(Object.entries(node.reads).map(([need, column]) => [need, read[column]!]))
    const rows = rowsAt(needs, allRows(partition.rows), declaration.needs)
    const digests = combineDigests(
      Object.values(node.reads).map((column) => partition.digests(column)),
      partition.rows
    )
    const ids = partition.ids()
    rows.forEach((row, i) => {
      const at = i * digestBytes
      const id = ids.slice(at, at + digestBytes)
      const digest = digests.slice(at, at + digestBytes)
      let key: string
      try {
        key = String(declaration.key(row, options))
      } catch (cause) {
        buckets[0]!.lost.push({ row, id, digest, error: rowError(i, cause) })
        return
      }
      const bucket = Number.parseInt(keyOf(key).slice(0, 8), 16) % declaration.buckets
      buckets[bucket]!.entries.push({ key, row, id, digest })
    })
  }
  return buckets
}

/** Calls `apply` on a group; throws where what it gives is neither rows of the declared columns nor a declared reason. */
const applyGroup = (node: GraphNode, group: ReadonlyArray<Entry>, key: string, fields: Columns): GroupMade => {
  const { apply, reasons } = node.declaration as GatherDeclaration
  const rows = group.map((entry) => entry.row)
  const made = apply(rows, seenOptions(node), key) as GroupMade
  if (typeof made === "string" || made.length === 0) {
    const reason = typeof made === "string" ? made : "no-rows"
    if (reasons.includes(reason)) return reason
    throw new SluiceError(
      "SLUICE_CONSERVATION",
      `${node.name}: group "${key}" made no row and gave no reason it declares`,
      { hint: "return rows, or a reason that the stage declares" }
    )
  }
  for (const row of made) {
    const wrong = misfitOf(row, fields)
    if (wrong !== undefined) throw new TypeError(wrong)
  }
  return made
}

type Columns = ReturnType<typeof fieldsOf>

const applyGroups = (
  store: Store,
  node: GraphNode,
  { entries, lost }: Bucket,
  earlier: ReadonlyMap<string, GroupMade>
): GatherAction => {
  const fields = fieldsOf((node.declaration as GatherDeclaration).emits, node.name)
  const label = childLabel(node)
  const out: Array<unknown> = []
  const ids: Array<Uint8Array> = []
  const edges: Array<number> = [0]
  const parents: Array<Uint8Array> = []
  const dropped: Array<Uint8Array> = []
  const reasons: Record<string, number> = {}
  const failures = new GroupFailures()
  for (const { id, error } of lost) failures.add([id], error)
  const groups = [...Map.groupBy(entries, (entry) => entry.key)].sort(([a], [b]) => (a < b ? -1 : 1))
  for (const [key, group] of groups) {
    let made: GroupMade
    try {
      made = earlier.get(key) ?? applyGroup(node, group, key, fields)
    } catch (cause) {
      if (cause instanceof SluiceError && cause.code === "SLUICE_CONSERVATION") throw cause
      failures.add(
        group.map((entry) => entry.id),
        rowError(0, cause)
      )
      continue
    }
    failures.groups.push([key, typeof made === "string" ? made : made.length])
    if (typeof made === "string") {
      reasons[made] = (reasons[made] ?? 0) + group.length
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
      dropped: new Uint8Array(Buffer.concat(dropped)),
      ...failures.sections()
    })
  )
  return {
    view: freshView({ block, pack, columns, fields, digests }, idBytes),
    rows: {
      in: entries.length + lost.length,
      out: out.length,
      dropped: dropped.length,
      ...(failures.rows > 0 ? { failed: failures.rows } : {})
    },
    reasons,
    edges: edgesPack,
    ...(failures.rows === 0 ? {} : { failures: failures.told() })
  }
}
