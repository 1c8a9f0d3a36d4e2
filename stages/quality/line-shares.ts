// Counts the lines of a UTF-8 text that start as list items or end in an ellipsis; lines as Python's `str.splitlines`.
import { BREAK, classOf, SPACE } from "#sluice/text"

/** Numbers of lines: all, those whose first mark is a bullet or hyphen, those that end in an ellipsis. */
export interface LineShares {
  lines: number
  bullets: number
  ellipses: number
}

const HYPHEN = 0x2d
const BULLET = 0x2022
const ELLIPSIS = 0x2026
const POINT = 0x2e

/** Counts the lines of `bytes[from .. to]` into `out`. */
export const lineShares = (bytes: Uint8Array, from: number, to: number, out: LineShares): void => {
  out.lines = 0
  out.bullets = 0
  out.ellipses = 0
  let first = 0
  let last = 0
  let dots = 0
  let gap = false
  let open = false
  for (let at = from; at < to; ) {
    const byte = bytes[at]!
    if (byte > 0x40 && byte < 0x7f) {
      if (first === 0) first = byte
      last = byte
      dots = 0
      gap = false
      open = true
      at++
      continue
    }
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    let point = byte < 0x80 ? byte : byte & (0xff >> (size + 1))
    for (let k = 1; k < size; k++) point = (point << 6) | (bytes[at + k]! & 63)
    at += size
    const bits = classOf(point)
    if ((bits & BREAK) !== 0) {
      if (point === 0x0d && at < to && bytes[at] === 0x0a) at++
      close(out, first, last, dots)
      first = 0
      last = 0
      dots = 0
      gap = false
      open = false
      continue
    }
    open = true
    if ((bits & SPACE) !== 0) {
      gap = true
      continue
    }
    if (first === 0) first = point
    dots = point === POINT ? (gap ? 1 : dots + 1) : 0
    gap = false
    last = point
  }
  if (open) close(out, first, last, dots)
}

const close = (out: LineShares, first: number, last: number, dots: number): void => {
  out.lines++
  if (first === HYPHEN || first === BULLET) out.bullets++
  if (last === ELLIPSIS || dots >= 3) out.ellipses++
}
