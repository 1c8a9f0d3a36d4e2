// Runs a gather: spreads groups over buckets, computes each bucket whose rows changed, and records which rows made which.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import { childLabel } from "../graph/key.ts"
import type { GatherDeclaration } from "../stage/declaration.ts"
import type { Store } from "../store/store.ts"
import { allRows } from "../table/bits.ts"
import { contentOf, keyOf } from "../table/digest.ts"
import { bytesOf, writePack } from "../table/pack.ts"
import { writeParquet } from "../table/parquet.ts"
import { groupRowId } from "../table/row-id.ts"
import { digestsOf, freshView, Partition } from "../table/view.ts"
import { GatherSample } from "./gather-probe.ts"
import { applyGroup, type Grouped, type GroupMade, groupKey, type Ungrouped, ungrouped } from "./group.ts"
import { GroupFailures } from "./group-failures.ts"
import { viewIntact } from "./reach.ts"
import { partialKey } from "./row-action.ts"
import { type RowError, rowError } from "./row-error.ts"
import { columnsOf, fieldsOf, Rows } from "./row-function.ts"
import type { GatherAction, GatherResult, GatherTask } from "./task.ts"

/** The rows of one bucket, and those whose group is not known because `key` threw. */
interface Bucket {
  readonly entries: Array<Grouped>
  readonly lost: Array<Ungrouped & { readonly error: RowError }>
}

export const gatherRows = async (store: Store, node: GraphNode, task: GatherTask): Promise<GatherResult> => {
  const made: Array<GatherResult["buckets"][number]> = []
  const sample = task.probes ? new GatherSample(node) : undefined
  const buckets = await fill(store, node, task)
  for (const bucket of buckets) made.push(await gatherBucket(store, node, task, bucket, sample))
  const probe = sample?.probe(
    task.views,
    buckets.flatMap((bucket) => bucket.entries)
  )
  return { buckets: made, probe }
}

const gatherBucket = async (
  store: Store,
  node: GraphNode,
  task: GatherTask,
  bucket: Bucket,
  sample: GatherSample | undefined
): Promise<GatherResult["buckets"][number]> => {
  const { entries, lost } = bucket
  const whole = keyOf([task.keys.whole, content(entries), content(entries, "id")])
  const known = lost.length === 0 ? store.action<GatherAction>(whole) : undefined
  if (known !== undefined && store.has(known.edges) && viewIntact(store, known.view))
    return { key: whole, action: known, computed: 0, hit: true }
  const partial = partialKey(lost.length === 0 ? whole : keyOf([whole, content(lost), content(lost, "id")]))
  const earlier = await earlierGroups(store, node, partial)
  const action = applyGroups(store, node, bucket, earlier, sample)
  const failed = action.failures !== undefined
  if (failed) store.putAction(partial, action)
  else {
    store.compare(whole, action, ({ view, edges }) => [view.content, edges])
    store.putAction(whole, action)
  }
  const computed = lost.length + entries.reduce((sum, { key }) => sum + (earlier.has(key) ? 0 : 1), 0)
  return { key: failed ? partial : whole, action, computed, hit: false }
}

const content = (entries: ReadonlyArray<Ungrouped>, what: "digest" | "id" = "digest") =>
  contentOf(Buffer.concat(entries.map((entry) => entry[what])))

/** Groups of a bucket that did not fail when it was last tried. */
const earlierGroups = async (store: Store, node: GraphNode, key: string): Promise<ReadonlyMap<string, GroupMade>> => {
  const groups = new Map<string, GroupMade>()
  const action = store.action<GatherAction>(key)
  if (action === undefined || !viewIntact(store, action.view)) return groups
  const { emits } = node.declaration as GatherDeclaration
  const columns = await new Partition(action.view, store).columns(Object.keys(emits))
  const rows = Array.from(new Rows(columns, allRows(action.view.rows), emits))
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
  for (const [index, view] of task.views.entries())
    for (const entry of await ungrouped(node, new Partition(view, store), index)) {
      let key: string
      try {
        key = groupKey(node, entry.row)
      } catch (cause) {
        buckets[0]!.lost.push({ ...entry, error: rowError(entry.place[1], cause) })
        continue
      }
      const bucket = Number.parseInt(keyOf(key).slice(0, 8), 16) % declaration.buckets
      buckets[bucket]!.entries.push({ ...entry, key })
    }
  return buckets
}

const applyGroups = (
  store: Store,
  node: GraphNode,
  { entries, lost }: Bucket,
  earlier: ReadonlyMap<string, GroupMade>,
  sample: GatherSample | undefined
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
      const known = earlier.get(key)
      made = known ?? applyGroup(node, group, key, fields)
      if (known === undefined) sample?.add(key, group, made)
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
