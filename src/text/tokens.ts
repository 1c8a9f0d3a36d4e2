// Cuts a UTF-8 text into tokens, words and punctuation marks, into arrays that are used again for the next text.
import { pointAt, sizeOf } from "./code-point.ts"
import { classOf, DIGIT, HEAD, LETTER, SINGLE, SPACE, unicode, WORD } from "./unicode.ts"

/** A token that holds something else than punctuation. */
export const IS_WORD = 1
/** A token that holds at least one letter; the same bit as `LETTER`. */
export const HAS_LETTER = 2

/** The tokens of the last text: byte positions, lengths in code points, kinds. Only the first `count` entries count. */
export interface Tokens {
  count: number
  start: Int32Array
  end: Int32Array
  points: Int32Array
  kind: Uint8Array
}

/** Cuts `bytes[from .. to]` into `tokens`. */
export type Tokeniser = (bytes: Uint8Array, from: number, to: number, tokens: Tokens) => void

/** Room for the tokens of texts of at most `bytes` bytes. */
export const makeTokens = (bytes: number): Tokens => ({
  count: 0,
  start: new Int32Array(bytes + 1),
  end: new Int32Array(bytes + 1),
  points: new Int32Array(bytes + 1),
  kind: new Uint8Array(bytes + 1)
})

const APOSTROPHE = 0x27
const CURLY_APOSTROPHE = 0x2019
const POINT = 0x2e
const COMMA = 0x2c
const HYPHEN = 0x2d
const UNDERSCORE = 0x5f

/**
 * Cuts `bytes[from .. to]` into tokens. A word is a run of letters, marks, digits and underscores; an apostrophe or point
 * between two of them and a comma between two digits belong to it, and so do hyphens before a letter that follow no word
 * ("package.json", "--save" are words; "well-known" is three tokens). A Han, kana, Hangul or Thai letter is a word by
 * itself. A run of one other mark is one token. A rule of our own, near what spaCy's English tokenizer gives.
 *
 * @example
 * import { makeTokens, tokenise } from "#sluice/text"
 * const bytes = Buffer.from("It's 3.5 m!!")
 * const tokens = makeTokens(bytes.length)
 * tokenise(bytes, 0, bytes.length, tokens)
 * Array.from({ length: tokens.count }, (_, i) => bytes.toString("utf8", tokens.start[i], tokens.end[i]))
 * // → ["It's", "3.5", "m", "!!"]
 */
export const tokenise = (bytes: Uint8Array, from: number, to: number, tokens: Tokens): void => {
  const { start, end, points, kind } = tokens
  const ascii = HEAD + (unicode[0]! << 8)
  let count = 0
  let at = from
  while (at < to) {
    const begin = at
    const point = pointAt(bytes, at)
    let bits = point === UNDERSCORE ? WORD : classOf(point)
    at += sizeOf(bytes[at]!)
    if ((bits & SPACE) !== 0) continue
    let length = 1
    if ((bits & WORD) === 0) {
      while (at < to && pointAt(bytes, at) === point) {
        at += sizeOf(bytes[at]!)
        length++
      }
      if (point === HYPHEN && at < to && (count === 0 || end[count - 1] !== begin || kind[count - 1] === 0)) {
        bits = classOf(pointAt(bytes, at))
        if ((bits & (LETTER | SINGLE)) !== LETTER) bits = 0
      }
    }
    if ((bits & WORD) === 0) kind[count] = 0
    else {
      let flags = IS_WORD | (bits & LETTER)
      while (at < to && (bits & SINGLE) === 0) {
        const byte = bytes[at]!
        if (byte < 0x80) {
          const next = byte === UNDERSCORE ? WORD : unicode[ascii + byte]!
          if ((next & WORD) === 0 && !joins(byte, bits, bytes, at + 1, to)) break
          if ((next & WORD) !== 0) bits = next
          at++
        } else {
          const wide = pointAt(bytes, at)
          const next = classOf(wide)
          const size = sizeOf(byte)
          if ((next & SINGLE) !== 0 || ((next & WORD) === 0 && !joins(wide, bits, bytes, at + size, to))) break
          if ((next & WORD) !== 0) bits = next
          at += size
        }
        flags |= bits & LETTER
        length++
      }
      kind[count] = flags
    }
    start[count] = begin
    end[count] = at
    points[count] = length
    count++
  }
  tokens.count = count
}

/** Whether a mark holds the word before it and what follows at `at` together. */
const joins = (mark: number, before: number, bytes: Uint8Array, at: number, to: number): boolean => {
  if (mark !== APOSTROPHE && mark !== CURLY_APOSTROPHE && mark !== POINT && mark !== COMMA) return false
  if (at >= to) return false
  const after = classOf(pointAt(bytes, at))
  return mark === COMMA ? (before & after & DIGIT) !== 0 : (after & WORD) !== 0 && (after & SINGLE) === 0
}
