// A byte-level BPE tokenizer from its lists: what a new one is trained to, and what a GGUF file keeps.
import { byteCharacters } from "./byte-alphabet.ts"
import { type AddedToken, badTokenizer, type Part, type TokenizerDefinition } from "./definition.ts"
import { gpt2Pattern } from "./pre-tokenizer.ts"
import { Tokenizer } from "./tokenizer.ts"

/** The lists of a byte-level BPE tokenizer. */
export interface ByteLevelParts {
  /** Tokens by id, bytes written as their stand-in characters, added tokens as they are; undefined leaves a gap. */
  readonly tokens: readonly (string | undefined)[]
  /** Pairs of tokens by rank, as two or as one string with a space between. */
  readonly merges: readonly (string | readonly [string, string])[]
  readonly added?: readonly Pick<AddedToken, "id" | "content" | "special">[]
  /** Word patterns, applied one after the other; the pattern of GPT-2 if not given. `digits` sets every digit apart. */
  readonly patterns?: readonly string[]
  /** Take a word that is in the vocabulary as it stands, without merging (as Llama 3 does). */
  readonly ignoreMerges?: boolean
  /** Bring text to Unicode NFC first (as Qwen does). */
  readonly normalizeNfc?: boolean
  /** Tokens that `addSpecial` puts before a text, by their content. */
  readonly before?: readonly string[]
}

const byteLevel = (useRegex: boolean): Part => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex
})

const preTokenizer = (patterns: readonly string[]): Part => {
  const usesRegex = patterns.at(-1) === gpt2Pattern
  const before = (usesRegex ? patterns.slice(0, -1) : patterns).map((pattern) =>
    pattern === "digits"
      ? { type: "Digits", individual_digits: true }
      : { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false }
  )
  return { type: "Sequence", pretokenizers: [...before, byteLevel(usesRegex)] }
}

const postProcessor = (before: readonly string[], added: ReadonlyMap<string, number>): Part => {
  if (before.length === 0) return byteLevel(false)
  const special = (name: string) => ({ SpecialToken: { id: name, type_id: 0 } })
  const sequence = (id: "A" | "B", type_id: number) => ({ Sequence: { id, type_id } })
  const names = before.map(special)
  const single = [...names, sequence("A", 0)]
  const known = before.map((name) => [name, { id: name, ids: [added.get(name)!], tokens: [name] }])
  const template = {
    type: "TemplateProcessing",
    single,
    pair: [...single, ...names, sequence("B", 1)],
    special_tokens: Object.fromEntries(known)
  }
  return { type: "Sequence", processors: [byteLevel(false), template] }
}

/**
 * Makes the tokenizer of a vocabulary, merges and added tokens. Throws `SLUICE_BAD_TOKENIZER` when a byte has no token
 * or a merge is of tokens that are not there.
 */
export const byteLevelTokenizer = (parts: ByteLevelParts): Tokenizer => {
  const known = new Set(parts.tokens)
  const missing = byteCharacters.findIndex((character) => !known.has(character))
  if (missing >= 0) throw badTokenizer(`The vocabulary has no token for byte ${missing}.`)
  return new Tokenizer(byteLevelDefinition(parts))
}

/** What a tokenizer.json says of the lists; that of a real model may lack bytes. */
export const byteLevelDefinition = (parts: ByteLevelParts): TokenizerDefinition => {
  const { tokens, merges, added = [], patterns = [gpt2Pattern], before = [] } = parts
  const addedIds = new Map(added.map(({ id, content }) => [content, id]))
  const ids = new Map<string, number>()
  tokens.forEach((token, id) => {
    if (token !== undefined) ids.set(token, id)
  })
  for (const { id, content } of added) ids.set(content, id)
  const vocab = Object.fromEntries(ids)
  const unknown = before.find((name) => !addedIds.has(name))
  if (unknown !== undefined) throw badTokenizer(`There is no added token "${unknown}" to put before a text.`)
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...added]
      .sort((left, right) => left.id - right.id)
      .map(({ id, content, special = true }) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special
      })),
    normalizer: parts.normalizeNfc === true ? { type: "NFC" } : null,
    pre_tokenizer: preTokenizer(patterns),
    post_processor: postProcessor(before, addedIds),
    decoder: byteLevel(true),
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: parts.ignoreMerges === true,
      vocab,
      merges: merges.map((entry) => (typeof entry === "string" ? (entry.split(" ") as [string, string]) : entry))
    }
  }
}
