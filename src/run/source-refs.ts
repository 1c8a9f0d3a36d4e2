// Where a source's rows stand in its files: kept beside its record, so that an edit moves places without changing rows.
import { SluiceError } from "../errors.ts"
import type { GraphNode } from "../graph/graph.ts"
import type { Store } from "../store/store.ts"
import { firstRows } from "../table/digest-map.ts"
import { bytesOf, int32Of, readPack, writePack } from "../table/pack.ts"
import { idsIn, rowsIn, type View } from "../table/view.ts"
import type { SourceRefs } from "./node-record.ts"
import type { RecordPartition, Records } from "./records.ts"
import { placeText } from "./source-place.ts"

const placesOf = (store: Store, records: Records, part: RecordPartition): string => {
  const start = new Float64Array(part.count)
  const end = new Float64Array(part.count)
  for (let record = 0; record < part.count; record++) {
    const { place } = records.place(part, record)
    start[record] = "line" in place ? place.line : place.start
    end[record] = "line" in place ? -1 : place.end
  }
  return store.put(writePack({ file: bytesOf(part.files), start: bytesOf(start), end: bytesOf(end) }))
}

/** The files and places of all records, by partition. */
export const sourceRefs = (store: Store, records: Records): Omit<SourceRefs, "partitions"> => ({
  files: records.files.map(({ path, digest }) => ({ path, digest })),
  places: records.partitions.map((part) => placesOf(store, records, part)),
  spans: records.partitions.map(({ files }) => [files[0]!, files.at(-1)!])
})

/** Throws where two rows of a source have one id: a declared key occurred twice. */
export const checkKeys = (store: Store, node: GraphNode, records: Records, views: ReadonlyArray<View>): void => {
  const { key } = node.options
  if (typeof key !== "string") return
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

const placeOfRow = (store: Store, records: Records, views: ReadonlyArray<View>, index: number, row: number): string => {
  const part = records.partitions[index]!
  const good = readPack(store.get(views[index]!.ids))["good"]
  const record = good === undefined ? row : int32Of(good)[row]!
  const { path, place } = records.place(part, record)
  return placeText(path, place)
}
