// Measures what quality.curator decides on: the English heuristic filters of NeMo Curator.
import {
  countGrams,
  type Grams,
  makeGrams,
  mostFrequentAt,
  pointsIn,
  pythonTrim,
  pythonWords,
  STOP_WORDS,
  share,
  type WordList,
  wordList
} from "./word-grams.ts"

const END_MARKS = [".", "?", "!", '"', "'"]
const ELLIPSES = ["...", "[...]", "\u2026", "(...)", "[\u2026]", "-\u00bb", "read more..", "read more"]
const BULLETS = new Set("\u2022\u2023\u2043\u204c\u204d\u2219\u25cb\u25cf\u25d8\u25e6\u29be\u29bf")
const URL = /https?:\/\/(?:[A-Za-z0-9$\-_@.&+/:=?#~!*(),]|%[0-9A-Fa-f]{2})+/g
/**
 * Curator's short phrases. Of its five whole cookie notices two hold one of these anyway; of the other three the beginning
 * stands here, so that a notice cut short counts too.
 */
const BOILERPLATE = [
  "terms of use",
  "privacy policy",
  "cookie policy",
  "uses cookies",
  "privacy overview",
  "use of cookies",
  "use cookies",
  "privacy & cookies policy",
  "privacy and cookies policy",
  "necessary cookies are absolutely essential for the website",
  "any cookies that may not be particularly necessary for the website",
  "if you continue to browse this site without changing your cookie settings"
]

const matches = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** The scores of one text, one a rule; shares are in [0, 1]. Where Curator would divide by 0, the score that drops. */
export const curatorScores = (text: string) => {
  const points = pointsIn(text)
  const words = pythonWords(text)
  const list = wordList(words, pointsIn)
  const lines = text.split("\n").filter((line) => pythonTrim(line) !== "")
  const trimmed = lines.map(pythonTrim)
  const grams = makeGrams(list)
  const ofText = (part: number): number => (points === 0 ? 1 : part / points)
  const ofWords = (test: (word: string) => boolean): number =>
    share(
      words.reduce((sum, word) => sum + (test(word) ? 1 : 0), 0),
      words.length
    )
  const ofLines = (test: (line: string) => boolean): number =>
    share(
      trimmed.reduce((sum, line) => sum + (test(line) ? 1 : 0), 0),
      trimmed.length
    )
  const paragraphs = text.split("\n\n")
  const isLetter = /\p{Alphabetic}/u
  return {
    nonAlphanumeric: ofText(points - matches(text, /[a-zA-Z0-9\n?!,.]/g)),
    symbolWords: words.length === 0 ? 1 : ofWords(isSymbol),
    digits: ofText(matches(text, /\p{Nd}/gu)),
    urlText: ofText((text.match(URL) ?? []).reduce((sum, url) => sum + url.length, 0)),
    whiteSpace: ofText(matches(text, /[\t\n\r\u0008 ]/g)),
    brackets: ofText(matches(text, /[{}\u27e8\u27e9[\]()]/g)),
    boilerplate: boilerplate(paragraphs),
    distinctLines: share(new Set(lines).size, lines.length),
    distinctParagraphs: share(new Set(paragraphs).size, paragraphs.length),
    distinctLineText: share(pointsIn([...new Set(lines)].join("")), pointsIn(lines.join(""))),
    distinctParagraphText: share(pointsIn([...new Set(paragraphs)].join("")), pointsIn(paragraphs.join(""))),
    words: words.length,
    openLines: lines.length === 0 ? 1 : ofLines((line) => !END_MARKS.some((mark) => line.endsWith(mark))),
    alphabeticWords: ofWords((word) => isLetter.test(word)),
    stopWords: words.reduce((sum, word) => sum + (STOP_WORDS.has(word) ? 1 : 0), 0),
    meanWordLength: share(list.before[words.length]!, words.length),
    longestWord: list.lengths.reduce((most, length) => Math.max(most, length), 0),
    ellipsisLines: ofLines((line) => endsInEllipsis(line.toLowerCase())),
    top2: top(text, words, points, list, grams, 2),
    top3: top(text, words, points, list, grams, 3),
    top4: top(text, words, points, list, grams, 4),
    repeated5: repeated(points, list, grams, 5),
    repeated6: repeated(points, list, grams, 6),
    repeated7: repeated(points, list, grams, 7),
    repeated8: repeated(points, list, grams, 8),
    repeated9: repeated(points, list, grams, 9),
    repeated10: repeated(points, list, grams, 10),
    bulletLines: ofLines((line) => BULLETS.has(line[0] ?? ""))
  }
}

/** An ellipsis mark, or runs of `#` that are more than half as many as the word has characters. */
const isSymbol = (word: string): boolean => ELLIPSES.includes(word) || matches(word, /#+/g) / pointsIn(word) > 0.5

const endsInEllipsis = (line: string): boolean => ELLIPSES.some((mark) => line.endsWith(mark))

const boilerplate = (paragraphs: ReadonlyArray<string>): number => {
  let found = 0
  for (const paragraph of paragraphs) {
    const lower = paragraph.toLowerCase()
    if (lower.includes("lorem ipsum")) return 1
    if (BOILERPLATE.some((phrase) => lower.includes(phrase))) found++
  }
  return found / paragraphs.length
}

/** The share of the text that taking out the most frequent n-gram's words, a space between them, takes away. */
const top = (
  text: string,
  words: ReadonlyArray<string>,
  points: number,
  list: WordList,
  grams: Grams,
  size: number
): number => {
  const at = mostFrequentAt(grams, countGrams(list, size, grams))
  if (at < 0) return 1
  const gram = words.slice(at, at + size).join(" ")
  let times = 0
  for (let from = text.indexOf(gram); from >= 0; from = text.indexOf(gram, from + gram.length)) times++
  return (times * pointsIn(gram)) / points
}

/** The share of the text in n-grams that occurred before, words that overlap counted once, a space between words. */
const repeated = (points: number, list: WordList, grams: Grams, size: number): number => {
  const count = countGrams(list, size, grams)
  if (count === 0) return 1
  const seen = new Set<number>()
  let sum = 0
  let overlap = 0
  for (let at = 0; at < count; at++) {
    const key = grams.high[at]! * 2 ** 21 + (grams.low[at]! & 0x1fffff)
    if (seen.has(key)) {
      sum += list.before[at + size]! - list.before[at + overlap]! + Math.min(size - overlap, size - 1)
      overlap = size
    } else seen.add(key)
    overlap = Math.max(overlap - 1, 0)
  }
  return sum / points
}
