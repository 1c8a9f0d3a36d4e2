// The texts of a batch cut into tokens once, for all filters of a thread that ask for the same texts one after another.
import { longestOf, type PackedBytes } from "./packed-bytes.ts"
import { TextKernel } from "./text-kernel.ts"
import { tokenise } from "./tokens.ts"

/** What counts as a token: `spacy` as spaCy's English tokenizer cuts, `plain` as `tokenise` does. */
export type WordRule = "spacy" | "plain"

/** Numbers kept of each text: the scores that `TextKernel.keep` gives. */
const KEPT = 5

interface Cut {
  readonly kernel: TextKernel
  readonly words: WordRule
  readonly rows: number
  readonly offsets: Int32Array
  /** The number of the first token of each text. */
  readonly first: Int32Array
  readonly kept: Float64Array
}

/** Texts and measures of them, in the order of the batch they were asked for with. */
export class CutTexts {
  readonly #cut: Cut
  /** Rows of the batch that was cut, where these are some of them. */
  readonly #index: Int32Array

  constructor(cut: Cut, index: Int32Array) {
    this.#cut = cut
    this.#index = index
  }

  /** Scores of the last measure, as `TextKernel` describes them. Overwritten by the next. */
  get scores(): Float64Array {
    return this.#cut.kernel.scores
  }

  tokens(row: number): number {
    return this.#cut.kept[this.#index[row]! * KEPT]!
  }

  /** Tokens that are no marks. */
  words(row: number): number {
    return this.#cut.kept[this.#index[row]! * KEPT + 1]!
  }

  /** Code points in the words. */
  wordPoints(row: number): number {
    return this.#cut.kept[this.#index[row]! * KEPT + 2]!
  }

  wordsWithLetter(row: number): number {
    return this.#cut.kept[this.#index[row]! * KEPT + 3]!
  }

  /** How many of the, be, to, of, and, that, have, with occur. */
  stopWords(row: number): number {
    return this.#cut.kept[this.#index[row]! * KEPT + 4]!
  }

  /** Scores 0 to 4: lines, those that start with a bullet, those that end in an ellipsis, hashes, ellipses. */
  gopherLines(row: number): void {
    const { kernel, offsets } = this.#cut
    const at = this.#index[row]!
    kernel.gopherLines(offsets[at]!, offsets[at + 1]!)
  }

  /** Scores 0 to 4: lines that are not blank, shares of sentence ends, short lines and repeated text, line feeds. */
  finewebLines(row: number, short: number): void {
    const { kernel, offsets } = this.#cut
    const at = this.#index[row]!
    kernel.finewebLines(offsets[at]!, offsets[at + 1]!, short)
  }

  /** Scores 0 to 3: duplicate paragraphs, their text, duplicate lines, their text; 4 to 12: n-grams of 2 to 10 tokens. All shares. */
  repetition(row: number): void {
    const { kernel, offsets, first } = this.#cut
    const at = this.#index[row]!
    const points = kernel.repeatedLines(offsets[at]!, offsets[at + 1]!)
    kernel.grams(first[at]!, first[at + 1]! - first[at]!, points)
  }
}

/** Memory of a kernel beyond which the next batch gets a new one, in bytes. */
const MOST = 1 << 28

/** The last batch of this thread, and the kernel whose memory it lies in. */
const kept: { kernel?: TextKernel; cut?: Cut } = {}

/** Cuts texts, or takes them from the last batch that was cut where all of them occur in it, in this order. */
export const cutTexts = (texts: PackedBytes, rows: number, words: WordRule): CutTexts => {
  const index = kept.cut?.words === words ? placesIn(kept.cut, texts, rows) : undefined
  if (kept.cut !== undefined && index !== undefined) return new CutTexts(kept.cut, index)
  delete kept.cut
  if (kept.kernel === undefined || kept.kernel.size > MOST) kept.kernel = new TextKernel()
  kept.cut = cutAll(kept.kernel, texts, rows, words)
  return new CutTexts(
    kept.cut,
    Int32Array.from({ length: rows }, (_, row) => row)
  )
}

const placesIn = ({ kernel, rows, offsets }: Cut, texts: PackedBytes, wanted: number): Int32Array | undefined => {
  const index = new Int32Array(wanted)
  let at = 0
  for (let row = 0; row < wanted; row++) {
    const from = texts.offsets[row]!
    const to = texts.offsets[row + 1]!
    while (
      at < rows &&
      (offsets[at + 1]! - offsets[at]! !== to - from || !kernel.has(offsets[at]!, texts.bytes, from, to))
    )
      at++
    if (at === rows) return undefined
    index[row] = at++
  }
  return index
}

const cutAll = (kernel: TextKernel, texts: PackedBytes, rows: number, words: WordRule): Cut => {
  const { bytes, offsets } = texts
  kernel.load(bytes, offsets[0]!, offsets[rows]!, longestOf(texts, rows))
  const first = new Int32Array(rows + 1)
  const numbers = new Float64Array(rows * KEPT)
  for (let row = 0; row < rows; row++) {
    const count = words === "spacy" ? kernel.cut(offsets[row]!, offsets[row + 1]!) : cutPlainly(kernel, offsets, row)
    kernel.keep()
    first[row + 1] = first[row]! + count
    const { scores } = kernel
    for (let i = 0; i < KEPT; i++) numbers[row * KEPT + i] = scores[i]!
  }
  return { kernel, words, rows, offsets: offsets.slice(0, rows + 1), first, kept: numbers }
}

const cutPlainly = (kernel: TextKernel, offsets: Int32Array, row: number): number => {
  const { tokens, text } = kernel
  tokenise(text.bytes, offsets[row]! + text.shift, offsets[row + 1]! + text.shift, tokens)
  for (let i = 0; i < tokens.count; i++) {
    tokens.start[i]! -= text.shift
    tokens.end[i]! -= text.shift
  }
  return tokens.count
}
