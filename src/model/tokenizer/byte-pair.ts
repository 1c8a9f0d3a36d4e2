// Byte-pair encoding as tokenizer.json files define it: characters or bytes of a word, merged by rank.
import { badTokenizer, type Part } from "./definition.ts"
import type { IdBuffer } from "./id-buffer.ts"
import { MergeTable } from "./merge-table.ts"

/** Turns one word into ids. */
export interface WordModel {
  readonly vocabulary: ReadonlyMap<string, number>
  /** Appends the ids of `word`, which is not empty. */
  encode(word: string, into: IdBuffer): void
}

/** A vocabulary as the files hold it, pieces by id. */
export const readVocabulary = (part: Part): Map<string, number> =>
  new Map(Object.entries((part["vocab"] ?? {}) as Record<string, number>))

/** Ids of the tokens `<0x00>` … `<0xFF>`, −1 where there is none. */
export const byteTokens = (vocabulary: ReadonlyMap<string, number>): Int32Array =>
  Int32Array.from({ length: 256 }, (_, byte) => {
    const name = `<0x${byte.toString(16).toUpperCase().padStart(2, "0")}>`
    return vocabulary.get(name) ?? -1
  })

/** Whether a merge joins a piece that ends with another character to one that begins with `mark`. */
const crosses = (merges: readonly (readonly [string, string])[], mark: string): boolean =>
  merges.some(([left, right]) => right.startsWith(mark) && !left.endsWith(mark))

const readMerges = (part: Part): (readonly [string, string])[] =>
  ((part["merges"] ?? []) as readonly (string | readonly [string, string])[]).map((entry) => {
    const pair = typeof entry === "string" ? entry.split(" ") : entry
    if (pair.length !== 2) throw badTokenizer(`The merge ${JSON.stringify(entry)} is not of two pieces.`)
    return [pair[0]!, pair[1]!] as const
  })

const encoder = new TextEncoder()

export class BytePairModel implements WordModel {
  readonly vocabulary: ReadonlyMap<string, number>
  private readonly merges: MergeTable
  private readonly pairs: readonly (readonly [string, string])[]
  private readonly prefix: string
  private readonly suffix: string
  private readonly unknown: number
  private readonly fusesUnknown: boolean
  private readonly fallback: Int32Array | undefined
  private readonly ignoreMerges: boolean
  /** Ids of single UTF-16 units, −1 where the vocabulary has none. */
  private readonly units = new Int32Array(65536).fill(-1)
  private symbols = new Int32Array(256)

  constructor(part: Part) {
    this.vocabulary = readVocabulary(part)
    this.prefix = String(part["continuing_subword_prefix"] ?? "")
    this.suffix = String(part["end_of_word_suffix"] ?? "")
    this.unknown = this.vocabulary.get(String(part["unk_token"] ?? "")) ?? -1
    this.fusesUnknown = part["fuse_unk"] === true
    this.fallback = part["byte_fallback"] === true ? byteTokens(this.vocabulary) : undefined
    this.ignoreMerges = part["ignore_merges"] === true
    this.pairs = readMerges(part)
    this.merges = new MergeTable(this.pairs.map((pair) => this.merge(pair)))
    for (const [piece, id] of this.vocabulary) if (piece.length === 1) this.units[piece.charCodeAt(0)] = id
  }

  private merge([left, right]: readonly [string, string]): readonly [number, number, number] {
    const joined = left + right.slice(this.prefix.length)
    const ids = [left, right, joined].map((piece) => this.vocabulary.get(piece))
    if (ids.includes(undefined)) throw badTokenizer(`The merge of "${left}" and "${right}" is not in the vocabulary.`)
    return ids as [number, number, number]
  }

  /** Whether text may be cut before every `mark` that follows another character, and comes out the same. */
  cutsBefore(mark: string): boolean {
    const complete = this.fallback !== undefined && !this.fallback.includes(-1)
    const alone = complete || (this.fallback === undefined && !this.fusesUnknown)
    return alone && !this.ignoreMerges && this.prefix === "" && this.suffix === "" && !crosses(this.pairs, mark)
  }

  encode(word: string, into: IdBuffer): void {
    if (this.ignoreMerges) {
      const whole = this.vocabulary.get(word)
      if (whole !== undefined) {
        into.push(whole)
        return
      }
    }
    const most = 4 * word.length + 1
    if (this.symbols.length < most) this.symbols = new Int32Array(2 * most)
    const count = this.prefix === "" && this.suffix === "" ? this.plainSymbols(word) : this.affixedSymbols(word)
    const length = this.merges.apply(this.symbols, count)
    into.reserve(length)
    for (let index = 0; index < length; index++) into.ids[into.length++] = this.symbols[index]!
  }

  private plainSymbols(word: string): number {
    let count = 0
    for (let at = 0; at < word.length; at++) {
      const id = this.units[word.charCodeAt(at)]!
      if (id < 0) return this.affixedSymbols(word)
      this.symbols[count++] = id
    }
    return count
  }

  /** One symbol for each character, with the affixes it has by its place; unknown ones as bytes or as the unknown token. */
  private affixedSymbols(word: string): number {
    const { symbols, unknown } = this
    let count = 0
    let pending = false
    let at = 0
    while (at < word.length) {
      const character = String.fromCodePoint(word.codePointAt(at)!)
      const end = at + character.length
      const name = (at > 0 ? this.prefix : "") + character + (end === word.length ? this.suffix : "")
      at = end
      const id = this.vocabulary.get(name)
      if (id !== undefined) {
        if (pending) symbols[count++] = unknown
        pending = false
        symbols[count++] = id
        continue
      }
      const bytes = this.fallback === undefined ? undefined : encoder.encode(name)
      if (bytes?.every((byte) => this.fallback![byte]! >= 0)) {
        for (const byte of bytes) symbols[count++] = this.fallback![byte]!
        continue
      }
      if (unknown < 0) continue
      if (pending && !this.fusesUnknown) symbols[count++] = unknown
      pending = true
    }
    if (pending) symbols[count++] = unknown
    return count
  }
}
