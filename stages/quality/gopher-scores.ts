// Measures what quality.gopher decides on, from UTF-8 bytes, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import { HAS_LETTER, IS_WORD, makeTokens, type Tokeniser, type Tokens } from "#sluice/text"
import { type LineShares, lineShares } from "./line-shares.ts"
import { longestText, scoreColumns } from "./score-columns.ts"

/** One score a rule; shares are in [0, 1] for lines, and per token for marks. */
export interface GopherScores {
  readonly words: number
  readonly meanWordLength: number
  readonly hashShare: number
  readonly ellipsisShare: number
  readonly bulletLines: number
  readonly ellipsisLines: number
  readonly alphabeticShare: number
  readonly stopWords: number
}

const NAMES = [
  "words",
  "meanWordLength",
  "hashShare",
  "ellipsisShare",
  "bulletLines",
  "ellipsisLines",
  "alphabeticShare",
  "stopWords"
] as const

/** The scores of one UTF-8 text, with the words that `tokenise` gives. */
export const gopherScores = (bytes: Uint8Array, tokenise: Tokeniser): GopherScores => {
  const out = new Float64Array(NAMES.length)
  const tokens = makeTokens(bytes.length)
  tokenise(bytes, 0, bytes.length, tokens)
  score(bytes, 0, bytes.length, tokens, out, { bullets: 0, ellipses: 0, lines: 0 })
  const [words, meanWordLength, hashShare, ellipsisShare, bulletLines, ellipsisLines, alphabeticShare, stopWords] =
    out as unknown as [number, number, number, number, number, number, number, number]
  return {
    words,
    meanWordLength,
    hashShare,
    ellipsisShare,
    bulletLines,
    ellipsisLines,
    alphabeticShare,
    stopWords
  }
}

/** The scores of a batch as columns. */
export const gopherBatch = (
  texts: TextColumn,
  rows: number,
  tokenise: Tokeniser
): { readonly [K in keyof GopherScores]: Column } => {
  const { bytes } = texts
  const tokens = makeTokens(longestText(texts, rows))
  const lines = { bullets: 0, ellipses: 0, lines: 0 }
  return scoreColumns(NAMES, ["words", "stopWords"], texts, rows, (from, to, out) => {
    tokenise(bytes, from, to, tokens)
    score(bytes, from, to, tokens, out, lines)
  })
}

const ratio = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)

const score = (
  bytes: Uint8Array,
  from: number,
  to: number,
  tokens: Tokens,
  out: Float64Array,
  lines: LineShares
): void => {
  const { count, start, end, points, kind } = tokens
  let words = 0
  let letters = 0
  let wordPoints = 0
  let stops = 0
  for (let i = 0; i < count; i++) {
    const flags = kind[i]!
    if ((flags & IS_WORD) === 0) continue
    words++
    wordPoints += points[i]!
    if ((flags & HAS_LETTER) !== 0) letters++
    const size = end[i]! - start[i]!
    if (size <= 4) stops |= stopWord(bytes, start[i]!, size)
  }
  lineShares(bytes, from, to, lines)
  out[0] = words
  out[1] = ratio(wordPoints, words)
  out[2] = ratio(hashesIn(bytes, from, to), count)
  out[3] = ratio(ellipsesIn(bytes, from, to), count)
  out[4] = ratio(lines.bullets, lines.lines)
  out[5] = ratio(lines.ellipses, lines.lines)
  out[6] = ratio(letters, count)
  out[7] = ones(stops)
}

const hashesIn = (bytes: Uint8Array, from: number, to: number): number => {
  let hashes = 0
  for (let at = from; at < to; at++) if (bytes[at] === 0x23) hashes++
  return hashes
}

/** Runs of three points, and the character that stands for them. */
const ellipsesIn = (bytes: Uint8Array, from: number, to: number): number => {
  let ellipses = 0
  for (let at = from; at + 2 < to; at++) {
    const byte = bytes[at]!
    if (byte === 0x2e ? bytes[at + 1] !== 0x2e || bytes[at + 2] !== 0x2e : byte !== 0xe2) continue
    if (byte === 0xe2 && (bytes[at + 1] !== 0x80 || bytes[at + 2] !== 0xa6)) continue
    ellipses++
    at += 2
  }
  return ellipses
}

/** One bit for each of the, be, to, of, and, that, have, with; 0 for another word. */
const stopWord = (bytes: Uint8Array, at: number, size: number): number => {
  let word = 0
  for (let i = 0; i < size; i++) word = (word << 8) | bytes[at + i]!
  switch (word) {
    case 0x746865:
      return 1
    case 0x6265:
      return 2
    case 0x746f:
      return 4
    case 0x6f66:
      return 8
    case 0x616e64:
      return 16
    case 0x74686174:
      return 32
    case 0x68617665:
      return 64
    case 0x77697468:
      return 128
    default:
      return 0
  }
}

const ones = (bits: number): number => {
  let count = 0
  for (let rest = bits; rest !== 0; rest &= rest - 1) count++
  return count
}
