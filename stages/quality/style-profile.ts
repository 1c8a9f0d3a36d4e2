// The style of a text in a few numbers, and how far each stands from what is usual among others.
import { countWords, plainWords } from "#sluice/text"

/** The features, in order. */
export const STYLE_FEATURES = [
  "log of words",
  "words of a sentence",
  "letters of a word",
  "lines that are list items",
  "lines that are headings",
  "fenced or quoted code",
  "exclamation marks",
  "question marks",
  "emoji",
  "bold and italic marks",
  "capitals",
  "first person",
  "second person",
  "contractions",
  "commas and brackets"
] as const

const share = (part: number, whole: number): number => (whole === 0 ? 0 : part / whole)
const times = (text: string, pattern: RegExp): number => text.match(pattern)?.length ?? 0

/** One number a feature; marks and words of a kind for each word, lines for each line. */
export const styleOf = (text: string): ReadonlyArray<number> => {
  const words = countWords(text)
  const plain = plainWords(text)
  const lines = text.split("\n").filter((line) => line.trim() !== "")
  const sentences = Math.max(1, times(text, /[.?!\u3002\uff01\uff1f](?=\s|$|["')])/g))
  const of = (test: RegExp) => share(lines.filter((line) => test.test(line)).length, lines.length)
  const each = (pattern: RegExp) => share(times(text, pattern), words)
  const letters = times(text, /\p{L}/gu)
  return [
    Math.log(1 + words),
    words / sentences,
    share(letters, plain.length),
    of(/^\s*(?:[-*+\u2022]|\d{1,3}[.)])\s/),
    of(/^#{1,6}\s/),
    each(/```|`[^`\n]+`/g),
    each(/!/g),
    each(/\?/g),
    each(/\p{Extended_Pictographic}/gu),
    each(/\*\*|__|(?<![*\w])\*(?=\w)/g),
    share(times(text, /\p{Lu}/gu), letters),
    each(/\b(?:i|me|my|mine|we|us|our)\b/gi),
    each(/\b(?:you|your|yours)\b/gi),
    each(/\b\w+['\u2019](?:s|t|re|ve|ll|d|m)\b/gi),
    each(/[,;()]/g)
  ]
}

/** Middle and spread of one feature over all texts. */
export interface Usual {
  readonly median: number
  /** The median distance from the median, times 1.4826: a standard deviation where values are normal. */
  readonly spread: number
}

const medianOf = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b)
  return sorted[sorted.length >> 1] ?? 0
}

/** What is usual in each feature. Where most texts are alike the spread is that of the others, at least a hundredth. */
export const usualStyle = (styles: ReadonlyArray<ReadonlyArray<number>>): ReadonlyArray<Usual> =>
  STYLE_FEATURES.map((_, feature) => {
    const values = styles.map((style) => style[feature]!)
    const median = medianOf(values)
    const distances = values.map((value) => Math.abs(value - median))
    const mean = distances.reduce((sum, value) => sum + value, 0) / Math.max(1, distances.length)
    return { median, spread: Math.max(1.4826 * medianOf(distances), 1.2533 * mean, 0.01) }
  })

/** How far a style is from the usual: the root of the mean square of its distances, in spreads, each at most 10. */
export const styleDistance = (style: ReadonlyArray<number>, usual: ReadonlyArray<Usual>): number => {
  let sum = 0
  for (let i = 0; i < usual.length; i++) {
    const distance = Math.min(10, Math.abs(style[i]! - usual[i]!.median) / usual[i]!.spread)
    sum += distance * distance
  }
  return Math.sqrt(sum / usual.length)
}
