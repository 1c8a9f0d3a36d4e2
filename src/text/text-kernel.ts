// The text kernel: WebAssembly that cuts UTF-8 texts into tokens and measures tokens and lines, from *.as.ts by build.ts.
import { readFileSync } from "node:fs"
import { makeRunCutter, type RunCutter } from "./run-cutter.ts"
import type { Tokens } from "./tokens.ts"
import { unicode } from "./unicode.ts"
import { compile, instantiate } from "./web-assembly.ts"

interface Global {
  readonly value: number
}

/** What texts.as.ts exports: addresses, and functions that take positions in the column of texts. */
interface Exports {
  readonly memory: { readonly buffer: ArrayBuffer }
  readonly TABLE: Global
  readonly OUT: Global
  readonly start: Global
  readonly end: Global
  readonly points: Global
  readonly kind: Global
  readonly capacity: Global
  readonly recordsEnd: Global
  readonly lay: (bytes: number, longest: number, first: number) => number
  readonly prepare: () => void
  readonly addKnown: (at: number, length: number, parts: number) => void
  readonly addPair: (first: number, last: number, length: number) => void
  readonly cut: (from: number, to: number) => number
  readonly keep: (count: number) => void
  readonly grams: (first: number, tokens: number, length: number) => void
  readonly gopherLines: (from: number, to: number) => void
  readonly repeatedLines: (from: number, to: number) => number
  readonly finewebLines: (from: number, to: number, short: number) => void
}

const kernelBytes: Uint8Array<ArrayBuffer> = readFileSync(new URL("./texts.wasm", import.meta.url))
/** Compiled once a thread, where the first text is cut. */
const compiled: { module?: object } = {}

/** What lies in the kernel's memory, until that grows or other texts are loaded. */
interface Views {
  readonly bytes: Buffer
  readonly scores: Float64Array
  readonly tokens: Tokens
}

/** A kernel and the texts in its memory. */
export class TextKernel {
  readonly #kernel: Exports
  #views: Views
  #shift = 0
  /** Made for the first text that is cut as spaCy does: thousands of rules, which plain words do without. */
  #cutter: RunCutter | undefined

  constructor() {
    compiled.module ??= compile(kernelBytes)
    const cutRun = (from: number, to: number, count: number): number =>
      this.#cutter!.cut(this.#views.bytes, this.#shift, from, to, this.#views.tokens, count)
    this.#kernel = instantiate<Exports>(compiled.module, { env: { cutRun } })
    this.#kernel.prepare()
    this.#views = this.#look()
    this.#views.bytes.set(unicode, this.#kernel.TABLE.value)
  }

  /** Makes the rules, and tells the kernel those that it knows by itself. */
  #learn(): void {
    this.#cutter = makeRunCutter()
    const scratch = this.#kernel.OUT.value
    for (const [word, lengths] of this.#cutter.known) {
      this.#now.bytes.write(word, scratch, "latin1")
      this.#kernel.addKnown(
        scratch,
        word.length,
        lengths.reduce((parts, length, i) => parts | (length << (8 * i)), 0)
      )
    }
    for (const [first, second] of this.#cutter.pairs) {
      const length = first.length + second.length
      this.#kernel.addPair(first.charCodeAt(0), second.charCodeAt(second.length - 1), length)
    }
  }

  #look(): Views {
    const { memory, OUT, start, end, points, kind, capacity } = this.#kernel
    const { buffer } = memory
    const room = capacity.value
    return {
      bytes: Buffer.from(buffer),
      scores: new Float64Array(buffer, OUT.value, 16),
      tokens: {
        count: 0,
        start: new Int32Array(buffer, start.value, room),
        end: new Int32Array(buffer, end.value, room),
        points: new Int32Array(buffer, points.value, room),
        kind: new Uint8Array(buffer, kind.value, room)
      }
    }
  }

  get #now(): Views {
    if (this.#views.bytes.buffer !== this.#kernel.memory.buffer) this.#views = this.#look()
    return this.#views
  }

  /** Bytes of memory in use; they are given back with the kernel only. */
  get size(): number {
    return this.#kernel.memory.buffer.byteLength
  }

  /** Copies `bytes[from .. to]` in, of which the longest text has `longest` bytes, and forgets what was there before. */
  load(bytes: Uint8Array, from: number, to: number, longest: number): void {
    const at = this.#kernel.lay(to - from, longest, from)
    this.#shift = at - from
    this.#views = this.#look()
    this.#views.bytes.set(bytes.subarray(from, to), at)
  }

  /** Whether the text at `from` is `bytes[start .. end]`. */
  has(from: number, bytes: Uint8Array, start: number, end: number): boolean {
    const at = from + this.#shift
    return this.#now.bytes.compare(bytes, start, end, at, at + end - start) === 0
  }

  /** The bytes of all texts, and what is to be added to a position. */
  get text(): { readonly bytes: Uint8Array; readonly shift: number } {
    return { bytes: this.#now.bytes, shift: this.#shift }
  }

  /** The tokens of the text cut last; positions are those in the column. Overwritten by the next. */
  get tokens(): Tokens {
    return this.#now.tokens
  }

  /** The scores of the last measure. Overwritten by the next. */
  get scores(): Float64Array {
    return this.#now.scores
  }

  /** Cuts a text as spaCy does and returns the number of tokens. */
  cut(from: number, to: number): number {
    if (this.#cutter === undefined) this.#learn()
    this.#now.tokens.count = this.#kernel.cut(from, to)
    return this.#views.tokens.count
  }

  /** Keeps the tokens of the text cut last for `grams`; scores 0 to 4: tokens, words, their code points, words with a letter, stop words. */
  keep(): void {
    this.#kernel.keep(this.#views.tokens.count)
  }

  /** Scores 4 to 12: shares of recurring n-grams of 2 to 10 of the `count` tokens kept from number `first` on. */
  grams(first: number, count: number, length: number): void {
    this.#kernel.grams(first, count, length)
  }

  /** Scores 0 to 4: lines, those that start with a bullet, those that end in an ellipsis, hashes, ellipses. */
  gopherLines(from: number, to: number): void {
    this.#kernel.gopherLines(from, to)
  }

  /** Scores 0 to 3: shares of duplicate paragraphs, their text, duplicate lines, their text; returns the code points. */
  repeatedLines(from: number, to: number): number {
    return this.#kernel.repeatedLines(from, to)
  }

  /** Scores 0 to 4: lines that are not blank, shares of sentence ends, short lines and repeated text, line feeds. */
  finewebLines(from: number, to: number, short: number): void {
    this.#kernel.finewebLines(from, to, short)
  }
}
