// Measures what quality.dclm decides on: the heuristic filters of DCLM's recipe as datamap-rs defines them.
import { dclmLines, fewerFeeds } from "./dclm-line-cleaning.ts"
import { pageWords, rustWords, unicodeWords } from "./dclm-words.ts"
import { type Cursed, questionableSentences, type SentenceRule } from "./madlad-sentences.ts"
import {
  countGrams,
  type Grams,
  makeGrams,
  mostFrequentAt,
  pointsIn,
  STOP_WORDS,
  share,
  timesOf,
  type WordList,
  wordList
} from "./word-grams.ts"

const bytesIn = (text: string): number => Buffer.byteLength(text)
const times = (text: string, part: string): number => text.split(part).length - 1

/** The scores of one text, one a rule; shares of text are of bytes. Sentences are those of what the line rules leave. */
export const dclmScores = (text: string, sentenceRules: ReadonlyArray<SentenceRule>, cursed: Cursed) => {
  const words = rustWords(text)
  const lines = text.split("\n")
  const shown = text
    .split("\n")
    .map((line) => line.replace(/\r$/, ""))
    .filter((line) => line !== "")
  const symbols = ["#", "...", ". . .", "\u2026"].reduce((sum, symbol) => sum + times(text, symbol), 0)
  const letterless = words.reduce((sum, word) => sum + (/\p{Alphabetic}/u.test(word) ? 0 : 1), 0)
  const collapsed = fewerFeeds(text)
  const list = wordList(unicodeWords(collapsed), bytesIn)
  const grams = makeGrams(list)
  const before = list.ids.length
  const cleaned = dclmLines(collapsed)
  const left = unicodeWords(cleaned).length
  const pieces = (separator: string) => collapsed.split(separator).filter((piece) => piece !== "")
  const lineRepeats = repeats(pieces("\n"))
  const paragraphRepeats = repeats(pieces("\n\n"))
  return {
    characters: pointsIn(text),
    words: pageWords(text),
    meanWordLength: share(
      words.reduce((sum, word) => sum + bytesIn(word), 0),
      words.length
    ),
    symbols: symbols / Math.max(rustWords(text.replaceAll(". . .", "...")).length, 1),
    bulletLines: lines.reduce((sum, line) => sum + (/^[\u25cf\u2022*-]/.test(line) ? 1 : 0), 0) / lines.length,
    ellipsisLines: share(
      shown.reduce((sum, line) => sum + (/(?:\.\.\.|\. \. \.|\u2026)$/.test(line) ? 1 : 0), 0),
      shown.length
    ),
    letterlessWords: words.length < 2 ? 1 : letterless / words.length,
    stopWords: words.reduce((sum, word) => sum + (STOP_WORDS.has(word.toLowerCase()) ? 1 : 0), 0),
    lines: lineRepeats.share,
    paragraphs: paragraphRepeats.share,
    lineText: lineRepeats.text,
    paragraphText: paragraphRepeats.text,
    repeated2: repeated(list, grams, 2),
    repeated3: repeated(list, grams, 3),
    repeated4: repeated(list, grams, 4),
    repeated5: repeated(list, grams, 5),
    repeated6: repeated(list, grams, 6),
    repeated7: repeated(list, grams, 7),
    repeated8: repeated(list, grams, 8),
    repeated9: repeated(list, grams, 9),
    repeated10: repeated(list, grams, 10),
    removedWords: before === 0 ? 1 : (before - left) / before,
    ...questionableSentences(fewerFeeds(cleaned), sentenceRules, cursed)
  }
}

/** Pieces that occur more than once, every occurrence counted: their share of pieces and of text. None counts as all. */
const repeats = (pieces: ReadonlyArray<string>): { readonly share: number; readonly text: number } => {
  if (pieces.length === 0) return { share: 1, text: 1 }
  const counts = new Map<string, number>()
  for (const piece of pieces) counts.set(piece, (counts.get(piece) ?? 0) + 1)
  let count = 0
  let bytes = 0
  let all = 0
  for (const [piece, n] of counts) {
    const size = n * bytesIn(piece)
    all += size
    if (n === 1) continue
    count += n
    bytes += size
  }
  return { share: count / pieces.length, text: bytes / all }
}

/**
 * The share of the words' bytes in n-grams that occur more than once; up to 4 words in the most frequent n-gram alone, the
 * longest where several are. A word counts once, in however many n-grams it is.
 */
const repeated = (list: WordList, grams: Grams, size: number): number => {
  const count = countGrams(list, size, grams)
  if (count < 2) return 0
  const one = size <= 4 ? longestFrequent(list, grams, count, size) : -1
  if (size <= 4 && one < 0) return 0
  let bytes = 0
  let marked = 0
  for (let at = 0; at < count; at++) {
    const counts =
      size <= 4 ? grams.high[at] === grams.high[one] && grams.low[at] === grams.low[one] : timesOf(grams, at) > 1
    if (!counts) continue
    const from = Math.max(at, marked)
    bytes += list.before[at + size]! - list.before[from]!
    marked = at + size
  }
  return bytes / list.before[list.ids.length]!
}

/** The first of the most frequent n-grams that occur twice at least, of those the longest; −1 where there is none. */
const longestFrequent = (list: WordList, grams: Grams, count: number, size: number): number => {
  const first = mostFrequentAt(grams, count)
  const most = timesOf(grams, first)
  if (most < 2) return -1
  let best = first
  let longest = 0
  for (let at = 0; at < count; at++) {
    const bytes = list.before[at + size]! - list.before[at]!
    if (bytes <= longest || timesOf(grams, at) !== most) continue
    longest = bytes
    best = at
  }
  return best
}
