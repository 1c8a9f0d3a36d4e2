// Reads and writes Hugging Face tokenizer.json files of byte-level BPE tokenizers.
import { ModelError } from "../model-error.ts"
import type { Merge } from "./bpe.ts"
import { fromCharacters, toCharacters } from "./byte-alphabet.ts"
import { digitPattern, gpt2Pattern } from "./pre-tokenizer.ts"
import { type SpecialToken, Tokenizer } from "./tokenizer.ts"

type Json = Readonly<Record<string, unknown>>

const byteLevel = (useRegex: boolean): Json => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex
})

const preTokenizerJson = (patterns: readonly string[]): Json => {
  const last = patterns.at(-1)
  const usesRegex = last === gpt2Pattern
  const before = (usesRegex ? patterns.slice(0, -1) : patterns).map((pattern) =>
    pattern === digitPattern
      ? { type: "Digits", individual_digits: true }
      : { type: "Split", pattern: { Regex: pattern }, behavior: "Isolated", invert: false }
  )
  return { type: "Sequence", pretokenizers: [...before, byteLevel(usesRegex)] }
}

/** The tokenizer.json of `tokenizer`, as `tokenizers` reads it. */
export const toTokenizerJson = (tokenizer: Tokenizer): Json => {
  const { pieces, merges, specials, patterns, ignoreMerges, normalizeNfc } = tokenizer.parts
  const names = pieces.map((piece) => (piece === undefined ? undefined : toCharacters(piece)))
  for (const { id, text } of specials) names[id] = text
  const vocab: Record<string, number> = {}
  names.forEach((name, id) => {
    if (name !== undefined) vocab[name] = id
  })
  return {
    version: "1.0",
    truncation: null,
    padding: null,
    added_tokens: [...specials]
      .sort((left, right) => left.id - right.id)
      .map(({ id, text, special }) => ({
        id,
        content: text,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special
      })),
    normalizer: normalizeNfc ? { type: "NFC" } : null,
    pre_tokenizer: preTokenizerJson(patterns),
    post_processor: byteLevel(false),
    decoder: byteLevel(true),
    model: {
      type: "BPE",
      dropout: null,
      unk_token: null,
      continuing_subword_prefix: null,
      end_of_word_suffix: null,
      fuse_unk: false,
      byte_fallback: false,
      ignore_merges: ignoreMerges,
      vocab,
      merges: merges.map(([left, right]) => [names[left], names[right]])
    }
  }
}

const unsupported = (what: string): ModelError =>
  new ModelError("SLUICE_UNSUPPORTED_TOKENIZER", `${what} is not supported; byte-level BPE tokenizers are.`)

const readPatterns = (json: Json | null): string[] => {
  const steps = json?.type === "Sequence" ? (json.pretokenizers as Json[]) : json === null ? [] : [json]
  const patterns: string[] = []
  let bytes = false
  for (const step of steps) {
    if (step.type === "ByteLevel") {
      bytes = true
      if (step.add_prefix_space === true) throw unsupported("add_prefix_space")
      if (step.use_regex !== false) patterns.push(gpt2Pattern)
    } else if (step.type === "Digits" && step.individual_digits === true) patterns.push(digitPattern)
    else if (step.type === "Split" && step.behavior === "Isolated" && step.invert !== true) {
      const regex = (step.pattern as Json).Regex
      if (typeof regex !== "string") throw unsupported("A split pattern that is no regular expression")
      patterns.push(regex)
    } else throw unsupported(`Pre-tokenizer ${String(step.type)}`)
  }
  if (!bytes) throw unsupported("A pre-tokenizer without ByteLevel")
  return patterns
}

const readNormalizer = (json: Json | null): boolean => {
  if (json === null) return false
  const steps = json.type === "Sequence" ? (json.normalizers as Json[]) : [json]
  for (const step of steps) if (step.type !== "NFC") throw unsupported(`Normalizer ${String(step.type)}`)
  return steps.length > 0
}

/**
 * Builds the tokenizer a tokenizer.json describes. Read: BPE without dropout, byte fallback or affixes; pre-tokenizers
 * ByteLevel, Split (isolated) and Digits; normalizer NFC. Anything else throws `SLUICE_UNSUPPORTED_TOKENIZER`, a file that
 * contradicts itself `SLUICE_BAD_TOKENIZER`.
 */
export const fromTokenizerJson = (json: Json): Tokenizer => {
  const model = json.model as Json
  if (model.type !== "BPE" || model.byte_fallback === true) throw unsupported(`Model ${String(model.type)}`)
  if (model.continuing_subword_prefix || model.end_of_word_suffix) throw unsupported("A word affix")
  const added = (json.added_tokens ?? []) as readonly { id: number; content: string; special: boolean }[]
  const specials = added.map(({ id, content, special }): SpecialToken => ({ id, text: content, special }))
  const specialTexts = new Set(specials.map(({ text }) => text))
  const vocab = new Map(Object.entries(model.vocab as Record<string, number>))
  const pieces: (Uint8Array | undefined)[] = []
  for (const [name, id] of vocab) pieces[id] = specialTexts.has(name) ? undefined : fromCharacters(name)
  const merges = (model.merges as readonly (string | readonly [string, string])[]).map((entry): Merge => {
    const [left, right] = typeof entry === "string" ? entry.split(" ") : entry
    const ids = [vocab.get(left!), vocab.get(right!), vocab.get(`${left}${right}`)]
    if (ids.includes(undefined)) {
      throw new ModelError("SLUICE_BAD_TOKENIZER", `The merge of "${left}" and "${right}" is not in the vocabulary.`)
    }
    return ids as [number, number, number]
  })
  return new Tokenizer({
    pieces: Array.from(pieces),
    merges,
    specials,
    patterns: readPatterns((json.pre_tokenizer ?? null) as Json | null),
    ignoreMerges: model.ignore_merges === true,
    normalizeNfc: readNormalizer((json.normalizer ?? null) as Json | null)
  })
}
