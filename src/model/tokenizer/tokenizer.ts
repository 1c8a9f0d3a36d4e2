// A tokenizer as a tokenizer.json file defines it: text to ids and back, with special tokens that content cannot forge.
import { AddedTokenFinder } from "./added-tokens.ts"
import { BytePairModel, type WordModel } from "./byte-pair.ts"
import { createDecoder, tokenBytes } from "./decoder.ts"
import {
  type AddedToken,
  badTokenizer,
  type TokenizerDefinition,
  type TokenizerSettings,
  unsupported
} from "./definition.ts"
import { IdBuffer } from "./id-buffer.ts"
import { createNormalizer, type Normalizer } from "./normalizer.ts"
import { readPostProcessor, type SequenceTemplate } from "./post-processor.ts"
import { UnigramModel } from "./unigram.ts"
import { WordLevelModel, WordPieceModel } from "./word-piece.ts"
import { type After, createWordEncoder, type WordEncoder } from "./word-encoder.ts"

/** How text is read. */
export interface EncodeOptions {
  /** Let special tokens written in the text become their ids; false if not given, so that content stays content. */
  readonly allowSpecial?: boolean
  /** Put the special tokens of the file's post-processor around the text, such as `[CLS]` and `[SEP]`; false if not given. */
  readonly addSpecial?: boolean
  /** The most ids, those of special tokens included; of a longer text the first are kept. */
  readonly maxTokens?: number
  /**
   * What stands before the text: `nothing` if not given; a `token`, so that it does not begin the whole; or `text`, so that
   * nothing is put before its first word.
   */
  readonly after?: After
  /** A character that is taken out of the text once special tokens are found, so that content can hold one broken by it. */
  readonly without?: string
}

const createModel = ({ model }: TokenizerDefinition): WordModel => {
  if (model.type === "BPE" || (model.type === undefined && Array.isArray(model["merges"])))
    return new BytePairModel(model)
  if (model.type === "WordPiece") return new WordPieceModel(model)
  if (model.type === "Unigram") return new UnigramModel(model)
  if (model.type === "WordLevel") return new WordLevelModel(model)
  throw unsupported(`The model ${model.type}`)
}

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
  /** What it was made of, as it is written to tokenizer.json. */
  readonly definition: TokenizerDefinition
  /** What tokenizer_config.json says beside it; nothing where there was none. */
  readonly settings: TokenizerSettings
  /** One more than the largest id. */
  readonly vocabSize: number
  private readonly vocabulary: ReadonlyMap<string, number>
  private readonly texts: (string | undefined)[] = []
  private readonly addedById = new Map<number, AddedToken>()
  private readonly addedIds = new Map<string, number>()
  private readonly rawTokens: AddedTokenFinder
  private readonly normalTokens: AddedTokenFinder
  private readonly normalize: Normalizer | undefined
  private readonly normalizeFurther: Normalizer | undefined
  private readonly words: WordEncoder
  private readonly template: SequenceTemplate
  private readonly join: (tokens: readonly string[]) => string
  private readonly buffer = new IdBuffer()
  /** 1 at special tokens, 2 at other added ones. */
  private readonly kinds: Uint8Array
  /** Bytes of tokens that were decoded, where the decoder only puts bytes together. */
  private readonly bytes: (Uint8Array | undefined)[] | undefined
  private decoded = new Uint8Array(1024)
  private readonly utf8 = new TextDecoder("utf-8", { ignoreBOM: true })

  /** Throws `SLUICE_UNSUPPORTED_TOKENIZER` for a part that is not known, `SLUICE_BAD_TOKENIZER` for a contradiction. */
  constructor(definition: TokenizerDefinition, settings: TokenizerSettings = {}) {
    this.definition = definition
    this.settings = settings
    const model = createModel(definition)
    this.vocabulary = model.vocabulary
    for (const [piece, id] of model.vocabulary) this.texts[id] = piece
    const added = definition.added_tokens ?? []
    this.normalize = createNormalizer(definition.normalizer)
    this.normalizeFurther = createNormalizer(definition.normalizer, true)
    for (const token of added) {
      const normal = token.normalized === true ? this.normalize?.(token.content) : undefined
      this.texts[token.id] = normal ?? token.content
      this.addedById.set(token.id, token)
      this.addedIds.set(token.content, token.id)
    }
    this.vocabSize = this.texts.length
    this.kinds = new Uint8Array(this.vocabSize)
    for (const { id, special } of added) this.kinds[id] = special === true ? 1 : 2
    this.bytes = definition.decoder?.type === "ByteLevel" ? [] : undefined
    this.rawTokens = new AddedTokenFinder(added.filter(({ normalized }) => normalized !== true))
    const normal = added.filter(({ normalized }) => normalized === true)
    this.normalTokens = new AddedTokenFinder(normal, this.normalize)
    this.words = createWordEncoder(definition, model, normal.length > 0)
    this.template = readPostProcessor(definition.post_processor)
    this.join = createDecoder(definition.decoder)
  }

  /** Id of an added token by its text, special or not; undefined when there is none. */
  specialId(text: string): number | undefined {
    return this.addedIds.get(text)
  }

  /** Whether an id is a special token, which decoding can leave out and content must not contain. */
  isSpecial(id: number): boolean {
    return this.addedById.get(id)?.special === true
  }

  /** Whether an id is an added token, special or not: what follows it is encoded as a stretch of its own. */
  isAdded(id: number): boolean {
    return this.kinds[id]! > 0
  }

  /** Id of a token by its text as the vocabulary writes it, undefined when there is none. */
  idOf(token: string): number | undefined {
    return this.addedIds.get(token) ?? this.vocabulary.get(token)
  }

  /** A token as the vocabulary writes it, undefined when the id has none. */
  tokenOf(id: number): string | undefined {
    return this.texts[id]
  }

  private append(text: string, options: EncodeOptions, into: IdBuffer): void {
    const { allowSpecial = false, after = "nothing", without } = options
    const token = (id: number): void => into.push(id)
    this.rawTokens.visit(text, allowSpecial, {
      token,
      plain: (stretch, start) => {
        const raw = without === undefined ? stretch : stretch.replaceAll(without, "")
        const before = start === 0 ? after : "token"
        const normalize = before === "text" ? this.normalizeFurther : this.normalize
        const normal = this.words.normalizes || normalize === undefined ? raw : normalize(raw)
        this.normalTokens.visit(normal, allowSpecial, {
          token,
          plain: (piece, place) => this.words.encode(piece, place === 0 ? before : "token", into)
        })
      }
    })
  }

  /** Ids of `text`. Unpaired surrogates become U+FFFD. */
  encode(text: string, options: EncodeOptions = {}): Int32Array {
    return this.fill(options.addSpecial === true ? this.template.single : ["A"], [text], options)
  }

  /** Ids of two texts as the file's post-processor puts them together, such as `[CLS] A [SEP] B [SEP]`. */
  encodePair(first: string, second: string, options: Pick<EncodeOptions, "allowSpecial"> = {}): Int32Array {
    return this.fill(this.template.pair, [first, second], options)
  }

  private fill(template: SequenceTemplate["single"], texts: readonly string[], options: EncodeOptions): Int32Array {
    const { buffer } = this
    const { maxTokens = Number.POSITIVE_INFINITY } = options
    const around = template.reduce((count, piece) => count + (typeof piece === "string" ? 0 : piece.length), 0)
    for (const piece of template) {
      if (typeof piece !== "string") {
        for (const id of piece) buffer.push(id)
        continue
      }
      const text = texts[piece === "A" ? 0 : 1] ?? ""
      const from = buffer.length
      if (text !== "") this.append(text.toWellFormed(), options, buffer)
      buffer.length = Math.min(buffer.length, from + Math.max(0, maxTokens - around))
    }
    return buffer.take()
  }

  /** Special tokens that a post-processor puts before a text. */
  get before(): readonly number[] {
    const { single } = this.template
    return single.slice(0, single.indexOf("A")).flatMap((piece) => (typeof piece === "string" ? [] : piece))
  }

  /** Texts of the special tokens. */
  get specialTexts(): readonly string[] {
    return [...this.addedById.values()].filter(({ special }) => special === true).map(({ content }) => content)
  }

  private tokens(ids: ArrayLike<number>, skipSpecial: boolean): string[] {
    const tokens: string[] = []
    for (let index = 0; index < ids.length; index++) {
      const token = this.texts[ids[index]!]
      if (token !== undefined && !(skipSpecial && this.kinds[ids[index]!] === 1)) tokens.push(token)
    }
    return tokens
  }

  /** Puts the bytes of tokens together in `decoded`; gives their number. */
  private joinBytes(ids: ArrayLike<number>, skipSpecial: boolean, known: (Uint8Array | undefined)[]): number {
    let length = 0
    for (let index = 0; index < ids.length; index++) {
      const id = ids[index]!
      if (skipSpecial && this.kinds[id] === 1) continue
      let bytes = known[id]
      if (bytes === undefined) {
        const text = this.texts[id]
        if (text === undefined) continue
        bytes = tokenBytes(text)
        known[id] = bytes
      }
      if (length + bytes.length > this.decoded.length) {
        const larger = new Uint8Array(2 * (length + bytes.length))
        larger.set(this.decoded)
        this.decoded = larger
      }
      for (let at = 0; at < bytes.length; at++) this.decoded[length++] = bytes[at]!
    }
    return length
  }

  /** Bytes of ids, which may end within a character; special tokens are written out unless `skipSpecial`. */
  decodeBytes(ids: ArrayLike<number>, options: { readonly skipSpecial?: boolean } = {}): Uint8Array {
    const skips = options.skipSpecial === true
    if (this.bytes !== undefined) {
      const length = this.joinBytes(ids, skips, this.bytes)
      return this.decoded.slice(0, length)
    }
    return Buffer.from(this.join(this.tokens(ids, skips)), "utf8")
  }

  /** Text of ids, ids without meaning left out; bytes that are no UTF-8 become U+FFFD. */
  decode(ids: ArrayLike<number>, options: { readonly skipSpecial?: boolean } = {}): string {
    const skips = options.skipSpecial === true
    if (this.bytes !== undefined) {
      const length = this.joinBytes(ids, skips, this.bytes)
      return this.utf8.decode(this.decoded.subarray(0, length))
    }
    return this.join(this.tokens(ids, skips))
  }
}

/** Throws `SLUICE_BAD_TOKENIZER` when `value` is not laid out as a tokenizer.json file is. */
export const checkDefinition = (value: unknown): TokenizerDefinition => {
  const model = (value as TokenizerDefinition | null)?.model
  if (typeof model !== "object" || model === null)
    throw badTokenizer("A tokenizer.json file has a model; this one has none.")
  return value as TokenizerDefinition
}
