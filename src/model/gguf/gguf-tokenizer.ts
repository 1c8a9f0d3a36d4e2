// The tokenizer that a GGUF file's metadata describes, brought to the form of a tokenizer.json.
import { ModelError } from "../model-error.ts"
import { defaultPattern } from "../tokenizer/pre-tokenizer.ts"
import type { Tokenizer } from "../tokenizer/tokenizer.ts"
import { fromTokenizerJson } from "../tokenizer/tokenizer-json.ts"
import type { GgufValue } from "./gguf-file.ts"

type Json = Readonly<Record<string, unknown>>

/** Token types of llama.cpp: control tokens are special, user-defined ones are found whole but are text. */
const CONTROL = 3
const USER_DEFINED = 4
const UNUSED = 5

const byteLevel = (useRegex: boolean): Json => ({
  type: "ByteLevel",
  add_prefix_space: false,
  trim_offsets: true,
  use_regex: useRegex
})

const split = (pattern: string): Json => ({
  type: "Split",
  pattern: { Regex: pattern },
  behavior: "Isolated",
  invert: false
})

/** How words are cut, by the name in `tokenizer.ggml.pre`, as the tokenizer.json of the models of that name have it. */
const cutting: Readonly<
  Record<string, { readonly steps: readonly Json[]; readonly whole?: true; readonly nfc?: true }>
> = {
  "gpt-2": { steps: [byteLevel(true)] },
  smollm: { steps: [{ type: "Digits", individual_digits: true }, byteLevel(true)] },
  "llama-bpe": { steps: [split(defaultPattern), byteLevel(false)], whole: true },
  qwen2: { steps: [split(defaultPattern.replace("\\p{N}{1,3}", "\\p{N}")), byteLevel(false)], nfc: true }
}

const strings = (metadata: ReadonlyMap<string, GgufValue>, key: string): readonly string[] => {
  const value = metadata.get(key)
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as readonly string[]
  throw new ModelError("SLUICE_BAD_TOKENIZER", `The metadata has no list of texts ${key}.`)
}

/** The tokenizer.json of the metadata; throws `SLUICE_UNSUPPORTED_TOKENIZER` for kinds and cuts that are not known. */
export const ggufTokenizerJson = (metadata: ReadonlyMap<string, GgufValue>): Json => {
  const kind = metadata.get("tokenizer.ggml.model")
  const pre = metadata.get("tokenizer.ggml.pre")
  const cut = typeof pre === "string" && Object.hasOwn(cutting, pre) ? cutting[pre] : undefined
  if (kind !== "gpt2" || cut === undefined) {
    throw new ModelError(
      "SLUICE_UNSUPPORTED_TOKENIZER",
      `A tokenizer of model "${kind}" with pre "${pre}" is not read from GGUF; "gpt2" with ` +
        `${Object.keys(cutting).join(", ")} is.`,
      {},
      "take the model as a folder with its tokenizer.json"
    )
  }
  const tokens = strings(metadata, "tokenizer.ggml.tokens")
  const types = metadata.get("tokenizer.ggml.token_type") as readonly number[] | undefined
  const numbered = tokens.map((text, id): [string, number] => [text, id])
  const isAdded = (id: number): boolean => types?.[id] === CONTROL || types?.[id] === USER_DEFINED
  return {
    version: "1.0",
    added_tokens: numbered
      .filter(([, id]) => isAdded(id))
      .map(([content, id]) => ({
        id,
        content,
        single_word: false,
        lstrip: false,
        rstrip: false,
        normalized: false,
        special: types![id] === CONTROL
      })),
    normalizer: cut.nfc === true ? { type: "NFC" } : null,
    pre_tokenizer: { type: "Sequence", pretokenizers: cut.steps },
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
      ignore_merges: cut.whole === true,
      vocab: Object.fromEntries(numbered.filter(([, id]) => types?.[id] !== UNUSED)),
      merges: strings(metadata, "tokenizer.ggml.merges")
    }
  }
}

/** What a tokenizer_config.json would say: the chat template and the tokens with a role of their own. */
const ggufTokenizerSettings = (metadata: ReadonlyMap<string, GgufValue>): Json => {
  const tokens = metadata.get("tokenizer.ggml.tokens") as readonly string[]
  const named = (role: string, key: string): Json => {
    const id = metadata.get(`tokenizer.ggml.${key}_token_id`)
    const text = typeof id === "number" ? tokens[id] : undefined
    return text === undefined ? {} : { [role]: text }
  }
  const template = metadata.get("tokenizer.chat_template")
  return {
    tokenizer_class: "PreTrainedTokenizerFast",
    clean_up_tokenization_spaces: false,
    ...named("bos_token", "bos"),
    ...named("eos_token", "eos"),
    ...named("unk_token", "unknown"),
    ...named("pad_token", "padding"),
    ...(typeof template === "string" && { chat_template: template })
  }
}

/** The tokenizer of the metadata; throws `SLUICE_UNSUPPORTED_TOKENIZER` and `SLUICE_BAD_TOKENIZER`. */
export const ggufTokenizer = (metadata: ReadonlyMap<string, GgufValue>): Tokenizer =>
  fromTokenizerJson(ggufTokenizerJson(metadata), ggufTokenizerSettings(metadata))
