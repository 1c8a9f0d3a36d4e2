// Finds every run of bytes that stood earlier: anchors propose places, the bytes decide, in dataset order.
import { anchorWidth } from "./anchors.ts"

/** Texts end to end, and the anchors of each by position in all of them. */
export interface Corpus {
  readonly bytes: Uint8Array
  /** Where each text begins; one more for the end of the last. */
  readonly starts: Float64Array
  readonly anchors: Uint32Array
  readonly hashes: Uint32Array
  /** Where the anchors of each text begin; one more for their number. */
  readonly anchorStarts: Int32Array
}

/** A run that stood earlier, in bytes from the start of its text, and the text that has it. */
export interface Repeat {
  readonly from: number
  readonly to: number
  readonly of: number
}

/** Places with the same anchor that a place is compared with; bounds the cost of lines of one character. */
const COMPARED = 256

/**
 * The repeats of each text from `first` on, in the order they are found: together they cover exactly the bytes of those runs of
 * `least` bytes that stand in an earlier text, or in the same one wholly before; a run may be missed
 * where more than 256 earlier places have half of it and go on otherwise.
 */
export const repeatsIn = (corpus: Corpus, least: number, first: number): ReadonlyArray<ReadonlyArray<Repeat>> => {
  const { bytes, starts, anchors, hashes, anchorStarts } = corpus
  const width = anchorWidth(least)
  const total = anchorStarts.at(-1)!
  const slots = 2 ** Math.ceil(Math.log2(Math.max(2, total)))
  const head = new Int32Array(slots).fill(-1)
  const tail = new Int32Array(slots)
  const next = new Int32Array(total).fill(-1)
  const textOf = new Int32Array(total)
  const all: Array<ReadonlyArray<Repeat>> = []
  for (let text = 0; text + 1 < starts.length; text++) {
    const [start, end] = [starts[text]!, starts[text + 1]!]
    const found: Array<Repeat> = []
    /** The last run that was found whole. */
    let from = 0
    let to = 0
    for (let anchor = anchorStarts[text]!; anchor < anchorStarts[text + 1]!; anchor++) {
      const place = anchors[anchor]!
      const lowest = Math.max(start, place + width - least)
      const highest = Math.min(end, place + least)
      // All runs with this anchor stood earlier, where they have the same anchor: it need not be found here as well.
      if (from <= lowest && to >= highest && to > from) continue
      const slot = hashes[anchor]! & (slots - 1)
      let known = false
      let compared = 0
      for (let other = head[slot]!; other >= 0; other = next[other]!) {
        if (hashes[other] !== hashes[anchor]) continue
        const source = textOf[other]!
        const shift = place - anchors[other]!
        if (source === text && shift < least) continue
        if (++compared > COMPARED) break
        let right = place
        for (
          const most = Math.min(end, starts[source + 1]! + shift);
          right < most && bytes[right] === bytes[right - shift];
        )
          right++
        if (right < place + width) continue
        let left = place
        for (
          const most = Math.max(lowest, starts[source]! + shift);
          left > most && bytes[left - 1] === bytes[left - 1 - shift];
        )
          left--
        if (right - left < least) continue
        found.push({ from: left - start, to: right - start, of: source })
        if (right > to) {
          from = left
          to = right
        }
        known = left === lowest && right >= highest
        if (known) break
      }
      if (known) continue
      textOf[anchor] = text
      if (head[slot] === -1) head[slot] = anchor
      else next[tail[slot]!] = anchor
      tail[slot] = anchor
    }
    if (text >= first) all.push(found)
  }
  return all
}
