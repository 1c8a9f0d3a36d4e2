// The framing of plain text by paragraphs: lines up to one that is blank; its place is the line it begins on.
import type { Frames } from "#sluice"
import { framesOnLines, isBlank, textStart } from "./byte-frames.ts"

/** Cuts UTF-8 bytes at blank lines; blanks and line ends around a paragraph are no part of it, nor is a byte order mark. */
export const paragraphFrames = (bytes: Uint8Array): Frames => {
  const bounds: Array<number> = []
  const lines: Array<number> = []
  const size = bytes.length
  let begin = -1
  let end = 0
  let at = textStart(bytes)
  for (let line = 1; at < size; line++) {
    const feed = bytes.indexOf(10, at)
    const next = feed === -1 ? size : feed
    let last = next
    while (last > at && isBlank(bytes[last - 1]!)) last--
    if (last > at) {
      if (begin === -1) {
        lines.push(line)
        for (begin = at; isBlank(bytes[begin]!); ) begin++
      }
      end = last
    } else if (begin !== -1) {
      bounds.push(begin, end)
      begin = -1
    }
    at = next + 1
  }
  if (begin !== -1) bounds.push(begin, end)
  return framesOnLines(bytes, bounds, lines)
}
