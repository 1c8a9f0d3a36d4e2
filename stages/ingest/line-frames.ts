// The framing of line formats: each line that is not blank is a record; its place is its line number.
import type { Frames } from "#sluice"

/** Cuts bytes at line feeds; a carriage return before one is not part of the record, nor is a byte order mark. */
export const lineFrames = (bytes: Uint8Array): Frames => {
  const bounds: Array<number> = []
  const lines: Array<number> = []
  let start = bytes[0] === 0xef && bytes[1] === 0xbb && bytes[2] === 0xbf ? 3 : 0
  for (let line = 1; start < bytes.length; line++) {
    const feed = bytes.indexOf(10, start)
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
  return {
    count: lines.length,
    record: (index) => bytes.subarray(bounds[index * 2]!, bounds[index * 2 + 1]!),
    place: (index) => ({ line: lines[index]! })
  }
}

const isBlank = (byte: number): boolean => byte === 32 || byte === 9 || byte === 13
