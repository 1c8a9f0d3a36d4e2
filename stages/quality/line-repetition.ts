// How much of a text is lines and paragraphs that occurred before in it (datatrove's definition, see curation rules).
import { countHash, emptyTable, type HashTable, spaceAt } from "#sluice/text"

/**
 * Writes the shares of duplicate paragraphs, of their characters, of duplicate lines and of theirs to `out[0 .. 3]` and
 * returns the text's code points. Paragraphs are set apart by two or more line feeds in the trimmed text, lines by one or
 * more; every occurrence after the first is a duplicate. A text that starts or ends with a line feed has an empty line
 * there, as a split by pattern gives it.
 */
export const lineRepetition = (
  bytes: Uint8Array,
  from: number,
  to: number,
  table: HashTable,
  out: Float64Array
): number => {
  const points = pointsIn(bytes, from, to)
  const begin = trimmedStart(bytes, from, to)
  const end = trimmedEnd(bytes, begin, to)
  split(bytes, begin, end, 2, table, out, 0)
  split(bytes, from, to, 1, table, out, 2)
  out[1] = points === 0 ? 0 : out[1]! / points
  out[3] = points === 0 ? 0 : out[3]! / points
  return points
}

const pointsIn = (bytes: Uint8Array, from: number, to: number): number => {
  let points = 0
  for (let at = from; at < to; at++) if ((bytes[at]! & 0xc0) !== 0x80) points++
  return points
}

/** Line feeds in `bytes[from .. to]`. */
export const feedsIn = (bytes: Uint8Array, from: number, to: number): number => {
  let feeds = 0
  for (let at = from; at < to; at++) if (bytes[at] === 10) feeds++
  return feeds
}

/** Counts pieces between runs of at least `feeds` line feeds: the share of duplicates, and code points in them. */
const split = (
  bytes: Uint8Array,
  from: number,
  to: number,
  feeds: number,
  table: HashTable,
  out: Float64Array,
  into: number
): void => {
  emptyTable(table, feedsIn(bytes, from, to) + 2)
  let pieces = 0
  let duplicates = 0
  let duplicatePoints = 0
  let high = 0x811c9dc5
  let low = 0
  let points = 0
  for (let at = from; at <= to; ) {
    let run = 0
    while (at + run < to && bytes[at + run] === 10) run++
    if (at === to || run >= feeds) {
      pieces++
      if (countHash(table, high, low) > 1) {
        duplicates++
        duplicatePoints += points
      }
      high = 0x811c9dc5
      low = 0
      points = 0
      if (at === to) break
      at += run
      continue
    }
    const stop = at + Math.max(run, 1)
    for (; at < stop; at++) {
      const byte = bytes[at]!
      high = Math.imul(high ^ byte, 0x01000193)
      low = Math.imul(low + byte, 0x5bd1e995)
      low ^= low >>> 15
      if ((byte & 0xc0) !== 0x80) points++
    }
  }
  out[into] = duplicates / pieces
  out[into + 1] = duplicatePoints
}

const trimmedStart = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  while (at < to) {
    const size = spaceAt(bytes, at)
    if (size === 0) break
    at += size
  }
  return at
}

const trimmedEnd = (bytes: Uint8Array, from: number, to: number): number => {
  let end = to
  while (end > from) {
    let start = end - 1
    while (start > from && (bytes[start]! & 0xc0) === 0x80) start--
    if (spaceAt(bytes, start) === 0) break
    end = start
  }
  return end
}
