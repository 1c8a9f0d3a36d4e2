// A causal language model in memory: its configuration, its weights and its tokenizer.
import type { ModelConfig } from "./architectures/architecture.ts"
import { type AnyShape, modelConfig } from "./architectures/index.ts"
import { ModelError } from "./model-error.ts"
import type { Tokenizer } from "./tokenizer/tokenizer.ts"
import { initialWeights, type Weights } from "./weights.ts"

/** A model; training gives a new one and leaves the old as it is. */
export interface CausalModel<Config extends ModelConfig = ModelConfig> {
  readonly config: Config
  readonly weights: Weights
  readonly tokenizer: Tokenizer
}

/** The error of a weight that is missing or has another shape than the model's sizes ask for. */
export const misshapen = (
  code: string,
  name: string,
  wanted: readonly number[],
  found: readonly number[] | undefined
): ModelError => {
  const has = found === undefined ? "is missing" : `has shape [${found}]`
  const hint = "the files are of different models, or one was cut off: fetch them again"
  return new ModelError(code, `${name} ${has}; the model's sizes ask for [${wanted}].`, { name }, hint)
}

/** Where the first number that is none lies, −1 where all are finite. */
const firstBroken = (data: Float32Array): number => {
  let probe = 0
  for (let index = 0; index < data.length; index++) probe += data[index]! * 0
  return probe === 0 ? -1 : data.findIndex((value) => !Number.isFinite(value))
}

/**
 * Checks a model that was read from files: throws `SLUICE_BAD_WEIGHTS` for a weight that is not finite and
 * `SLUICE_TOKENIZER_MISMATCH` for a tokenizer with more ids than the model has embeddings.
 */
export const checkModel = ({ config, weights, tokenizer }: CausalModel): void => {
  if (tokenizer.vocabSize > config.vocabSize) {
    throw new ModelError(
      "SLUICE_TOKENIZER_MISMATCH",
      `The tokenizer has ids up to ${tokenizer.vocabSize - 1}, the model has embeddings for ${config.vocabSize} ids.`,
      { tokenizer: tokenizer.vocabSize, model: config.vocabSize },
      "use the tokenizer.json that came with these weights"
    )
  }
  for (const [name, { shape, data }] of weights) {
    const at = firstBroken(data)
    if (at < 0) continue
    const width = shape.at(-1)!
    const place = shape.length < 2 ? `${at}` : `${Math.floor(at / width)}, ${at % width}`
    throw new ModelError(
      "SLUICE_BAD_WEIGHTS",
      `${name} holds ${data[at]} at [${place}]; every weight must be a finite number.`,
      { name, place: at },
      "training that ended well leaves none: fetch the files again, or take an earlier checkpoint"
    )
  }
}

/** What must be said about a new model, whose vocabulary may follow its tokenizer. */
export type NewModel<Shape extends AnyShape = AnyShape> = Shape extends AnyShape
  ? Omit<Shape, "vocabSize"> & { readonly vocabSize?: number }
  : never

/**
 * A fresh model with random weights (normal, deviation 0.02) for `tokenizer`, a Llama unless `shape` names another
 * `architecture`; the vocabulary size follows the tokenizer
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
export const createModel = (tokenizer: Tokenizer, shape: NewModel, seed = 0): CausalModel => {
  const eosIds = ["<|endoftext|>", "<|im_end|>"]
    .map((token) => tokenizer.specialId(token))
    .filter((id) => id !== undefined)
  const config = modelConfig({ vocabSize: tokenizer.vocabSize, eosIds, ...shape } as AnyShape)
  return { config, weights: initialWeights(config, seed), tokenizer }
}
