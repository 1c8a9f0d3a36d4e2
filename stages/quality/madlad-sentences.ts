// MADLAD-400's questionable sentences (Kudugunta et al. 2023, 2.3) as datamap-rs marks them: list case, length, marks, cursed text.
import { rustWords, unicodeWords } from "./dclm-words.ts"

/** Rules 2 to 5 of MADLAD-400; rule 1, a sentence in another language than its document, is not here. */
export const sentenceRules = ["list-case", "length", "technical", "cursed"] as const
export type SentenceRule = (typeof sentenceRules)[number]

/** Strings that a cursed sentence contains, and patterns that it has. */
export interface Cursed {
  readonly strings: ReadonlyArray<string>
  readonly patterns: ReadonlyArray<RegExp>
}

/** A list's entries: one between slashes is a pattern, any other a string. */
export const cursedOf = (entries: ReadonlyArray<string>): Cursed => {
  const isPattern = (entry: string) => entry.length > 2 && entry.startsWith("/") && entry.endsWith("/")
  return {
    strings: entries.filter((entry) => !isPattern(entry)),
    patterns: entries.filter(isPattern).map((entry) => new RegExp(entry.slice(1, -1), "u"))
  }
}

const CASE_WORDS = 12
const SHORTEST = 20
const LONGEST = 500
const END = /[.!?]+[\t-\r \x85\xa0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/

const rules: { readonly [R in SentenceRule]: (sentence: string, cursed: Cursed) => boolean } = {
  "list-case": (sentence) => {
    const words = unicodeWords(sentence)
    if (words.length < CASE_WORDS) return false
    return words.filter((word) => /^\p{Uppercase}/u.test(word)).length > words.length * 0.5
  },
  length: (sentence) => {
    const bytes = Buffer.byteLength(sentence)
    return bytes < SHORTEST || bytes > LONGEST
  },
  technical: (sentence) => (sentence.match(/[0-9{}+/()>]/g)?.length ?? 0) > Buffer.byteLength(sentence) * 0.2,
  cursed: (sentence, { strings, patterns }) =>
    strings.some((string) => sentence.includes(string)) || patterns.some((pattern) => pattern.test(sentence))
}

/** How many sentences a text has, and the share of them that one of the rules asked for finds questionable. */
export const questionableSentences = (
  text: string,
  asked: ReadonlyArray<SentenceRule>,
  cursed: Cursed
): { readonly sentences: number; readonly questionable: number } => {
  const sentences = text.split(END).filter((sentence) => rustWords(sentence).length > 0)
  let found = 0
  for (const sentence of sentences) if (asked.some((rule) => rules[rule](sentence, cursed))) found++
  return { sentences: sentences.length, questionable: sentences.length === 0 ? 0 : found / sentences.length }
}
