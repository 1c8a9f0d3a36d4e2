// Trains byte-level BPE: counts words once, then merges the most frequent pair again and again with incremental counts.
import { ModelError } from "../model-error.ts"
import { byteCharacters, bytesInOrder } from "./byte-alphabet.ts"
import { byteLevelTokenizer } from "./byte-level.ts"
import { MergeQueue, PAIR_BASE } from "./merge-queue.ts"
import { createPreTokenizer, defaultPattern } from "./pre-tokenizer.ts"
import type { Tokenizer } from "./tokenizer.ts"

/** Settings of tokenizer training. */
export interface TokenizerTraining {
  readonly texts: Iterable<string>
  /** Size of the whole vocabulary: special tokens, 256 bytes and merges. */
  readonly vocabSize: number
  /** Special tokens in id order from 0; end of text and ChatML if not given. */
  readonly specialTokens?: readonly string[]
  /** Word pattern, `defaultPattern` if not given. */
  readonly pattern?: string
  /** Pairs rarer than this are not merged, 2 if not given. */
  readonly minCount?: number
}

/** End of text and the two ChatML marks. */
export const chatSpecialTokens: readonly string[] = ["<|endoftext|>", "<|im_start|>", "<|im_end|>"]

interface Words {
  /** Symbols of all words, one word after the other. */
  readonly symbols: Int32Array
  readonly starts: Int32Array
  /** Symbols left of each word; shrinks as pairs merge. */
  readonly lengths: Int32Array
  readonly counts: Float64Array
}

const countWords = (texts: Iterable<string>, pattern: string): Map<string, number> => {
  const counts = new Map<string, number>()
  const split = createPreTokenizer({ type: "Split", pattern: { Regex: pattern }, behavior: "Isolated" })
  for (const text of texts) {
    for (const word of split(text.toWellFormed(), "nothing")) counts.set(word, (counts.get(word) ?? 0) + 1)
  }
  return counts
}

const layOutWords = (counts: ReadonlyMap<string, number>, byteIds: Int32Array): Words => {
  const encoder = new TextEncoder()
  const encoded = [...counts.keys()].map((word) => encoder.encode(word))
  const symbols = new Int32Array(encoded.reduce((total, bytes) => total + bytes.length, 0))
  const starts = new Int32Array(encoded.length)
  const lengths = new Int32Array(encoded.length)
  let offset = 0
  encoded.forEach((bytes, word) => {
    starts[word] = offset
    lengths[word] = bytes.length
    for (const byte of bytes) symbols[offset++] = byteIds[byte]!
  })
  return { symbols, starts, lengths, counts: Float64Array.from(counts.values()) }
}

/** Pair counts and the words a pair may occur in; a word may be listed though the pair is gone from it. */
class PairIndex {
  readonly counts = new Map<number, number>()
  readonly words = new Map<number, number[]>()

  change(pair: number, by: number, word: number, touched: Set<number>): void {
    this.counts.set(pair, (this.counts.get(pair) ?? 0) + by)
    touched.add(pair)
    if (by < 0) return
    const words = this.words.get(pair)
    if (words === undefined) this.words.set(pair, [word])
    else if (words[words.length - 1] !== word) words.push(word)
  }
}

/** Replaces left+right by `merged` within one word and moves the counts of the pairs around it. */
const mergeInWord = (
  words: Words,
  word: number,
  merge: { readonly left: number; readonly right: number; readonly merged: number },
  index: PairIndex,
  touched: Set<number>
): void => {
  const { symbols } = words
  const { left, right, merged } = merge
  const start = words.starts[word]!
  const end = start + words.lengths[word]!
  const count = words.counts[word]!
  let write = start
  for (let read = start; read < end; read++) {
    const symbol = symbols[read]!
    if (symbol !== left || read + 1 >= end || symbols[read + 1] !== right) {
      symbols[write++] = symbol
      continue
    }
    index.change(left * PAIR_BASE + right, -count, word, touched)
    if (write > start) {
      const before = symbols[write - 1]!
      index.change(before * PAIR_BASE + left, -count, word, touched)
      index.change(before * PAIR_BASE + merged, count, word, touched)
    }
    if (read + 2 < end) {
      const after = symbols[read + 2]!
      index.change(right * PAIR_BASE + after, -count, word, touched)
      index.change(merged * PAIR_BASE + after, count, word, touched)
    }
    symbols[write++] = merged
    read++
  }
  words.lengths[word] = write - start
}

const learnMerges = (words: Words, firstId: number, mergeCount: number, minCount: number): [number, number][] => {
  const index = new PairIndex()
  const touched = new Set<number>()
  for (let word = 0; word < words.starts.length; word++) {
    const start = words.starts[word]!
    const end = start + words.lengths[word]!
    for (let place = start; place + 1 < end; place++) {
      const pair = words.symbols[place]! * PAIR_BASE + words.symbols[place + 1]!
      index.change(pair, words.counts[word]!, word, touched)
    }
  }
  const queue = new MergeQueue()
  for (const [pair, count] of index.counts) queue.push(count, pair)
  const merges: [number, number][] = []
  while (merges.length < mergeCount && queue.size > 0) {
    const { count, pair } = queue.pop()
    const present = index.counts.get(pair)!
    if (present !== count) {
      if (present > 0 && present < count) queue.push(present, pair)
      continue
    }
    if (count < minCount) break
    const left = Math.floor(pair / PAIR_BASE)
    const right = pair % PAIR_BASE
    const merge = { left, right, merged: firstId + merges.length }
    merges.push([left, right])
    touched.clear()
    const places = index.words.get(pair)!
    index.words.delete(pair)
    for (const word of places) mergeInWord(words, word, merge, index, touched)
    for (const changed of touched) {
      const now = index.counts.get(changed)!
      if (now > 0 && changed !== pair) queue.push(now, changed)
    }
  }
  return merges
}

/**
 * Trains a tokenizer (Sennrich et al., arXiv 1508.07909, over bytes as in GPT-2). Ids: special tokens, then bytes in the
 * order of their stand-in characters, then merges by falling count; equal counts take the pair with the smaller ids.
 * Stops early when no pair is frequent enough. Throws `SLUICE_SMALL_VOCABULARY` when the bytes do not fit.
 *
 * @example
 * import { trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: ["open open open the gate"], vocabSize: 300 })
 * tokenizer.vocabSize // → 263
 * Array.from(tokenizer.encode(" open"), (id) => tokenizer.decode([id])) // → [" open"]
 * tokenizer.decode(tokenizer.encode("dawn")) // → "dawn"
 */
export const trainTokenizer = (training: TokenizerTraining): Tokenizer => {
  const { texts, vocabSize, specialTokens = chatSpecialTokens, pattern = defaultPattern, minCount = 2 } = training
  const firstMerge = specialTokens.length + 256
  if (vocabSize < firstMerge) {
    throw new ModelError(
      "SLUICE_SMALL_VOCABULARY",
      `A vocabulary of ${vocabSize} cannot hold 256 bytes and ${specialTokens.length} special tokens.`
    )
  }
  const byteIds = new Int32Array(256)
  bytesInOrder.forEach((byte, place) => {
    byteIds[byte] = specialTokens.length + place
  })
  const words = layOutWords(countWords(texts, pattern), byteIds)
  const merges = learnMerges(words, firstMerge, vocabSize - firstMerge, minCount)
  const tokens: string[] = [...specialTokens]
  for (let byte = 0; byte < 256; byte++) tokens[byteIds[byte]!] = byteCharacters[byte]!
  const pairs = merges.map(([left, right]): [string, string] => {
    tokens.push(tokens[left]! + tokens[right]!)
    return [tokens[left]!, tokens[right]!]
  })
  return byteLevelTokenizer({
    tokens,
    merges: pairs,
    added: specialTokens.map((content, id) => ({ id, content, special: true })),
    patterns: [pattern]
  })
}
