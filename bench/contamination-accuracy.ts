// How many planted benchmark items the index probe and the 8-gram overlap find, by how many of their words were changed.
import { shingleKey, shingles } from "#sluice/text"
import {
  makeProbeIndex,
  type ProbeIndex,
  type ProbeSettings,
  probe,
  probedWords
} from "../stages/quality/probe-index.ts"
import { memberText } from "./given-archive.ts"

/** The defaults of quality.decontaminate. */
const settings: ProbeSettings = {
  score: "weight",
  ngram: 4,
  step: 7,
  maxMisses: 8,
  minOverlap: 0.815,
  exactUpTo: 19,
  fullFrom: 38,
  minUnique: 4
}

const questions = (member: string): ReadonlyArray<string> =>
  memberText("gsm8k.tar.zst", member)
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { readonly question: string }).question)

export interface Planted {
  /** Of each item's words one in so many is changed; 0 for none. */
  readonly oneIn: number
  readonly probe: number
  /** The probe with `score: "words"`. */
  readonly byWords: number
  readonly ngram: number
}

export interface ContaminationReport {
  readonly planted: ReadonlyArray<Planted>
  /** Share of the training questions, nothing planted, that each method would drop. */
  readonly unplanted: { readonly probe: number; readonly byWords: number; readonly ngram: number }
  /** MB of text probed a second of processor time. */
  readonly rate: number
}

/** GSM8K's 1,319 test questions, each planted between two of its training questions. */
export const contaminationAccuracy = (): ContaminationReport => {
  const tests = questions("eval/gsm8k/test.jsonl")
  const train = questions("eval/gsm8k/train.jsonl")
  const items = tests.map(probedWords)
  const index = makeProbeIndex(items, settings)
  const wordIndex = makeProbeIndex(items, { ...settings, score: "words" })
  const grams = new Set(tests.flatMap((text) => keysOf(text)))
  const shares = (text: string) => keysOf(text).some((key) => grams.has(key))
  const holds = (by: ProbeIndex, text: string, item?: number) =>
    probe(by, probedWords(text)).some((match) => item === undefined || match.item === item)
  const planted = [0, 40, 20, 12, 8].map((oneIn) => {
    const texts = tests.map((text, i) => `${train[i]} ${changed(text, oneIn)} ${train[i + tests.length]}`)
    return {
      oneIn,
      probe: texts.filter((text, item) => holds(index, text, item)).length / tests.length,
      byWords: texts.filter((text, item) => holds(wordIndex, text, item)).length / tests.length,
      ngram: texts.filter(shares).length / tests.length
    }
  })
  const before = process.cpuUsage()
  const dropped = train.filter((text) => holds(index, text)).length
  const { user, system } = process.cpuUsage(before)
  const bytes = train.reduce((sum, text) => sum + Buffer.byteLength(text), 0)
  return {
    planted,
    unplanted: {
      probe: dropped / train.length,
      byWords: train.filter((text) => holds(wordIndex, text)).length / train.length,
      ngram: train.filter(shares).length / train.length
    },
    rate: bytes / (user + system)
  }
}

const keysOf = (text: string): ReadonlyArray<number> => {
  const hashes = shingles(text, 8)
  return Array.from({ length: hashes.length / 8 }, (_, i) => shingleKey(hashes, i * 8))
}

/** A text with one in `oneIn` of its words written otherwise, evenly spread. */
const changed = (text: string, oneIn: number): string =>
  oneIn === 0
    ? text
    : text
        .split(" ")
        .map((word, i) => (i % oneIn === oneIn >> 1 ? `${word}s` : word))
        .join(" ")
