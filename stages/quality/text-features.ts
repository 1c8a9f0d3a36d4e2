// A text as numbers of hashed n-grams: words, pairs of words, and pieces of words, as fastText takes them, without its vectors.
import { classOf, lowerOf, mix32, pointAt, SINGLE, sizeOf, WORD } from "#sluice/text"

/** What n-grams are taken and how many buckets they are hashed into. */
export interface FeatureSettings {
  /** A power of 2. */
  readonly buckets: number
  /** Words of the longest word n-gram, 1 or 2. */
  readonly wordNgrams: number
  /** Letters of the shortest and the longest piece of a word, its ends marked; none where `maxPiece` is 0. */
  readonly minPiece: number
  readonly maxPiece: number
  /** Bytes of a text that are looked at, from its beginning. */
  readonly maxBytes: number
}

/** The buckets of the last text: the first `count` entries of `list`, one for each occurrence. */
export interface Features {
  count: number
  readonly list: Int32Array
  /** Code points of the word at hand. */
  readonly word: Int32Array
}

/** Longest word whose pieces are taken, in code points. */
const longest = 64

/** Room for the n-grams of a text. */
export const makeFeatures = ({ maxBytes, minPiece, maxPiece }: FeatureSettings): Features => ({
  count: 0,
  list: new Int32Array((maxBytes + 2) * (3 + Math.max(0, maxPiece - minPiece + 1) * 2)),
  word: new Int32Array(longest + 2)
})

const FNV = 0x811c9dc5
const PRIME = 0x01000193
const BEGIN = 0x3c
const END = 0x3e

/** The n-grams of the UTF-8 text `bytes[from .. to]`: words are runs of letters, marks and digits in lower case. */
export const extractFeatures = (
  settings: FeatureSettings,
  bytes: Uint8Array,
  from: number,
  to: number,
  features: Features
): void => {
  const mask = settings.buckets - 1
  const pairs = settings.wordNgrams > 1
  const { list, word } = features
  const end = Math.min(to, from + settings.maxBytes)
  let count = 0
  let before = FNV
  let length = 0
  for (let at = from; at <= end; ) {
    let point = 0
    let bits = 0
    if (at < end) {
      point = pointAt(bytes, at)
      at += sizeOf(bytes[at]!)
      bits = classOf(point)
      point = lowerOf(point)
    } else at++
    const inside = (bits & WORD) !== 0
    if (inside && (bits & SINGLE) === 0) {
      if (length < longest) word[++length] = point
      continue
    }
    for (let pass = length > 0 ? 0 : 1; pass < (inside ? 2 : 1); pass++) {
      if (pass === 1) {
        word[1] = point
        length = 1
      }
      let hash = FNV
      for (let i = 1; i <= length; i++) hash = Math.imul(hash ^ word[i]!, PRIME)
      list[count++] = mix32(hash) & mask
      if (pairs) list[count++] = mix32((Math.imul(before, 0x9e3779b1) + hash) | 0) & mask
      before = hash
      word[0] = BEGIN
      word[length + 1] = END
      if (settings.maxPiece > 0) count = pieces(settings, word, length + 2, list, count, mask)
      length = 0
    }
  }
  features.count = count
}

const pieces = (
  { minPiece, maxPiece }: FeatureSettings,
  word: Int32Array,
  length: number,
  list: Int32Array,
  start: number,
  mask: number
): number => {
  let count = start
  for (let first = 0; first + minPiece <= length; first++) {
    let hash = 0x9747b28c
    const last = Math.min(length, first + maxPiece)
    for (let i = first; i < last; i++) {
      hash = Math.imul(hash ^ word[i]!, PRIME)
      if (i - first + 1 >= minPiece) list[count++] = mix32(hash) & mask
    }
  }
  return count
}
