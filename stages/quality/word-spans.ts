// Where the words of a text stand that `hashedWords` hashes: in UTF-16 code units.
import { classOf, SINGLE, WORD } from "#sluice/text"

export interface WordSpans {
  readonly starts: ReadonlyArray<number>
  readonly ends: ReadonlyArray<number>
}

/** Starts and ends of the words, in order. */
export const wordSpans = (text: string): WordSpans => {
  const starts: Array<number> = []
  const ends: Array<number> = []
  let open = false
  for (let at = 0; at < text.length; ) {
    const point = text.codePointAt(at)!
    const size = point > 0xffff ? 2 : 1
    const bits = classOf(point)
    const inside = (bits & WORD) !== 0 && (bits & SINGLE) === 0
    if (open && !inside) ends.push(at)
    if ((inside && !open) || (bits & SINGLE) !== 0) starts.push(at)
    if ((bits & SINGLE) !== 0) ends.push(at + size)
    open = inside
    at += size
  }
  if (open) ends.push(text.length)
  return { starts, ends }
}
