// The framing of line formats: each line that is not blank is a record; its place is its line number.
import type { Frames } from "#sluice"
import { framesOnLines, isBlank, textStart } from "./byte-frames.ts"

/** Cuts bytes at line feeds; a carriage return before one is not part of the record, nor is a byte order mark. */
export const lineFrames = (bytes: Uint8Array): Frames => {
  const bounds: Array<number> = []
  const lines: Array<number> = []
  // A Buffer seeks a byte some times faster than other typed arrays do.
  const seen = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length)
  let start = textStart(bytes)
  for (let line = 1; start < bytes.length; line++) {
    const feed = seen.indexOf(10, start)
    const next = feed === -1 ? bytes.length : feed
    let end = next
    while (end > start && isBlank(bytes[end - 1]!)) end--
    let begin = start
    while (begin < end && isBlank(bytes[begin]!)) begin++
    if (end > begin) {
      bounds.push(begin, end)
      lines.push(line)
    }
    start = next + 1
  }
  return framesOnLines(bytes, bounds, lines)
}
