// Compares two versions of a sequence of rows by their digests: how many rows came, went and changed, and which.
import { digestBytes, digestHex, digestText } from "./digest.ts"
import { Partition, type Reader, rowsIn, type View } from "./view.ts"

/** How often each digest occurs in both sequences. */
const sharedCounts = (before: Uint8Array, after: Uint8Array): Map<string, number> => {
  const counts = new Map<string, number>()
  for (let row = 0; row < before.length / digestBytes; row++) {
    const text = digestText(before, row)
    counts.set(text, (counts.get(text) ?? 0) + 1)
  }
  const shared = new Map<string, number>()
  for (let row = 0; row < after.length / digestBytes; row++) {
    const text = digestText(after, row)
    const had = counts.get(text) ?? 0
    const found = shared.get(text) ?? 0
    if (found < had) shared.set(text, found + 1)
  }
  return shared
}

/** Whether each row is one of the shared ones; of equal rows the first are. */
const isShared = (digests: Uint8Array, shared: ReadonlyMap<string, number>): Uint8Array => {
  const left = new Map(shared)
  const flags = new Uint8Array(digests.length / digestBytes)
  for (let row = 0; row < flags.length; row++) {
    const text = digestText(digests, row)
    const n = left.get(text) ?? 0
    if (n === 0) continue
    left.set(text, n - 1)
    flags[row] = 1
  }
  return flags
}

/**
 * The changes from one sequence of 16-byte digests to another, where rows have no ids. A row that came where one went,
 * between the same neighbours, counts as changed; rows that only moved count as nothing.
 */
export const compareSequences = (
  whole: Uint8Array,
  wholeAfter: Uint8Array
): { readonly inserted: number; readonly changed: number; readonly deleted: number } => {
  const [before, after] = unlikeMiddles(whole, wholeAfter)
  const shared = sharedCounts(before, after)
  const [old, now] = [isShared(before, shared), isShared(after, shared)]
  let [inserted, changed, deleted] = [0, 0, 0]
  for (let i = 0, j = 0; i < old.length || j < now.length; i++, j++) {
    const [from, to] = [i, j]
    while (i < old.length && old[i] === 0) i++
    while (j < now.length && now[j] === 0) j++
    const [gone, came] = [i - from, j - to]
    const both = Math.min(gone, came)
    changed += both
    deleted += gone - both
    inserted += came - both
  }
  return { inserted, changed, deleted }
}

/** What is left of two sequences without the rows at their beginnings and ends that are the same. */
const unlikeMiddles = (before: Uint8Array, after: Uint8Array): readonly [Uint8Array, Uint8Array] => {
  const [rows, rowsAfter] = [before.length / digestBytes, after.length / digestBytes]
  const most = Math.min(rows, rowsAfter)
  let head = 0
  while (head < most && sameDigest(before, head, after, head)) head++
  let tail = 0
  while (tail < most - head && sameDigest(before, rows - 1 - tail, after, rowsAfter - 1 - tail)) tail++
  const middle = (digests: Uint8Array, n: number) => digests.subarray(head * digestBytes, (n - tail) * digestBytes)
  return [middle(before, rows), middle(after, rowsAfter)]
}

/** Which rows of a dataset came, went and changed, by id as hex; a changed row with the columns that differ. */
export interface DatasetChanges {
  readonly inserted: ReadonlyArray<string>
  readonly deleted: ReadonlyArray<string>
  readonly changed: ReadonlyArray<{ readonly id: string; readonly columns: ReadonlyArray<string> }>
}

interface Digests {
  readonly rows: number
  readonly ids: Uint8Array
  readonly columns: ReadonlyArray<Uint8Array>
}

const digestsOf = (reader: Reader, views: ReadonlyArray<View>, names: ReadonlyArray<string>): Digests => {
  const rows = rowsIn(views)
  const ids = new Uint8Array(rows * digestBytes)
  const columns = names.map(() => new Uint8Array(rows * digestBytes))
  let at = 0
  for (const view of views) {
    const partition = new Partition(view, reader)
    ids.set(partition.ids(), at)
    for (const [index, name] of names.entries()) columns[index]!.set(partition.digests(name), at)
    at += view.rows * digestBytes
  }
  return { rows, ids, columns }
}

/** The changes from one version of a dataset to another in `columns`, which both have. */
export const compareDatasets = (
  reader: Reader,
  before: ReadonlyArray<View>,
  after: ReadonlyArray<View>,
  columns: ReadonlyArray<string>
): DatasetChanges => {
  const [old, now] = [digestsOf(reader, before, columns), digestsOf(reader, after, columns)]
  const places = new Map<string, number>()
  for (let row = 0; row < old.rows; row++) places.set(digestText(old.ids, row), row)
  const inserted: Array<string> = []
  const changed: Array<{ readonly id: string; readonly columns: ReadonlyArray<string> }> = []
  const kept = new Uint8Array(old.rows)
  for (let row = 0; row < now.rows; row++) {
    const place = places.get(digestText(now.ids, row))
    if (place === undefined) {
      inserted.push(digestHex(now.ids, row))
      continue
    }
    kept[place] = 1
    const differ = columns.filter((_, c) => !sameDigest(old.columns[c]!, place, now.columns[c]!, row))
    if (differ.length > 0) changed.push({ id: digestHex(now.ids, row), columns: differ })
  }
  const deleted: Array<string> = []
  for (let row = 0; row < old.rows; row++) if (kept[row] === 0) deleted.push(digestHex(old.ids, row))
  return { inserted, deleted, changed }
}

const sameDigest = (a: Uint8Array, i: number, b: Uint8Array, j: number): boolean => {
  for (let byte = 0; byte < digestBytes; byte++)
    if (a[i * digestBytes + byte] !== b[j * digestBytes + byte]) return false
  return true
}
