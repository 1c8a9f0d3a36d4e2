// Measures what quality.c4 decides on, for one text or for a batch.
import type { Column, TextColumn } from "#sluice"
import { classOf, makeTokens, TERMINAL, type Tokeniser } from "#sluice/text"
import { cleanLines, type LineRules } from "./line-cleaning.ts"

const NAMES = ["loremIpsum", "curlyBracket", "sentences"] as const

/** Numbers of the first lines that drop the text, 0 where there is none, and of the sentences in the lines kept. */
export type C4Scores = { readonly [K in (typeof NAMES)[number]]: number }

/** The scores of one text. */
export const c4Scores = (text: string, rules: LineRules, tokenise: Tokeniser): C4Scores => {
  const { kept, loremIpsum, curlyBracket } = cleanLines(text, rules)
  return { loremIpsum, curlyBracket, sentences: sentencesIn(kept, tokenise) }
}

/** The scores of a batch as columns. */
export const c4Batch = (
  { bytes, offsets }: TextColumn,
  rows: number,
  rules: LineRules,
  tokenise: Tokeniser
): { readonly [name: string]: Column } => {
  const buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const columns = NAMES.map(() => new Float64Array(rows))
  for (let row = 0; row < rows; row++) {
    const scores = c4Scores(buffer.toString("utf8", offsets[row]!, offsets[row + 1]!), rules, tokenise)
    for (let i = 0; i < NAMES.length; i++) columns[i]![row] = scores[NAMES[i]!]
  }
  return Object.fromEntries(
    NAMES.map((name, i) => [name, { type: "number", integer: true, values: columns[i]!, valid: undefined }])
  )
}

/**
 * The number of sentences in the lines, each by itself, as spaCy's sentencizer counts them: a sentence starts at the first
 * token after a mark that ends one that is not punctuation itself.
 */
const sentencesIn = (lines: ReadonlyArray<string>, tokenise: Tokeniser): number => {
  let sentences = 0
  for (const line of lines) {
    const bytes = Buffer.from(line, "utf8")
    const tokens = makeTokens(bytes.length)
    tokenise(bytes, 0, bytes.length, tokens)
    let ended = false
    for (let i = 0; i < tokens.count; i++) {
      const from = tokens.start[i]!
      if (i === 0) sentences++
      const gap = i === 0 ? 0 : from - tokens.end[i - 1]!
      if (ended && gap > 0 && (gap > 1 || bytes[from - 1] !== 0x20)) {
        sentences++
        ended = false
      }
      const end = isEnd(bytes, from, tokens.points[i]!)
      if (end) ended = true
      else if (ended && !isPunctuation(bytes.toString("utf8", from, tokens.end[i]))) {
        sentences++
        ended = false
      }
    }
  }
  return sentences
}

const isEnd = (bytes: Buffer, from: number, points: number): boolean =>
  points === 1 && (classOf(bytes.toString("utf8", from, from + 4).codePointAt(0)!) & TERMINAL) !== 0

const isPunctuation = (token: string): boolean => /^\p{P}+$/u.test(token)
