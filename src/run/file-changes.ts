// What became of a source's input files since its last run: edited, added, removed, renamed, and how many of their rows.
import type { FileCause, RowChanges } from "../graph/plan.ts"
import { unlessDamaged } from "../store/damage.ts"
import type { Store } from "../store/store.ts"
import { compareSequences } from "../table/compare.ts"
import { digestBytes } from "../table/digest.ts"
import { int32Of, readPack } from "../table/pack.ts"
import { type NodeRecord, refsOf, type SourceRefs } from "./node-record.ts"
import type { RowAction } from "./row-action.ts"

/** sha256 by path. */
export type FileDigests = { readonly [path: string]: string }

/** Digests of the records of some files, in order; a file whose records are not known is left out. */
export type RecordDigests = (paths: ReadonlySet<string>) => ReadonlyMap<string, Uint8Array>

/** The changes from one state of a source's files to another. A file of the same bytes under another path is renamed. */
export const fileChanges = (
  before: FileDigests,
  after: FileDigests,
  oldRecords: RecordDigests,
  newRecords: RecordDigests
): ReadonlyArray<FileCause> => {
  const edited = Object.keys(after).filter((path) => path in before && before[path] !== after[path])
  const removed = new Map(Object.entries(before).filter(([path]) => !(path in after)))
  const added: Array<string> = []
  const renamed: Array<FileCause> = []
  for (const path of Object.keys(after)) {
    if (path in before) continue
    const from = [...removed].find(([, digest]) => digest === after[path])?.[0]
    if (from === undefined) added.push(path)
    else {
      removed.delete(from)
      renamed.push({ cause: "file", path, change: "renamed", from })
    }
  }
  const [old, now] = [oldRecords(new Set([...edited, ...removed.keys()])), newRecords(new Set([...edited, ...added]))]
  const cause = (change: FileCause["change"], path: string, rows: RowChanges | undefined): FileCause => ({
    cause: "file",
    path,
    change,
    ...(rows === undefined ? {} : { rows })
  })
  return [
    ...edited.map((path) => cause("edited", path, rowChanges(old.get(path), now.get(path)))),
    ...added.map((path) => cause("added", path, rowChanges(none, now.get(path)))),
    ...[...removed.keys()].map((path) => cause("removed", path, rowChanges(old.get(path), none))),
    ...renamed
  ]
}

const none = new Uint8Array(0)

const rowChanges = (old: Uint8Array | undefined, now: Uint8Array | undefined): RowChanges | undefined =>
  old === undefined || now === undefined ? undefined : compareSequences(old, now)

/** Digests of records collected by file: neighbours in a file are taken together. */
export class FileRecords {
  readonly #wanted: ReadonlyArray<string | undefined>
  readonly #parts: ReadonlyMap<string, Array<Uint8Array>>

  /** `paths` are the files by their index; those not in `wanted` are passed over. */
  constructor(paths: ReadonlyArray<string>, wanted: ReadonlySet<string>) {
    this.#wanted = paths.map((path) => (wanted.has(path) ? path : undefined))
    this.#parts = new Map(paths.filter((path) => wanted.has(path)).map((path) => [path, []]))
  }

  /** Adds the rows of a partition: 16 bytes and the file of each. */
  add(digests: Uint8Array, rows: number, fileOf: (row: number) => number) {
    for (let from = 0; from < rows; ) {
      const file = fileOf(from)
      let to = from + 1
      while (to < rows && fileOf(to) === file) to++
      const path = this.#wanted[file]
      if (path !== undefined) this.#parts.get(path)!.push(digests.subarray(from * digestBytes, to * digestBytes))
      from = to
    }
  }

  byPath(): ReadonlyMap<string, Uint8Array> {
    return new Map([...this.#parts].map(([path, parts]) => [path, Buffer.concat(parts)]))
  }
}

/** The records behind a finished source. Those of a file with a bad record are not all known. */
export const recordsOf =
  (store: Store, record: NodeRecord): RecordDigests =>
  (wanted) => {
    if (wanted.size === 0) return new Map()
    return unlessDamaged(() => readRecords(store, refsOf<SourceRefs>(store, record), wanted), new Map())
  }

const readRecords = (store: Store, refs: SourceRefs, wanted: ReadonlySet<string>): ReadonlyMap<string, Uint8Array> => {
  const paths = refs.files.map(({ path }) => path)
  const records = new FileRecords(paths, wanted)
  const bad = new Set<number>()
  for (const [index, { action: key }] of refs.partitions.entries()) {
    const [first, last] = refs.spans?.[index] ?? [0, paths.length - 1]
    if (!paths.slice(first, last + 1).some((path) => wanted.has(path))) continue
    const action = store.action<RowAction>(key)
    if (action === undefined) return new Map()
    const fileOf = int32Of(readPack(store.get(refs.places[index]!))["file"]!)
    const { input, good } = readPack(store.get(action.pack))
    for (const { row } of action.errors) bad.add(fileOf[row]!)
    const places = int32Of(good!)
    records.add(input!, places.length, (row) => fileOf[places[row]!]!)
  }
  const found = new Map(records.byPath())
  for (const file of bad) found.delete(paths[file]!)
  return found
}
