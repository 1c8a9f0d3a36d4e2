// Reads and writes Hugging Face tokenizer.json files.
import type { TokenizerDefinition, TokenizerSettings } from "./definition.ts"
import { checkDefinition, Tokenizer } from "./tokenizer.ts"

/** The tokenizer.json of `tokenizer`, as `tokenizers` reads it; one that was read is given back as it was. */
export const toTokenizerJson = (tokenizer: Tokenizer): TokenizerDefinition => tokenizer.definition

/**
 * Builds the tokenizer a tokenizer.json describes. Its ids and texts are those of the `tokenizers` package: models BPE
 * (bytes, byte fallback, affixes; without dropout), Unigram, WordPiece and WordLevel, with the normalizers,
 * pre-tokenizers, post-processors and decoders of published files. `truncation` and `padding` are kept and not applied.
 * `settings` is the tokenizer_config.json beside it. Anything else throws `SLUICE_UNSUPPORTED_TOKENIZER`, a file that contradicts itself `SLUICE_BAD_TOKENIZER`.
 */
export const fromTokenizerJson = (json: unknown, settings: TokenizerSettings = {}): Tokenizer =>
  new Tokenizer(checkDefinition(json), settings)
