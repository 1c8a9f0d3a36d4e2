// Word n-grams of one text by number: words become places in a list, so that what recurs is counted without cutting the text again.
import { classOf, countHash, countOf, emptyTable, type HashTable, makeTable, SPACE } from "#sluice/text"

/** The words of a text: for each the number of its first occurrence, and its length as the filter counts it. */
export interface WordList {
  readonly ids: Int32Array
  readonly lengths: Int32Array
  /** Lengths of the words before each word, one entry more than words. */
  readonly before: Float64Array
}

/** Numbers words; `lengthOf` says how long one is. */
export const wordList = (words: ReadonlyArray<string>, lengthOf: (word: string) => number): WordList => {
  const first = new Map<string, number>()
  const ids = new Int32Array(words.length)
  const lengths = new Int32Array(words.length)
  const before = new Float64Array(words.length + 1)
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!
    let id = first.get(word)
    if (id === undefined) {
      id = i
      first.set(word, i)
      lengths[i] = lengthOf(word)
    } else lengths[i] = lengths[id]!
    ids[i] = id
    before[i + 1] = before[i]! + lengths[i]!
  }
  return { ids, lengths, before }
}

/** The n-grams of a text by their hashes, and how often each occurs; made again for each size. */
export interface Grams {
  readonly high: Int32Array
  readonly low: Int32Array
  readonly table: HashTable
}

/** Room for the n-grams of a text. */
export const makeGrams = ({ ids }: WordList): Grams => ({
  high: new Int32Array(ids.length + 1),
  low: new Int32Array(ids.length + 1),
  table: makeTable(ids.length + 1)
})

/** Hashes the n-grams of a size and counts them; returns how many there are. */
export const countGrams = ({ ids }: WordList, size: number, { high, low, table }: Grams): number => {
  const count = Math.max(0, ids.length - size + 1)
  emptyTable(table, count + 1)
  for (let i = 0; i < count; i++) {
    let a = size
    let b = ~size
    for (let k = i; k < i + size; k++) {
      a = (Math.imul(a ^ (a >>> 15), 0x9e3779b1) + ids[k]!) | 0
      b = (Math.imul(b ^ (b >>> 13), 0x85ebca77) + ids[k]!) | 0
    }
    high[i] = a
    low[i] = b
    countHash(table, a, b)
  }
  return count
}

/** How often the n-gram at `at` occurs. */
export const timesOf = ({ high, low, table }: Grams, at: number): number => countOf(table, high[at]!, low[at]!)

/** The place of the first of the most frequent n-grams, −1 where there are none. */
export const mostFrequentAt = (grams: Grams, count: number): number => {
  let most = 0
  let at = -1
  for (let i = 0; i < count; i++) {
    const times = timesOf(grams, i)
    if (times <= most) continue
    most = times
    at = i
  }
  return at
}

/** The length in code points, as Python counts. */
export const pointsIn = (text: string): number => {
  let points = text.length
  for (let i = 0; i < text.length - 1; i++) {
    const code = text.charCodeAt(i)
    if (code < 0xd800 || code > 0xdbff) continue
    const next = text.charCodeAt(i + 1)
    if (next < 0xdc00 || next > 0xdfff) continue
    points--
    i++
  }
  return points
}

const PYTHON_SPACE = /[\t-\r\x1c-\x20\x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/
/** Runs between white space, as Python's `str.split()`. */
export const pythonWords = (text: string): ReadonlyArray<string> =>
  text.split(PYTHON_SPACE).filter((word) => word !== "")

const isPythonSpace = (code: number): boolean => (classOf(code) & SPACE) !== 0

/** A text without white space at its ends, as Python's `str.strip()`. */
export const pythonTrim = (text: string): string => {
  let from = 0
  let to = text.length
  while (from < to && isPythonSpace(text.charCodeAt(from))) from++
  while (to > from && isPythonSpace(text.charCodeAt(to - 1))) to--
  return text.slice(from, to)
}

/** The eight words of Gopher's stop word rule. */
export const STOP_WORDS: ReadonlySet<string> = new Set(["the", "be", "to", "of", "and", "that", "have", "with"])

/** A part of a whole, 0 where there is no whole. */
export const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
