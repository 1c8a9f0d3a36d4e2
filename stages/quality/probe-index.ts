// An index of benchmark items that training texts are probed against: which item a text holds, where, and how much of it.
import { hashedWords, readWord, writeWord } from "#sluice/text"

/**
 * How much of an item a text must hold. The method is that of AI2's decon ("simple" mode), which counts tokens of cl100k where
 * this counts words.
 */
export interface ProbeSettings {
  /** `weight`: the share of the item's n-grams by weight; `words`: the share of its words that lie in n-grams met. */
  readonly score: "weight" | "words"
  /** Words of an n-gram of the index. */
  readonly ngram: number
  /** Words from one probe of a text to the next. */
  readonly step: number
  /** N-grams in a row that may miss before a match ends. */
  readonly maxMisses: number
  /** Share of an item's weight in n-grams that the text must hold; items of up to `exactUpTo` words must be held whole. */
  readonly minOverlap: number
  readonly exactUpTo: number
  /** Words from which on `minOverlap` is enough; between the two the share falls in a straight line. */
  readonly fullFrom: number
  /** Items of fewer different words are met by texts of exactly the same words alone. */
  readonly minUnique: number
}

/** A text that holds an item: the words `from .. to` of it, and the share of the item's weight. */
export interface ProbeMatch {
  readonly item: number
  readonly from: number
  readonly to: number
  readonly overlap: number
}

interface Item {
  readonly words: Uint32Array
  /** Keys of its n-grams, each once. */
  readonly grams: ReadonlySet<number>
  readonly weight: number
  readonly needed: number
  /** An earlier item of the same words, that stands for it; itself where it is the first. */
  readonly same: number
}

export interface ProbeIndex {
  readonly settings: ProbeSettings
  readonly items: ReadonlyArray<Item>
  /** Items by the n-grams they have. */
  readonly postings: ReadonlyMap<number, ReadonlyArray<number>>
  /** log((1 + items) / items with the n-gram). */
  readonly weights: ReadonlyMap<number, number>
  /** Items that a step would step over, by their first n-gram. */
  readonly short: ReadonlyMap<number, ReadonlyArray<number>>
  /** Items that only equal texts meet, by the digest of their words. */
  readonly whole: ReadonlyMap<number, ReadonlyArray<number>>
}

/** The words of a text as little-endian 32-bit hashes, as `hashedWords` cuts and hashes them. */
export const probedWords = (text: string): Uint8Array => {
  const { first } = hashedWords(Buffer.from(text, "utf8"))
  const out = new Uint8Array(first.length * 4)
  for (let i = 0; i < first.length; i++) writeWord(out, i * 4, first[i]!)
  return out
}

const wordsOf = (bytes: Uint8Array): Uint32Array => {
  const words = new Uint32Array(bytes.length >> 2)
  for (let i = 0; i < words.length; i++) words[i] = readWord(bytes, i * 4)
  return words
}

/** 53 bits that stand for the words `from .. to`. */
const keyOf = (words: Uint32Array, from: number, to: number): number => {
  let a = to - from
  let b = ~a
  for (let i = from; i < to; i++) {
    a = (Math.imul(a ^ (a >>> 16), 0x7feb352d) + words[i]!) | 0
    b = (Math.imul(b ^ (b >>> 15), 0x5bd1e995) + words[i]!) | 0
  }
  return ((b >>> 11) & 0x1fffff) * 2 ** 32 + (a >>> 0)
}

const added = (lists: Map<number, Array<number>>, key: number, item: number) => {
  const list = lists.get(key)
  if (list === undefined) lists.set(key, [item])
  else list.push(item)
}

const neededOf = ({ minOverlap, exactUpTo, fullFrom }: ProbeSettings, words: number): number => {
  if (words <= exactUpTo) return 1
  if (words >= fullFrom) return minOverlap
  return 1 - ((1 - minOverlap) * (words - exactUpTo)) / (fullFrom - exactUpTo)
}

/** Indexes items given as `probedWords`; of items with the same words one stands for all. */
export const makeProbeIndex = (texts: ReadonlyArray<Uint8Array>, settings: ProbeSettings): ProbeIndex => {
  const { ngram, step, minUnique } = settings
  const first = new Map<number, number>()
  const postings = new Map<number, Array<number>>()
  const short = new Map<number, Array<number>>()
  const whole = new Map<number, Array<number>>()
  const raw = texts.map((bytes, item) => {
    const words = wordsOf(bytes)
    const key = keyOf(words, 0, words.length)
    const same = first.get(key) ?? item
    first.set(key, same)
    const grams = new Set<number>()
    const isWhole = words.length < ngram || new Set(words).size < minUnique
    if (same !== item || words.length === 0) return { words, grams, same }
    if (isWhole) added(whole, key, item)
    else {
      for (let at = 0; at + ngram <= words.length; at++) grams.add(keyOf(words, at, at + ngram))
      for (const gram of grams) added(postings, gram, item)
      if (words.length < step + ngram - 1) added(short, keyOf(words, 0, ngram), item)
    }
    return { words, grams, same }
  })
  const weights = new Map([...postings].map(([gram, items]) => [gram, Math.log((1 + raw.length) / items.length)]))
  const items = raw.map(({ words, grams, same }) => ({
    words,
    grams,
    same,
    weight: [...grams].reduce((sum, gram) => sum + weights.get(gram)!, 0),
    needed: neededOf(settings, words.length)
  }))
  return { settings, items, postings, weights, short, whole }
}

/** How much of an item counts as held. */
export const neededShare = ({ items }: ProbeIndex, item: number): number => items[item]!.needed

/**
 * All items that a text, given as `probedWords`, holds enough of, each with the best of its matches. Every `step`-th n-gram
 * is looked up; from a hit the match grows both ways while n-grams of the same item come, at most `maxMisses` others between.
 */
export const probe = (index: ProbeIndex, bytes: Uint8Array, atLeast?: number): ReadonlyArray<ProbeMatch> => {
  const { settings, items, postings, short, whole } = index
  const { ngram, step } = settings
  const words = wordsOf(bytes)
  const best = new Map<number, ProbeMatch>()
  const note = (match: ProbeMatch) => {
    const known = best.get(match.item)
    if (
      match.overlap >= Math.min(items[match.item]!.needed, atLeast ?? 1) - 1e-9 &&
      !(known && known.overlap >= match.overlap)
    )
      best.set(match.item, match)
  }
  if (whole.size > 0 && words.length > 0)
    for (const item of whole.get(keyOf(words, 0, words.length)) ?? [])
      note({ item, from: 0, to: words.length, overlap: 1 })
  const last = words.length - ngram
  if (last < 0) return [...best.values()]
  const keys = new Float64Array(last + 1)
  if (short.size > 0 || postings.size > 0) for (let at = 0; at <= last; at++) keys[at] = keyOf(words, at, at + ngram)
  /** By item, the n-gram up to which the text has been looked at. */
  const seen = new Map<number, number>()
  const meet = (at: number, item: number) => {
    if ((seen.get(item) ?? -1) >= at) return
    const match = grown(index, item, keys, at)
    seen.set(item, match.to - ngram)
    note(match)
  }
  if (short.size > 0) for (let at = 0; at <= last; at++) for (const item of short.get(keys[at]!) ?? []) meet(at, item)
  if (postings.size > 0)
    for (let at = 0; at <= last; at += step) for (const item of postings.get(keys[at]!) ?? []) meet(at, item)
  return [...best.values()].sort((a, b) => a.item - b.item)
}

/** The match that a hit at `at` grows into. */
const grown = ({ settings, items, weights }: ProbeIndex, item: number, keys: Float64Array, at: number): ProbeMatch => {
  const { grams, weight, words } = items[item]!
  const met = new Set<number>([keys[at]!])
  let from = at
  let to = at
  for (let next = at + 1, misses = 0; next < keys.length && misses <= settings.maxMisses; next++) {
    if (grams.has(keys[next]!)) {
      met.add(keys[next]!)
      to = next
      misses = 0
    } else misses++
  }
  for (let next = at - 1, misses = 0; next >= 0 && misses <= settings.maxMisses; next--) {
    if (grams.has(keys[next]!)) {
      met.add(keys[next]!)
      from = next
      misses = 0
    } else misses++
  }
  const span = { item, from, to: to + settings.ngram }
  if (settings.score === "words")
    return { ...span, overlap: Math.min(1, covered(grams, keys, from, to, settings.ngram) / words.length) }
  let held = 0
  for (const gram of met) held += weights.get(gram)!
  return { ...span, overlap: weight === 0 ? 1 : held / weight }
}

/** Words of a text that lie in n-grams of an item, between two of them. */
const covered = (grams: ReadonlySet<number>, keys: Float64Array, from: number, to: number, ngram: number): number => {
  let count = 0
  let end = from
  for (let at = from; at <= to; at++) {
    if (!grams.has(keys[at]!)) continue
    count += at + ngram - Math.max(at, end)
    end = at + ngram
  }
  return count
}
