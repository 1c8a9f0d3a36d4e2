// The parts of a tokenizer.json file, as plain data: what a tokenizer is made of and what is written back.
import { ModelError } from "../model-error.ts"

/** One part of a tokenizer: a normalizer, a pre-tokenizer, a model, a post-processor or a decoder. */
export interface Part {
  readonly type: string
  readonly [setting: string]: unknown
}

/** A token that is found in text as a whole, before words are. */
export interface AddedToken {
  readonly id: number
  readonly content: string
  /** Special tokens are found only where a text may have them, and decoding can leave them out. */
  readonly special?: boolean
  /** Found only where no letter, digit or underscore stands beside it. */
  readonly single_word?: boolean
  /** Takes the white space before it. */
  readonly lstrip?: boolean
  /** Takes the white space after it. */
  readonly rstrip?: boolean
  /** Looked for in normalised text. */
  readonly normalized?: boolean
}

/** A tokenizer.json file. */
export interface TokenizerDefinition {
  readonly version?: string
  readonly added_tokens?: readonly AddedToken[] | null
  readonly normalizer?: Part | null
  readonly pre_tokenizer?: Part | null
  readonly model: Part
  readonly post_processor?: Part | null
  readonly decoder?: Part | null
  readonly [other: string]: unknown
}

/** A tokenizer_config.json file: what a tokenizer is called and which of its tokens do what. */
export interface TokenizerSettings {
  readonly bos_token?: NamedToken
  readonly eos_token?: NamedToken
  readonly pad_token?: NamedToken
  readonly unk_token?: NamedToken
  /** Jinja; several under names, of which `default` counts. */
  readonly chat_template?: string | readonly { readonly name: string; readonly template: string }[] | null
  readonly [other: string]: unknown
}

/** A token by its text, written alone or with its flags. */
export type NamedToken = string | { readonly content: string } | null

/** A part or setting that is not read here. */
export const unsupported = (what: string): ModelError =>
  new ModelError("SLUICE_UNSUPPORTED_TOKENIZER", `${what} of a tokenizer.json file is not supported.`)

/** A file that contradicts itself. */
export const badTokenizer = (what: string): ModelError => new ModelError("SLUICE_BAD_TOKENIZER", what)

/** The parts of a `Sequence`, whatever the list is called there; the part alone otherwise, none when there is none. */
export const partsOf = (part: Part | null | undefined, list: string): readonly Part[] => {
  if (part === null || part === undefined) return []
  if (part.type !== "Sequence") return [part]
  return ((part[list] ?? []) as readonly Part[]).flatMap((one) => partsOf(one, list))
}
