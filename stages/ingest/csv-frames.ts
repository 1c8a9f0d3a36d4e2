// Where the records of a CSV file lie, found by one pass over its bytes: line ends inside quotes end no record.
import { textStart } from "./byte-frames.ts"

/** Records of a file: `bounds` holds the first byte of each and the one after its last, `lines` the line it begins on (1-based). */
export interface CsvBounds {
  readonly bounds: ReadonlyArray<number>
  readonly lines: ReadonlyArray<number>
}

const LF = 10
const CR = 13

/**
 * Cuts bytes into records. They end at line feeds, with or without a carriage return before; at carriage returns where the
 * file has no line feed. Empty lines are no records. `quote` is -1 where fields are never quoted. A quote that is still open
 * at the end of the file is an Error that says on which line it opens.
 */
export const csvBounds = (bytes: Uint8Array, delimiter: number, quote: number): CsvBounds => {
  const bounds: Array<number> = []
  const lines: Array<number> = []
  const size = bytes.length
  const newline = bytes.includes(LF) ? LF : CR
  let at = textStart(bytes)
  let line = 1
  while (at < size) {
    const start = at
    const startLine = line
    let atField = true
    for (; at < size; at++) {
      const byte = bytes[at]!
      if (byte === newline) break
      if (byte === quote && atField) {
        const openLine = line
        for (at++; bytes[at] !== quote || bytes[at + 1] === quote; at++) {
          if (at >= size) throw new Error(`line ${openLine} opens a quote that is never closed`)
          if (bytes[at] === quote) at++
          else if (bytes[at] === newline) line++
        }
        atField = false
      } else atField = byte === delimiter
    }
    const end = newline === LF && at > start && bytes[at - 1] === CR ? at - 1 : at
    if (end > start) {
      bounds.push(start, end)
      lines.push(startLine)
    }
    at++
    line++
  }
  return { bounds, lines }
}
