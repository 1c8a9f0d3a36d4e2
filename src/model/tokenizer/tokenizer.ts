// A byte-level BPE tokenizer: text to ids and back, with special tokens that content cannot forge.
import { type Merge, MergeTable } from "./bpe.ts"
import { createPreTokenizer, type PreTokenizer } from "./pre-tokenizer.ts"

/** A token outside the merges, found in text as a whole. */
export interface SpecialToken {
  readonly text: string
  readonly id: number
  /** False for added tokens that are ordinary text, which decoding keeps. */
  readonly special: boolean
}

/** Everything that defines a tokenizer. */
export interface TokenizerParts {
  /** Bytes of each id; undefined at special tokens and gaps. */
  readonly pieces: readonly (Uint8Array | undefined)[]
  readonly merges: readonly Merge[]
  readonly specials: readonly SpecialToken[]
  /** Word patterns, applied one after the other. */
  readonly patterns: readonly string[]
  /** Take a word that is in the vocabulary as it stands, without merging (as Llama 3 does). */
  readonly ignoreMerges: boolean
  /** Bring text to Unicode NFC first (as Qwen does). */
  readonly normalizeNfc: boolean
}

/** How text is read. */
export interface EncodeOptions {
  /** Let special tokens written in the text become their ids; false if not given, so that content stays content. */
  readonly allowSpecial?: boolean
}

const CACHE_LIMIT = 1 << 17
const CACHED_WORD_LENGTH = 64

/**
 * Turns text into ids and back. Words met before are answered from a cache.
 *
 * @example
 * import { trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * tokenizer.encode("é").length // → 2
 * tokenizer.encode("<|endoftext|>").length // → 13
 * tokenizer.encode("<|endoftext|>", { allowSpecial: true }) // → [0]
 */
export class Tokenizer {
  readonly parts: TokenizerParts
  /** One more than the largest id. */
  readonly vocabSize: number
  private readonly split: PreTokenizer
  private readonly merges: MergeTable
  private readonly byteIds = new Int32Array(256).fill(-1)
  private readonly wholeWords = new Map<string, number>()
  private readonly specialIds = new Map<string, number>()
  private readonly specialById = new Map<number, SpecialToken>()
  private readonly specialPattern: RegExp | undefined
  private readonly cache = new Map<string, Int32Array>()
  private readonly encoder = new TextEncoder()

  constructor(parts: TokenizerParts) {
    this.parts = parts
    this.split = createPreTokenizer(parts.patterns)
    this.merges = new MergeTable(parts.merges)
    let last = parts.pieces.length - 1
    parts.pieces.forEach((piece, id) => {
      if (piece?.length === 1) this.byteIds[piece[0]!] = id
    })
    if (parts.ignoreMerges) this.indexWholeWords()
    for (const token of parts.specials) {
      this.specialIds.set(token.text, token.id)
      this.specialById.set(token.id, token)
      last = Math.max(last, token.id)
    }
    this.vocabSize = last + 1
    const texts = parts.specials.map(({ text }) => text).sort((left, right) => right.length - left.length)
    const escaped = texts.map((text) => text.replace(/[\\^$.*+?()[\]{}|/]/g, "\\$&"))
    this.specialPattern = texts.length === 0 ? undefined : new RegExp(escaped.join("|"), "gu")
  }

  private indexWholeWords(): void {
    const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true })
    this.parts.pieces.forEach((piece, id) => {
      if (piece === undefined) return
      try {
        this.wholeWords.set(decoder.decode(piece), id)
      } catch {
        // A piece that is no whole UTF-8 text can never equal a word.
      }
    })
  }

  /** Id of a special token by its text, undefined when there is none. */
  specialId(text: string): number | undefined {
    return this.specialIds.get(text)
  }

  /** Whether an id is a special token, which decoding can leave out and content must not contain. */
  isSpecial(id: number): boolean {
    return this.specialById.get(id)?.special === true
  }

  private encodeWord(word: string): Int32Array {
    const whole = this.wholeWords.get(word)
    if (whole !== undefined) return Int32Array.of(whole)
    const bytes = this.encoder.encode(word)
    const symbols = new Int32Array(bytes.length)
    let count = 0
    for (let index = 0; index < bytes.length; index++) {
      const id = this.byteIds[bytes[index]!]!
      // A byte that the vocabulary lacks is left out, as tokenizers does where no unknown token is named (SmolLM lacks 21).
      if (id >= 0) symbols[count++] = id
    }
    return symbols.slice(0, this.merges.apply(symbols, count))
  }

  private encodePlain(text: string, into: number[]): void {
    const normal = this.parts.normalizeNfc ? text.normalize("NFC") : text
    this.split(normal, (word) => {
      let ids = this.cache.get(word)
      if (ids === undefined) {
        ids = this.encodeWord(word)
        if (word.length <= CACHED_WORD_LENGTH) {
          if (this.cache.size >= CACHE_LIMIT) this.cache.clear()
          this.cache.set(word, ids)
        }
      }
      for (let index = 0; index < ids.length; index++) into.push(ids[index]!)
    })
  }

  /** Ids of `text`. Unpaired surrogates become U+FFFD. */
  encode(text: string, options: EncodeOptions = {}): Int32Array {
    const ids: number[] = []
    if (options.allowSpecial !== true || this.specialPattern === undefined) {
      this.encodePlain(text, ids)
      return Int32Array.from(ids)
    }
    let end = 0
    for (const match of text.matchAll(this.specialPattern)) {
      if (match.index > end) this.encodePlain(text.slice(end, match.index), ids)
      ids.push(this.specialIds.get(match[0])!)
      end = match.index + match[0].length
    }
    if (end < text.length) this.encodePlain(text.slice(end), ids)
    return Int32Array.from(ids)
  }

  /** Bytes of ids; special tokens are written out unless `skipSpecial`, ids without meaning are left out. */
  decodeBytes(ids: ArrayLike<number>, options: { readonly skipSpecial?: boolean } = {}): Uint8Array {
    const parts: Uint8Array[] = []
    for (let index = 0; index < ids.length; index++) {
      const token = this.specialById.get(ids[index]!)
      if (token !== undefined) {
        if (!token.special || options.skipSpecial !== true) parts.push(this.encoder.encode(token.text))
      } else {
        const piece = this.parts.pieces[ids[index]!]
        if (piece !== undefined) parts.push(piece)
      }
    }
    return Buffer.concat(parts)
  }

  /** Text of ids; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>, options: { readonly skipSpecial?: boolean } = {}): string {
    return new TextDecoder("utf-8", { ignoreBOM: true }).decode(this.decodeBytes(ids, options))
  }
}
