// Measures what quality.fineweb decides on, from UTF-8 bytes, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import {
  classOf,
  countHash,
  emptyTable,
  type HashTable,
  makeTable,
  makeTokens,
  SPACE,
  TERMINAL,
  type Tokeniser,
  type Tokens
} from "#sluice/text"
import { feedsIn } from "./line-repetition.ts"
import { longestText, scoreColumns } from "./score-columns.ts"

const NAMES = ["lines", "sentenceEnds", "shortLines", "repeatedText", "feedsPerWord"] as const

/** The number of lines that are not blank, and a score for each rule. */
export type FinewebScores = { readonly [K in (typeof NAMES)[number]]: number }

/** The scores of one UTF-8 text; a line of at most `shortLine` code points is short. */
export const finewebScores = (bytes: Uint8Array, shortLine: number, tokenise: Tokeniser): FinewebScores => {
  const out = new Float64Array(NAMES.length)
  score(bytes, 0, bytes.length, shortLine, tokenise, makeSpace(bytes.length), out)
  return Object.fromEntries(NAMES.map((name, i) => [name, out[i]!])) as FinewebScores
}

/** The scores of a batch as columns. */
export const finewebBatch = (
  texts: TextColumn,
  rows: number,
  shortLine: number,
  tokenise: Tokeniser
): { readonly [name: string]: Column } => {
  const space = makeSpace(longestText(texts, rows))
  return scoreColumns(NAMES, ["lines"], texts, rows, (from, to, out) =>
    score(texts.bytes, from, to, shortLine, tokenise, space, out)
  )
}

/** Working memory that each text overwrites. */
interface Space {
  readonly tokens: Tokens
  readonly table: HashTable
}

const makeSpace = (bytes: number): Space => ({ tokens: makeTokens(bytes), table: makeTable(bytes + 1) })

const score = (
  bytes: Uint8Array,
  from: number,
  to: number,
  shortLine: number,
  tokenise: Tokeniser,
  { tokens, table }: Space,
  out: Float64Array
): void => {
  tokenise(bytes, from, to, tokens)
  emptyTable(table, feedsIn(bytes, from, to) + 1)
  let lines = 0
  let ends = 0
  let short = 0
  let repeated = 0
  let feeds = 0
  let points = 0
  for (let at = from; at <= to; at++) {
    let high = 0x811c9dc5
    let low = 0
    let length = 0
    let last = 0
    let blank = true
    while (at < to && bytes[at] !== 10) {
      const byte = bytes[at]!
      const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
      last = byte < 0x80 ? byte : byte & (0xff >> (size + 1))
      for (let k = 0; k < size; k++) {
        const part = bytes[at + k]!
        high = Math.imul(high ^ part, 0x01000193)
        low = Math.imul(low + part, 0x5bd1e995)
        low ^= low >>> 15
        if (k > 0) last = (last << 6) | (part & 63)
      }
      if (blank && (classOf(last) & SPACE) === 0) blank = false
      length++
      at += size
    }
    if (at < to) feeds++
    points += length
    if (blank) continue
    lines++
    if ((classOf(last) & TERMINAL) !== 0) ends++
    if (length <= shortLine) short++
    if (countHash(table, high, low) > 1) repeated += length
  }
  out[0] = lines
  out[1] = lines === 0 ? 0 : ends / lines
  out[2] = lines === 0 ? 0 : short / lines
  out[3] = points === 0 ? 0 : repeated / points
  out[4] = tokens.count === 0 ? 0 : feeds / tokens.count
}
