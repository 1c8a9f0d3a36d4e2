// Which language a text is in, from byte n-grams of its words: the method and scores of eld (Efficient Language Detector by
// Nito T.M., Apache-2.0), over several windows of the text, from a table that loads in no time.
import { readFileSync } from "node:fs"
import { classOf, LETTER, lowerOf } from "./unicode.ts"

/**
 * Little-endian: number of languages, number of grams (32 bits each), language codes of 2 letters, grams of 6 bytes in byte
 * order, for each gram the number of postings before it (24 bits), one more; postings of 1 byte language, 1 byte score.
 */
const table: Uint8Array = readFileSync(new URL("./languages.bin", import.meta.url))

/** Bytes of text that are looked at, in `WINDOWS` pieces spread over the text. */
const WINDOW = 320
const WINDOWS = 3
/** Longest part of a word that is looked at, in bytes, as in eld. */
const WORD_BYTES = 70
/** How steeply a lead in score counts; set so that confidence meets accuracy on short texts of the Universal Declaration. */
const STEEPNESS = 0.012

/** A language as ISO 639-1, "" where no word tells; how sure, in [0, 1]: the share a softmax over scores gives it. */
export interface Detection {
  language: string
  confidence: number
}

/** Working memory of a detector, for one text after another. */
export interface Detector {
  readonly languages: number
  readonly grams: number
  readonly scores: Float64Array
  /** Grams that the text at hand has shown, as marks and as a list to take the marks off again. */
  readonly seen: Uint8Array
  readonly list: Int32Array
  readonly word: Uint8Array
  listed: number
}

const readInt = (at: number): number =>
  table[at]! | (table[at + 1]! << 8) | (table[at + 2]! << 16) | (table[at + 3]! << 24)

export const makeDetector = (): Detector => {
  const languages = readInt(0)
  const grams = readInt(4)
  return {
    languages,
    grams,
    scores: new Float64Array(languages),
    seen: new Uint8Array(grams),
    list: new Int32Array(WINDOW * WINDOWS * 2),
    word: new Uint8Array(WORD_BYTES + 8),
    listed: 0
  }
}

/**
 * The languages a detector knows, as ISO 639-1 in the order of its table.
 *
 * @example
 * import { knownLanguages } from "#sluice/text"
 * knownLanguages().length // → 60
 */
export const knownLanguages = (): ReadonlyArray<string> =>
  Array.from({ length: readInt(0) }, (_, i) => String.fromCharCode(table[8 + i * 2]!, table[9 + i * 2]!))

/**
 * The language of the UTF-8 text `bytes[from .. to]`.
 *
 * @example
 * import { detectLanguage, makeDetector } from "#sluice/text"
 * const text = Buffer.from("Das Tor öffnet am Morgen.")
 * detectLanguage(makeDetector(), text, 0, text.length).language // → "de"
 */
export const detectLanguage = (detector: Detector, bytes: Uint8Array, from: number, to: number): Detection => {
  const { scores, seen, list, languages } = detector
  scores.fill(0)
  if (to - from <= WINDOW * WINDOWS) readWindow(detector, bytes, from, to)
  else
    for (let i = 0; i < WINDOWS; i++) {
      const start = wordStart(bytes, from + Math.floor(((to - from - WINDOW) * i) / (WINDOWS - 1)), from, to)
      readWindow(detector, bytes, start, Math.min(to, start + WINDOW))
    }
  for (let i = 0; i < detector.listed; i++) seen[list[i]!] = 0
  detector.listed = 0
  let best = 0
  for (let i = 1; i < languages; i++) if (scores[i]! > scores[best]!) best = i
  if (scores[best] === 0) return { language: "", confidence: 0 }
  let sum = 0
  for (let i = 0; i < languages; i++) sum += Math.exp((scores[i]! - scores[best]!) * STEEPNESS)
  return { language: String.fromCharCode(table[8 + best * 2]!, table[9 + best * 2]!), confidence: 1 / sum }
}

/** The next position behind white space, so that no window starts inside a word or character. */
const wordStart = (bytes: Uint8Array, at: number, from: number, to: number): number => {
  let start = at
  while (start > from && start < to && start < at + WORD_BYTES && bytes[start - 1]! > 32) start++
  while (start < to && (bytes[start]! & 0xc0) === 0x80) start++
  return start
}

/** Cuts words (runs of letters; an apostrophe before a letter belongs to it) and looks their grams up. */
const readWindow = (detector: Detector, bytes: Uint8Array, from: number, to: number): void => {
  const { word } = detector
  let length = 0
  for (let at = from; at < to; ) {
    const byte = bytes[at]!
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    if (at + size > to) break
    let point = byte < 0x80 ? byte : byte & (0xff >> (size + 1))
    for (let k = 1; k < size; k++) point = (point << 6) | (bytes[at + k]! & 63)
    at += size
    if ((classOf(point) & LETTER) === 0) {
      if ((point === 0x27 || point === 0x60) && at < to && isAsciiLetter(bytes[at]!)) {
        if (length < WORD_BYTES) word[length] = point
        length++
        continue
      }
      if (length > 0) readWord(detector, Math.min(length, WORD_BYTES))
      length = 0
      continue
    }
    const lower = lowerOf(point)
    if (length < WORD_BYTES) writePoint(word, length, lower)
    length += lower < 0x80 ? 1 : lower < 0x800 ? 2 : lower < 0x10000 ? 3 : 4
  }
  if (length > 0) readWord(detector, Math.min(length, WORD_BYTES))
}

const isAsciiLetter = (byte: number): boolean => (byte | 32) >= 97 && (byte | 32) <= 122

const writePoint = (out: Uint8Array, at: number, point: number): void => {
  if (point < 0x80) out[at] = point
  else if (point < 0x800) {
    out[at] = 0xc0 | (point >> 6)
    out[at + 1] = 0x80 | (point & 63)
  } else if (point < 0x10000) {
    out[at] = 0xe0 | (point >> 12)
    out[at + 1] = 0x80 | ((point >> 6) & 63)
    out[at + 2] = 0x80 | (point & 63)
  } else {
    out[at] = 0xf0 | (point >> 18)
    out[at + 1] = 0x80 | ((point >> 12) & 63)
    out[at + 2] = 0x80 | ((point >> 6) & 63)
    out[at + 3] = 0x80 | (point & 63)
  }
}

/** Four bytes at every third, the first with a space before it, and the last four with a space behind. */
const readWord = (detector: Detector, length: number): void => {
  const { word } = detector
  let at = 0
  for (; at + 4 < length; at += 3)
    if (at === 0) lookUp(detector, pack(32, word[0]!, word[1]!, word[2]!), word[3]! << 8)
    else lookUp(detector, pack(word[at]!, word[at + 1]!, word[at + 2]!, word[at + 3]!), 0)
  const start = length > 4 ? length - 4 : 0
  const rest = length - start
  const first = at === 0
  const a = first ? 32 : word[start]!
  const shift = first ? start - 1 : start
  const byteAt = (k: number): number => {
    const i = k + shift - start
    return i < rest ? word[start + i]! : i === rest ? 32 : 0
  }
  lookUp(detector, pack(a, byteAt(1), byteAt(2), byteAt(3)), (byteAt(4) << 8) | byteAt(5))
}

const pack = (a: number, b: number, c: number, d: number): number => ((a << 24) | (b << 16) | (c << 8) | d) >>> 0

/** Adds a gram's scores the first time it occurs in a text. */
const lookUp = (detector: Detector, high: number, low: number): void => {
  const head = 8 + detector.languages * 2
  let below = 0
  let above = detector.grams
  while (below < above) {
    const middle = (below + above) >> 1
    const at = head + middle * 6
    const there = pack(table[at]!, table[at + 1]!, table[at + 2]!, table[at + 3]!)
    if (there < high || (there === high && ((table[at + 4]! << 8) | table[at + 5]!) < low)) below = middle + 1
    else above = middle
  }
  const at = head + below * 6
  if (
    below === detector.grams ||
    detector.seen[below] === 1 ||
    pack(table[at]!, table[at + 1]!, table[at + 2]!, table[at + 3]!) !== high ||
    ((table[at + 4]! << 8) | table[at + 5]!) !== low
  )
    return
  detector.seen[below] = 1
  detector.list[detector.listed++] = below
  const offsets = head + detector.grams * 6
  const postings = offsets + (detector.grams + 1) * 3
  const end = readInt(offsets + below * 3 + 3) & 0xffffff
  for (let i = readInt(offsets + below * 3) & 0xffffff; i < end; i++)
    detector.scores[table[postings + i * 2]!]! += table[postings + i * 2 + 1]!
}
