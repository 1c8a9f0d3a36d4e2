// WordPiece and whole words: the longest piece that begins what is left of a word, as BERT cuts it.
import { readVocabulary, type WordModel } from "./byte-pair.ts"
import { badTokenizer, type Part } from "./definition.ts"
import type { IdBuffer } from "./id-buffer.ts"

const unknownOf = (part: Part, vocabulary: ReadonlyMap<string, number>): number => {
  const name = String(part["unk_token"] ?? "[UNK]")
  const id = vocabulary.get(name)
  if (id === undefined) throw badTokenizer(`The unknown token "${name}" is not in the vocabulary.`)
  return id
}

/** A word that is too long or has no cut into pieces is the unknown token. */
export class WordPieceModel implements WordModel {
  readonly vocabulary: ReadonlyMap<string, number>
  private readonly unknown: number
  private readonly prefix: string
  private readonly longestWord: number
  /** The most units a piece has, beginning a word or within it. */
  private readonly longestPiece: number

  constructor(part: Part) {
    this.vocabulary = readVocabulary(part)
    this.unknown = unknownOf(part, this.vocabulary)
    this.prefix = String(part["continuing_subword_prefix"] ?? "##")
    this.longestWord = Number(part["max_input_chars_per_word"] ?? 100)
    let longest = 1
    for (const piece of this.vocabulary.keys()) longest = Math.max(longest, piece.length)
    this.longestPiece = longest
  }

  private isTooLong(word: string): boolean {
    if (word.length <= this.longestWord) return false
    let characters = 0
    for (const _ of word) characters++
    return characters > this.longestWord
  }

  encode(word: string, into: IdBuffer): void {
    const from = into.length
    let start = this.isTooLong(word) ? -1 : 0
    while (start >= 0 && start < word.length) {
      let end = Math.min(word.length, start + this.longestPiece)
      let id: number | undefined
      for (; end > start; end--) {
        const piece = word.slice(start, end)
        id = this.vocabulary.get(start > 0 ? this.prefix + piece : piece)
        if (id !== undefined) break
      }
      if (id === undefined) start = -1
      else {
        into.push(id)
        start = end
      }
    }
    if (start >= 0) return
    into.length = from
    into.push(this.unknown)
  }
}

/** A vocabulary of whole words. */
export class WordLevelModel implements WordModel {
  readonly vocabulary: ReadonlyMap<string, number>
  private readonly unknown: number

  constructor(part: Part) {
    this.vocabulary = readVocabulary(part)
    this.unknown = unknownOf(part, this.vocabulary)
  }

  encode(word: string, into: IdBuffer): void {
    into.push(this.vocabulary.get(word) ?? this.unknown)
  }
}
