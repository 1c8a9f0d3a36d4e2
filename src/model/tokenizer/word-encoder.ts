// From a stretch of text without added tokens to ids: words are cut, looked up among those met before, or encoded.
import { bertNormalizer, type BertNormalizerSettings } from "./bert-characters.ts"
import { toCharacters } from "./byte-alphabet.ts"
import { BytePairModel, type WordModel } from "./byte-pair.ts"
import { partsOf, type TokenizerDefinition } from "./definition.ts"
import type { IdBuffer } from "./id-buffer.ts"
import {
  addsSpace,
  type After,
  byteLevelCutter,
  createPreTokenizer,
  metaspaceText,
  type PreTokenizer
} from "./pre-tokenizer.ts"
import { WordCache } from "./word-cache.ts"
import { MarkCutter, SpaceCutter, type WordCutter, WordEnds } from "./word-cutter.ts"

/** Encodes stretches of text. */
export interface WordEncoder {
  /** Whether it takes text that is not normalised. */
  readonly normalizes: boolean
  /** `after` is what stands before the stretch. */
  encode(text: string, after: After, into: IdBuffer): void
}

/** Words found by place in the text, each mapped and encoded once. */
class CutWords implements WordEncoder {
  readonly normalizes: boolean
  private readonly cutter: WordCutter
  private readonly encodeWord: (word: string, into: IdBuffer) => void
  private readonly prepare: ((text: string, after: After) => string) | undefined
  private readonly cache = new WordCache()
  private readonly ends = new WordEnds()

  /** `prepare` changes a stretch before it is cut; `normalizes` says that `encodeWord` does what the normalizer would. */
  constructor(
    cutter: WordCutter,
    encodeWord: (word: string, into: IdBuffer) => void,
    options: { readonly normalizes?: boolean; readonly prepare?: (text: string, after: After) => string } = {}
  ) {
    this.cutter = cutter
    this.encodeWord = encodeWord
    this.normalizes = options.normalizes === true
    this.prepare = options.prepare
  }

  encode(given: string, after: After, into: IdBuffer): void {
    const { cache, ends } = this
    const text = this.prepare === undefined || given === "" ? given : this.prepare(given, after)
    ends.length = 0
    this.cutter.cut(text, 0, text.length, ends)
    let start = 0
    for (let word = 0; word < ends.length; word++) {
      const end = ends.ends[word]!
      if (!cache.find(text, start, end, into)) {
        const from = into.length
        this.encodeWord(text.slice(start, end), into)
        cache.add(text, start, end, into, from)
      }
      start = end
    }
  }
}

/** Words as the file's pre-tokenizer makes them, whatever it is. */
class ListedWords implements WordEncoder {
  readonly normalizes = false
  private readonly split: PreTokenizer
  private readonly model: WordModel
  private readonly cache = new WordCache()

  constructor(split: PreTokenizer, model: WordModel) {
    this.split = split
    this.model = model
  }

  encode(text: string, after: After, into: IdBuffer): void {
    for (const word of this.split(text, after)) {
      if (word === "" || this.cache.find(word, 0, word.length, into)) continue
      const from = into.length
      this.model.encode(word, into)
      this.cache.add(word, 0, word.length, into, from)
    }
  }
}

/** What a BertNormalizer and BertPreTokenizer do to a run without white space does not depend on what is around it. */
const bertWords = (definition: TokenizerDefinition, model: WordModel): WordEncoder | undefined => {
  const [normalizer, ...more] = partsOf(definition.normalizer, "normalizers")
  if (normalizer?.type !== "BertNormalizer" || more.length > 0) return undefined
  if (definition.pre_tokenizer?.type !== "BertPreTokenizer" || normalizer["clean_text"] === false) return undefined
  const normalize = bertNormalizer(normalizer as BertNormalizerSettings)
  const split = createPreTokenizer(definition.pre_tokenizer)
  const encodeWord = (run: string, into: IdBuffer): void => {
    for (const word of split(normalize(run), "token")) model.encode(word, into)
  }
  return new CutWords(new SpaceCutter(), encodeWord, { normalizes: true })
}

export type { After }

const mark = "▁"

const isWhole = ({ pre_tokenizer }: TokenizerDefinition): boolean =>
  partsOf(pre_tokenizer, "pretokenizers").length === 0 ||
  // Nothing is left to split where the normalizer has made marks of all spaces (Gemma).
  (pre_tokenizer?.type === "Split" && (pre_tokenizer["pattern"] as { String?: string }).String === " ")

const marksSpaces = ({ normalizer }: TokenizerDefinition): boolean =>
  partsOf(normalizer, "normalizers").some(
    (part) =>
      part.type === "Replace" && part["content"] === mark && (part["pattern"] as { String?: string }).String === " "
  )

/** Words that begin with a mark, of a pre-tokenizer that makes marks of spaces, or of a normalizer that does. */
const markedWords = (definition: TokenizerDefinition, model: WordModel): WordEncoder | undefined => {
  const encodeWord = (word: string, into: IdBuffer): void => model.encode(word, into)
  const cutsFreely = model instanceof BytePairModel && model.cutsBefore(mark)
  const pre = definition.pre_tokenizer
  if (pre?.type === "Metaspace" && (pre["replacement"] ?? mark) === mark) {
    const splits = pre["split"] !== false
    if (!splits && !cutsFreely) return undefined
    return new CutWords(new MarkCutter(mark, splits), encodeWord, { prepare: metaspaceText(pre) })
  }
  if (!cutsFreely || !isWhole(definition) || !marksSpaces(definition)) return undefined
  return new CutWords(new MarkCutter(mark, false), encodeWord)
}

/** The way to encode that a definition allows: by hand where it can be, by the file's steps otherwise. */
export const createWordEncoder = (
  definition: TokenizerDefinition,
  model: WordModel,
  hasNormalTokens: boolean
): WordEncoder => {
  const cutter = byteLevelCutter(definition.pre_tokenizer)
  if (cutter !== undefined) {
    const encoder = new TextEncoder()
    const encodeWord = (word: string, into: IdBuffer): void => model.encode(toCharacters(encoder.encode(word)), into)
    const prepare = (text: string, after: After): string =>
      after === "text" || text.startsWith(" ") ? text : ` ${text}`
    return new CutWords(cutter, encodeWord, addsSpace(definition.pre_tokenizer) ? { prepare } : {})
  }
  const bert = hasNormalTokens ? undefined : bertWords(definition, model)
  if (bert !== undefined) return bert
  return markedWords(definition, model) ?? new ListedWords(createPreTokenizer(definition.pre_tokenizer), model)
}
