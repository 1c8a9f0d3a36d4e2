// Measures what quality.gopherRepetition decides on, from UTF-8 bytes, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import {
  countHash,
  countOf,
  emptyTable,
  type HashTable,
  makeTable,
  makeTokens,
  type Tokeniser,
  type Tokens
} from "#sluice/text"
import { lineRepetition } from "./line-repetition.ts"
import { longestText, scoreColumns } from "./score-columns.ts"

const NAMES = [
  "paragraphs",
  "paragraphText",
  "lines",
  "lineText",
  "top2",
  "top3",
  "top4",
  "repeated5",
  "repeated6",
  "repeated7",
  "repeated8",
  "repeated9",
  "repeated10"
] as const

/** One score a rule, each a share in [0, 1]; shares of text are of its code points. */
export type RepetitionScores = { readonly [K in (typeof NAMES)[number]]: number }

/** The scores of one UTF-8 text, with the words that `tokenise` gives. */
export const repetitionScores = (bytes: Uint8Array, tokenise: Tokeniser): RepetitionScores => {
  const out = new Float64Array(NAMES.length)
  score(bytes, 0, bytes.length, tokenise, makeSpace(bytes.length), out)
  return Object.fromEntries(NAMES.map((name, i) => [name, out[i]!])) as RepetitionScores
}

/** The scores of a batch as columns. */
export const repetitionBatch = (
  texts: TextColumn,
  rows: number,
  tokenise: Tokeniser
): { readonly [name: string]: Column } => {
  const space = makeSpace(longestText(texts, rows))
  return scoreColumns(NAMES, [], texts, rows, (from, to, out) => score(texts.bytes, from, to, tokenise, space, out))
}

/** Working memory that each text overwrites. */
interface Space {
  readonly tokens: Tokens
  readonly table: HashTable
  /** Hashes of the token that starts a gram, and of the gram, grown by one token from size to size. */
  readonly high: Int32Array
  readonly low: Int32Array
  readonly gramHigh: Int32Array
  readonly gramLow: Int32Array
  /** Code points in the tokens before each token. */
  readonly before: Int32Array
}

const makeSpace = (bytes: number): Space => ({
  tokens: makeTokens(bytes),
  table: makeTable(bytes + 2),
  high: new Int32Array(bytes + 1),
  low: new Int32Array(bytes + 1),
  gramHigh: new Int32Array(bytes + 1),
  gramLow: new Int32Array(bytes + 1),
  before: new Int32Array(bytes + 2)
})

const score = (
  bytes: Uint8Array,
  from: number,
  to: number,
  tokenise: Tokeniser,
  space: Space,
  out: Float64Array
): void => {
  const points = lineRepetition(bytes, from, to, space.table, out)
  tokenise(bytes, from, to, space.tokens)
  hashTokens(bytes, space)
  for (let size = 2; size <= 10; size++) {
    grow(space, size)
    const repeated = size < 5 ? mostFrequent(space, size) : seenBefore(space, size)
    out[size + 2] = points === 0 ? 0 : repeated / points
  }
}

const hashTokens = (bytes: Uint8Array, { tokens, high, low, gramHigh, gramLow, before }: Space): void => {
  for (let i = 0; i < tokens.count; i++) {
    let a = 0x811c9dc5
    let b = 0
    const end = tokens.end[i]!
    for (let at = tokens.start[i]!; at < end; at++) {
      a = Math.imul(a ^ bytes[at]!, 0x01000193)
      b = (Math.imul(b, 31) + bytes[at]!) | 0
    }
    b = Math.imul(b ^ (b >>> 15), 0x5bd1e995)
    high[i] = a
    low[i] = b
    gramHigh[i] = a
    gramLow[i] = b
    before[i + 1] = before[i]! + tokens.points[i]!
  }
}

const grow = ({ tokens, high, low, gramHigh, gramLow }: Space, size: number): void => {
  const grams = tokens.count - size + 1
  for (let i = 0; i < grams; i++) {
    gramHigh[i] = (Math.imul(gramHigh[i]!, 0x9e3779b1) + high[i + size - 1]!) | 0
    gramLow[i] = (Math.imul(gramLow[i]!, 0x85ebca77) + low[i + size - 1]!) | 0
  }
}

/** Code points in all occurrences of the most frequent gram, the first met where several are; a space between tokens. */
const mostFrequent = ({ tokens, table, gramHigh, gramLow, before }: Space, size: number): number => {
  emptyTable(table, tokens.count)
  const grams = tokens.count - size + 1
  let most = 0
  for (let i = 0; i < grams; i++) most = Math.max(most, countHash(table, gramHigh[i]!, gramLow[i]!))
  if (most === 0) return 0
  for (let i = 0; i < grams; i++)
    if (countOf(table, gramHigh[i]!, gramLow[i]!) === most) return (before[i + size]! - before[i]! + size - 1) * most
  return 0
}

/** Code points in grams met before, scanning left to right and stepping over a gram that was. */
const seenBefore = ({ tokens, table, gramHigh, gramLow, before }: Space, size: number): number => {
  emptyTable(table, tokens.count)
  const grams = tokens.count - size + 1
  let points = 0
  for (let i = 0; i < grams; ) {
    if (countHash(table, gramHigh[i]!, gramLow[i]!) > 1) {
      points += before[i + size]! - before[i]!
      i += size
    } else i++
  }
  return points
}
