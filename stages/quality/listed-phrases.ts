// Listed words and phrases in a text: whole words in lower case, or anywhere for scripts written without spaces.
import { plainWords } from "#sluice/text"

/** A list made ready. */
export interface Phrases {
  /** By their first word, the words of each phrase. */
  readonly byFirst: ReadonlyMap<string, ReadonlyArray<ReadonlyArray<string>>>
  /** Entries of scripts without spaces, looked for anywhere. */
  readonly anywhere: ReadonlyArray<string>
}

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Thai}\p{Script=Lao}\p{Script=Khmer}]/u

const folded = (text: string): string => text.normalize("NFKC").toLowerCase()

export const phrasesOf = (entries: ReadonlyArray<string>): Phrases => {
  const byFirst = new Map<string, Array<ReadonlyArray<string>>>()
  const anywhere: Array<string> = []
  for (const entry of new Set(entries.map(folded))) {
    if (UNSPACED.test(entry)) {
      anywhere.push(entry.trim())
      continue
    }
    const words = plainWords(entry)
    if (words.length === 0) continue
    const known = byFirst.get(words[0]!)
    if (known === undefined) byFirst.set(words[0]!, [words])
    else known.push(words)
  }
  for (const phrases of byFirst.values()) phrases.sort((a, b) => b.length - a.length)
  return { byFirst, anywhere }
}

/** What was found: words of the text, words in listed phrases, phrases, how many different ones, and the first. */
export interface Found {
  words: number
  listedWords: number
  matches: number
  distinct: number
  first: string
}

/** Looks for phrases from left to right, the longest at each place; none overlap. */
export const findPhrases = (text: string, { byFirst, anywhere }: Phrases): Found => {
  const plain = folded(text)
  const words = plainWords(plain)
  const seen = new Set<string>()
  const found: Found = { words: words.length, listedWords: 0, matches: 0, distinct: 0, first: "" }
  const note = (phrase: string, size: number, times: number) => {
    found.matches += times
    found.listedWords += size * times
    if (found.first === "") found.first = phrase
    seen.add(phrase)
  }
  for (let at = 0; at < words.length; at++) {
    const phrases = byFirst.get(words[at]!)
    const one = phrases?.find((phrase) => phrase.every((word, i) => words[at + i] === word))
    if (one === undefined) continue
    note(one.join(" "), one.length, 1)
    at += one.length - 1
  }
  for (const phrase of anywhere) {
    const times = plain.split(phrase).length - 1
    if (times > 0) note(phrase, 1, times)
  }
  found.distinct = seen.size
  return found
}
