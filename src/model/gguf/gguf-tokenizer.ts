// The tokenizer that a GGUF file's metadata describes, brought to the form of a tokenizer.json.
import { ModelError } from "../model-error.ts"
import { type ByteLevelParts, byteLevelDefinition } from "../tokenizer/byte-level.ts"
import type { TokenizerDefinition } from "../tokenizer/definition.ts"
import { defaultPattern, gpt2Pattern } from "../tokenizer/pre-tokenizer.ts"
import type { Tokenizer } from "../tokenizer/tokenizer.ts"
import { fromTokenizerJson } from "../tokenizer/tokenizer-json.ts"
import type { GgufValue } from "./gguf-file.ts"

type Json = Readonly<Record<string, unknown>>

/** Token types of llama.cpp: control tokens are special, user-defined ones are found whole but are text. */
const CONTROL = 3
const USER_DEFINED = 4
const UNUSED = 5

/** How words are cut, by the name in `tokenizer.ggml.pre`, as the tokenizer.json of the models of that name have it. */
const cutting: Readonly<Record<string, Pick<ByteLevelParts, "patterns" | "ignoreMerges" | "normalizeNfc">>> = {
  "gpt-2": { patterns: [gpt2Pattern] },
  smollm: { patterns: ["digits", gpt2Pattern] },
  "llama-bpe": { patterns: [defaultPattern], ignoreMerges: true },
  qwen2: { patterns: [defaultPattern.replace("\\p{N}{1,3}", "\\p{N}")], normalizeNfc: true }
}

const strings = (metadata: ReadonlyMap<string, GgufValue>, key: string): readonly string[] => {
  const value = metadata.get(key)
  if (Array.isArray(value) && value.every((item) => typeof item === "string")) return value as readonly string[]
  throw new ModelError("SLUICE_BAD_TOKENIZER", `The metadata has no list of texts ${key}.`)
}

/** The tokenizer.json of the metadata; throws `SLUICE_UNSUPPORTED_TOKENIZER` for kinds and cuts that are not known. */
export const ggufTokenizerJson = (metadata: ReadonlyMap<string, GgufValue>): TokenizerDefinition => {
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
  const isAdded = (id: number): boolean => types?.[id] === CONTROL || types?.[id] === USER_DEFINED
  return byteLevelDefinition({
    ...cut,
    tokens: tokens.map((text, id) => (types?.[id] === UNUSED ? undefined : text)),
    merges: strings(metadata, "tokenizer.ggml.merges"),
    added: tokens.flatMap((content, id) => (isAdded(id) ? [{ id, content, special: types![id] === CONTROL }] : []))
  })
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
