// Measures what quality.dolma decides on: Gopher's attributes as Dolma's tagger gopher_v1 defines them.
import {
  countGrams,
  makeGrams,
  mostFrequentAt,
  pointsIn,
  pythonWords,
  STOP_WORDS,
  share,
  timesOf,
  wordList
} from "./word-grams.ts"

/** One score a rule; shares are in [0, 1], those of text in characters of words. */
export interface DolmaScores {
  readonly words: number
  readonly medianWordLength: number
  readonly symbolWords: number
  readonly alphabeticWords: number
  readonly stopWords: number
  readonly bulletLines: number
  readonly ellipsisLines: number
  readonly duplicateLines: number
  readonly duplicateLineText: number
  readonly top2: number
  readonly top3: number
  readonly top4: number
  readonly repeated5: number
  readonly repeated6: number
  readonly repeated7: number
  readonly repeated8: number
  readonly repeated9: number
  readonly repeated10: number
}

const median = (lengths: Int32Array): number => {
  if (lengths.length === 0) return 0
  const sorted = lengths.slice().sort()
  const middle = sorted.length >> 1
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2
}

/** Lines that occur more than once, every occurrence counted: their share of lines, and their characters. */
const duplicates = (lines: ReadonlyArray<string>) => {
  const times = new Map<string, number>()
  for (const line of lines) times.set(line, (times.get(line) ?? 0) + 1)
  let count = 0
  let points = 0
  for (const [line, n] of times) {
    if (n === 1) continue
    count += n
    points += n * pointsIn(line)
  }
  return { count, points }
}

/** The scores of one text. */
export const dolmaScores = (text: string): DolmaScores => {
  const words = pythonWords(text)
  const list = wordList(words, pointsIn)
  const letters = list.before[words.length]!
  const lines = text === "" ? [] : text.split("\n")
  const repeated = duplicates(lines)
  const grams = makeGrams(list)
  const top = (size: number): number => {
    const at = mostFrequentAt(grams, countGrams(list, size, grams))
    return at < 0 ? 0 : share(timesOf(grams, at) * (list.before[at + size]! - list.before[at]!), letters)
  }
  const inRepeated = (size: number): number => {
    const count = countGrams(list, size, grams)
    let all = 0
    let twice = 0
    for (let at = 0; at < count; at++) {
      const length = list.before[at + size]! - list.before[at]!
      all += length
      if (timesOf(grams, at) > 1) twice += length
    }
    return share(twice, all)
  }
  const wordsWith = (test: (word: string) => boolean) => words.reduce((sum, word) => sum + (test(word) ? 1 : 0), 0)
  const linesWith = (test: (line: string) => boolean) => lines.reduce((sum, line) => sum + (test(line) ? 1 : 0), 0)
  return {
    words: words.length,
    medianWordLength: median(list.lengths),
    symbolWords: share(
      wordsWith((word) => word.includes("#") || word.includes("\u2026")),
      words.length
    ),
    alphabeticWords: share(
      wordsWith((word) => /\p{L}/u.test(word)),
      words.length
    ),
    stopWords: wordsWith((word) => STOP_WORDS.has(word)),
    bulletLines: share(
      linesWith((line) => line.startsWith("*") || line.startsWith("-")),
      lines.length
    ),
    ellipsisLines: share(
      linesWith((line) => line.endsWith("\u2026")),
      lines.length
    ),
    duplicateLines: share(repeated.count, lines.length),
    duplicateLineText: share(repeated.points, letters),
    top2: top(2),
    top3: top(3),
    top4: top(4),
    repeated5: inRepeated(5),
    repeated6: inRepeated(6),
    repeated7: inRepeated(7),
    repeated8: inRepeated(8),
    repeated9: inRepeated(9),
    repeated10: inRepeated(10)
  }
}
