// WordPiece tokenizers of BERT models, from their tokenizer.json: text is simplified, cut into words, words into known pieces.
import { ModelError } from "../model-error.ts"

type Json = Readonly<Record<string, unknown>>

/** What a WordPiece tokenizer is made of. */
export interface WordPieceParts {
  readonly vocab: ReadonlyMap<string, number>
  /** Texts that stand for one token wherever they occur. */
  readonly specials: ReadonlyMap<string, number>
  readonly unknown: number
  /** What a piece within a word begins with (`##`). */
  readonly prefix: string
  /** Words of more characters are unknown. */
  readonly maxWordLength: number
  readonly cleanText: boolean
  readonly spaceIdeographs: boolean
  readonly stripAccents: boolean
  readonly lowercase: boolean
  /** Tokens before and after a text. */
  readonly before: readonly number[]
  readonly after: readonly number[]
}

const unsupported = (what: string): ModelError =>
  new ModelError("SLUICE_UNSUPPORTED_TOKENIZER", `${what} is not supported; WordPiece with BERT's rules is.`)

const bad = (what: string): ModelError => new ModelError("SLUICE_BAD_TOKENIZER", what)

/** The blocks that BERT sets spaces around (google-research/bert, tokenization.py): CJK ideographs, not kana or hangul. */
const ideograph =
  /[\u4E00-\u9FFF\u3400-\u4DBF\u{20000}-\u{2A6DF}\u{2A700}-\u{2B73F}\u{2B740}-\u{2B81F}\u{2B920}-\u{2CEAF}\uF900-\uFAFF\u{2F800}-\u{2FA1F}]/gu
/** Tab and line ends are whitespace; all other controls and format characters are left out, vertical tabs too. */
const control = /(?![\t\n\r])[\p{Cc}\p{Cf}\p{Co}\uFFFD]/gu
const whitespace = /\p{White_Space}/gu
/** Words of other characters, and each mark of punctuation: ASCII's, symbols included, and Unicode's P. */
const words = /[!-/:-@[-`{-~\p{P}]|[^\p{White_Space}!-/:-@[-`{-~\p{P}]+/gu

const escaped = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&")

/** A WordPiece tokenizer; texts become ids, without the tokens around them unless asked. */
export class WordPiece {
  readonly parts: WordPieceParts
  readonly #special: RegExp | undefined

  constructor(parts: WordPieceParts) {
    this.parts = parts
    const texts = [...parts.specials.keys()].sort((a, b) => b.length - a.length)
    this.#special = texts.length === 0 ? undefined : new RegExp(`(${texts.map(escaped).join("|")})`)
  }

  /** The text as pieces are looked for in it. */
  normalise(text: string): string {
    const { cleanText, spaceIdeographs, stripAccents, lowercase } = this.parts
    let made = text
    if (cleanText) made = made.replace(control, "").replace(whitespace, " ")
    if (spaceIdeographs) made = made.replace(ideograph, " $& ")
    if (stripAccents) made = made.normalize("NFD").replace(/\p{Mn}/gu, "")
    // Letter by letter: at the end of a word, too, a sigma stays a sigma.
    return lowercase ? made.replaceAll("Σ", "σ").toLowerCase() : made
  }

  /**
   * The ids of a text, the tokens before and after it included; of a longer one than `most` tokens the first, as
   * sentence-transformers cuts.
   */
  encode(text: string, most = Number.POSITIVE_INFINITY): number[] {
    const { before, after, specials } = this.parts
    const room = most - before.length - after.length
    const ids: number[] = []
    for (const part of this.#special === undefined ? [text] : text.split(this.#special)) {
      if (ids.length >= room) break
      const special = specials.get(part)
      if (special !== undefined) ids.push(special)
      else for (const [word] of this.normalise(part).matchAll(words)) this.#pieces(word, ids)
    }
    return [...before, ...ids.slice(0, room), ...after]
  }

  /** Adds a word's pieces: the longest that is known from where the last ended; one unknown token where none is. */
  #pieces(word: string, ids: number[]): void {
    const { vocab, prefix, unknown, maxWordLength } = this.parts
    const characters = [...word]
    if (characters.length > maxWordLength) {
      ids.push(unknown)
      return
    }
    const length = ids.length
    for (let start = 0; start < characters.length; ) {
      let end = characters.length
      let found: number | undefined
      for (; end > start; end--) {
        const piece = characters.slice(start, end).join("")
        found = vocab.get(start === 0 ? piece : prefix + piece)
        if (found !== undefined) break
      }
      if (found === undefined) {
        ids.length = length
        ids.push(unknown)
        return
      }
      ids.push(found)
      start = end
    }
  }
}

/** The tokens that a post-processor puts around one text. */
const around = (json: Json | null, vocab: ReadonlyMap<string, number>): Pick<WordPieceParts, "before" | "after"> => {
  if (json === null) return { before: [], after: [] }
  if (json.type === "BertProcessing") {
    const [cls, sep] = [json.cls, json.sep] as unknown as readonly [
      readonly [string, number],
      readonly [string, number]
    ]
    return { before: [cls[1]], after: [sep[1]] }
  }
  if (json.type !== "TemplateProcessing") throw unsupported(`Post-processor ${String(json.type)}`)
  const marks = json.special_tokens as Readonly<Record<string, { readonly ids: readonly number[] }>>
  const sides: { before: number[]; after: number[] } = { before: [], after: [] }
  let side: number[] = sides.before
  for (const item of json.single as readonly Json[]) {
    if (item.Sequence !== undefined) side = sides.after
    else {
      const { id } = item.SpecialToken as { readonly id: string }
      const ids = marks[id]?.ids ?? (vocab.has(id) ? [vocab.get(id)!] : undefined)
      if (ids === undefined) throw bad(`The template names "${id}", which the tokenizer does not have.`)
      side.push(...ids)
    }
  }
  return sides
}

/**
 * Builds the tokenizer that a tokenizer.json describes: model WordPiece, normalizer BertNormalizer, pre-tokenizer
 * BertPreTokenizer, post-processor TemplateProcessing or BertProcessing (huggingface/tokenizers). The file's own truncation
 * and padding are left out. Anything else throws `SLUICE_UNSUPPORTED_TOKENIZER`, a file that contradicts itself
 * `SLUICE_BAD_TOKENIZER`.
 */
export const fromWordPieceJson = (json: Json): WordPiece => {
  const model = json.model as Json
  if (model.type !== "WordPiece") throw unsupported(`Model ${String(model.type)}`)
  const normalizer = json.normalizer as Json | null
  const preTokenizer = json.pre_tokenizer as Json | null
  if (normalizer !== null && normalizer.type !== "BertNormalizer")
    throw unsupported(`Normalizer ${String(normalizer.type)}`)
  if (preTokenizer?.type !== "BertPreTokenizer") throw unsupported(`Pre-tokenizer ${String(preTokenizer?.type)}`)
  const vocab = new Map(Object.entries(model.vocab as Record<string, number>))
  const unknown = vocab.get(String(model.unk_token ?? "[UNK]"))
  if (unknown === undefined) throw bad(`The vocabulary has no token for unknown words, "${String(model.unk_token)}".`)
  const added = (json.added_tokens ?? []) as readonly { readonly id: number; readonly content: string }[]
  const lowercase = normalizer?.lowercase === true
  return new WordPiece({
    vocab,
    specials: new Map(added.map(({ id, content }) => [content, id])),
    unknown,
    prefix: String(model.continuing_subword_prefix ?? "##"),
    maxWordLength: Number(model.max_input_chars_per_word ?? 100),
    cleanText: normalizer?.clean_text === true,
    spaceIdeographs: normalizer?.handle_chinese_chars === true,
    stripAccents: normalizer !== null && (normalizer.strip_accents ?? lowercase) === true,
    lowercase,
    ...around((json.post_processor ?? null) as Json | null, vocab)
  })
}
