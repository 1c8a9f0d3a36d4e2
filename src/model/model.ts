// A causal language model in memory: its configuration, its weights and its tokenizer.
import { type LlamaConfig, type LlamaShape, llamaConfig } from "./llama-config.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"
import { initialWeights, type Weights } from "./weights.ts"

/** A model; training gives a new one and leaves the old as it is. */
export interface CausalModel {
  readonly config: LlamaConfig
  readonly weights: Weights
  readonly tokenizer: Tokenizer
}

/**
 * A fresh model with random weights (normal, deviation 0.02) for `tokenizer`; the vocabulary size follows the tokenizer
 * unless given, and the end-of-text and end-of-turn tokens end a text.
 *
 * @example
 * import { createModel, trainTokenizer } from "#sluice/model"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const { weights } = createModel(tokenizer, shape)
 * weights.get("model.embed_tokens.weight")!.shape // → [259, 16]
 * weights.get("model.layers.0.self_attn.k_proj.weight")!.shape // → [8, 16]
 */
export const createModel = (
  tokenizer: Tokenizer,
  shape: Omit<LlamaShape, "vocabSize"> & { readonly vocabSize?: number },
  seed = 0
): CausalModel => {
  const eosIds = ["<|endoftext|>", "<|im_end|>"]
    .map((token) => tokenizer.specialId(token))
    .filter((id) => id !== undefined)
  const config = llamaConfig({ vocabSize: tokenizer.vocabSize, eosIds, ...shape })
  return { config, weights: initialWeights(config, seed), tokenizer }
}
