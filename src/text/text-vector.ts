// A text as a short vector of its content words' pieces, hashed: near for texts that speak of the same, without a model.
import { mix32 } from "./hashing.ts"
import { plainWords } from "./words.ts"

/** Numbers of a vector. */
export const DIMENSIONS = 256

/** English words that say little of what a text is about; shorter ones are left out by their length. */
const FUNCTION_WORDS = new Set(
  (
    "about above after again also although always among another anything are around because been before being below between both but " +
    "came can come could did does doing done down each either else even ever every everything few for from get gets getting give given gives go goes going had has have " +
    "having her here hers him his how however into its itself just know last least less let like made make makes making many may maybe more most much must never not nothing now off often " +
    "one only onto other others our out over own please put rather same say says see seem she should since some someone something still such take than that the their " +
    "them then there these they thing things this those though through thus too under until upon use used uses using very want was way well were what when where whether " +
    "which while who whom whose why will with within without would yes yet you your yours answer describe explain following list question sentence write"
  ).split(" ")
)

const UNSPACED = /[\p{Script=Han}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Hangul}\p{Script=Thai}]/u

/** The words of a text that say what it is about, in lower case, in order; of scripts without spaces the letters. */
export const contentWords = (text: string): ReadonlyArray<string> =>
  plainWords(text).flatMap((word) => {
    if (UNSPACED.test(word)) return [...word]
    return (word.length > 2 || /\d/.test(word)) && !FUNCTION_WORDS.has(word) ? [word] : []
  })

const hashOf = (text: string, from: number, to: number): number => {
  let hash = 0x811c9dc5
  for (let i = from; i < to; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193)
  return mix32(hash)
}

/**
 * The vector of a text: each content word and its pieces of 3 to 5 letters, ends marked, add ±1 at a hashed place, words three times; n
 * occurrences of a word count 1 + ln n. Of length 1, or 0 where there are no content words.
 */
export const textVector = (text: string): Float64Array => {
  const counts = new Map<string, number>()
  for (const word of contentWords(text)) counts.set(word, (counts.get(word) ?? 0) + 1)
  const vector = new Float64Array(DIMENSIONS)
  const add = (hash: number, weight: number) => {
    vector[hash & (DIMENSIONS - 1)]! += (hash >>> 16) & 1 ? weight : -weight
  }
  for (const [word, count] of counts) {
    const weight = 1 + Math.log(count)
    const marked = `<${word}>`
    const pieces = Math.max(1, 3 * marked.length - 9)
    add(hashOf(marked, 0, marked.length), weight)
    for (let size = 3; size <= 5; size++)
      for (let from = 0; from + size <= marked.length; from++)
        add(hashOf(marked, from, from + size), weight / Math.sqrt(pieces))
  }
  let square = 0
  for (const value of vector) square += value * value
  if (square > 0) for (let i = 0; i < DIMENSIONS; i++) vector[i]! /= Math.sqrt(square)
  return vector
}

/** A vector as signed bytes, its largest number ±127; no bytes where all are 0. Of two such vectors the cosine is that of the two within 0.002. */
export const packVector = (vector: ArrayLike<number>): Uint8Array => {
  let most = 0
  for (let i = 0; i < vector.length; i++) most = Math.max(most, Math.abs(vector[i]!))
  if (most === 0) return new Uint8Array(0)
  return Uint8Array.from(vector, (value) => Math.round((value / most) * 127) & 0xff)
}

/** The cosine of two vectors of length 1. */
export const cosine = (a: ArrayLike<number>, b: ArrayLike<number>): number => {
  let sum = 0
  for (let i = 0; i < DIMENSIONS; i++) sum += a[i]! * b[i]!
  return sum
}
