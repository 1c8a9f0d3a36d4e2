// Where a source's rows stand in its files: kept beside its record, so that an edit moves places without changing rows.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import { unlessDamaged } from "../store/damage.ts"
import type { Store } from "../store/store.ts"
import { DigestMap, firstRows } from "../table/digest-map.ts"
import { bytesOf, int32Of, readPack, writePack } from "../table/pack.ts"
import { idsIn, rowsIn, type View } from "../table/view.ts"
import type { LastRun } from "./last-run.ts"
import { type NodeRecord, type RowRefs, type SourceRefs, viewsOf } from "./node-record.ts"
import type { RecordPartition, Records } from "./records.ts"
import { placeText } from "./source-place.ts"

const placesOf = (store: Store, records: Records, part: RecordPartition): string => {
  const { start, end } = records.places(part)
  return store.put(writePack({ file: bytesOf(part.files), start: bytesOf(start), end: bytesOf(end) }))
}

/** The files and places of all records, by partition. */
export const sourceRefs = (store: Store, records: Records): Omit<SourceRefs, keyof RowRefs> => ({
  files: records.files.map(({ path, digest }) => ({ path, digest })),
  places: records.partitions.map((part) => placesOf(store, records, part)),
  spans: records.partitions.map(({ files }) => [files[0]!, files.at(-1)!])
})

/** Throws where two rows of a source have one id: a declared key occurred twice. */
export const checkKeys = (
  store: Store,
  node: GraphNode,
  records: Records,
  views: ReadonlyArray<View>,
  lastRun: LastRun
): void => {
  const { key } = node.options
  if (typeof key !== "string") return
  const before = lastRun.record(node.name)
  const isKeyOfBefore = before?.kind === "source" && before.ingredients.options["key"] === key
  if (isKeyOfBefore && unlessDamaged(() => areOfBefore(store, views, before), false)) return
  const first = firstRows(idsIn(views, store))
  const second = first.findIndex((before, row) => before !== row)
  if (second === -1) return
  const ends = views.map((_, index) => rowsIn(views.slice(0, index + 1)))
  const [one, other] = [first[second]!, second].map((row) => {
    const index = ends.findIndex((end) => row < end)
    return placeOfRow(store, records, views, index, row - (ends[index - 1] ?? 0))
  })
  throw new SluiceError("SLUICE_DUPLICATE_KEY", `${node.name}: two rows have the same key "${key}"`, {
    evidence: [one!, other!],
    hint: "make the key unique, or leave the option key out: rows are then told apart by path and content"
  })
}

/** Whether partitions that are new hold ids of partitions that are gone, each once: then all are as different as they were. */
const areOfBefore = (store: Store, views: ReadonlyArray<View>, record: NodeRecord): boolean => {
  const old = viewsOf(store, record.datasets[""]!)
  const [here, there] = [views, old].map((some) => new Set(some.map(({ ids }) => ids)))
  if (here!.size < views.length) return false
  const added = views.filter(({ ids }) => !there!.has(ids))
  const gone = old.filter(({ ids }) => !here!.has(ids))
  const before = new DigestMap()
  before.put(idsIn(gone, store))
  const ids = idsIn(added, store)
  return before.find(ids).every((entry) => entry !== -1) && firstRows(ids).every((first, row) => first === row)
}

const placeOfRow = (store: Store, records: Records, views: ReadonlyArray<View>, index: number, row: number): string => {
  const part = records.partitions[index]!
  const good = readPack(store.get(views[index]!.ids))["good"]
  const record = good === undefined ? row : int32Of(good)[row]!
  const { path, place } = records.place(part, record)
  return placeText(path, place)
}
