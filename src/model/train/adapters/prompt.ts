// Prompt tuning: learned embeddings before every text (Lester et al., arXiv 2104.08691).
import { embeddingsName } from "../../architectures/index.ts"
import { ModelError } from "../../model-error.ts"
import { seededRandom } from "../../random.ts"
import type { AdaptedModel, AdapterMethod, AdapterOf } from "./adapter.ts"
import { normalWeight } from "./dense.ts"

/** Settings of a tuned prompt. */
export interface PromptConfig {
  /** Virtual tokens. */
  readonly tokens: number
  /** Where they started: at random, at a text's tokens, or at tokens drawn from the vocabulary. */
  readonly init: "random" | "text" | "vocabulary"
  /** The text they started at. */
  readonly text?: string
}

/** The one key is `prompt_embeddings` [tokens, hidden]. */
export type PromptAdapter = AdapterOf<"prompt", PromptConfig>

/** Name of the embeddings in all methods that have virtual tokens. */
export const promptKey = "prompt_embeddings"

/** Throws `SLUICE_BAD_ADAPTER` unless there is at least one virtual token. */
export const checkTokens = (tokens: number): void => {
  if (Number.isInteger(tokens) && tokens > 0) return
  throw new ModelError("SLUICE_BAD_ADAPTER", `${tokens} virtual tokens; a whole number of at least 1 is needed.`)
}

/**
 * A fresh prompt: normal values of deviation 1 (PEFT's start, 20 tokens), or copies of the embeddings of `text`, repeated
 * or cut to the number of tokens, or of tokens drawn from the vocabulary. Throws `SLUICE_BAD_ADAPTER`.
 */
export const createPrompt = (
  model: AdaptedModel,
  options: Partial<PromptConfig> & { readonly seed?: number } = {}
): PromptAdapter => {
  const { tokens = 20, init = options.text === undefined ? "random" : "text", text, seed = 0 } = options
  checkTokens(tokens)
  const width = model.config.hiddenSize
  const config: PromptConfig = { tokens, init, ...(text !== undefined && { text }) }
  if (init === "random") {
    return {
      kind: "prompt",
      config,
      weights: new Map([[promptKey, normalWeight(seed, promptKey, [tokens, width], 1)]])
    }
  }
  const random = seededRandom(seed, promptKey)
  const said = init === "text" ? model.tokenizer.encode(text ?? "") : new Int32Array(0)
  if (init === "text" && said.length === 0) {
    throw new ModelError(
      "SLUICE_BAD_ADAPTER",
      "A prompt that starts at a text needs one with at least one token.",
      {},
      'give the text, or start with init "random" or "vocabulary"'
    )
  }
  const table = model.weights.get(embeddingsName(model.config))!.data
  const data = new Float32Array(tokens * width)
  for (let token = 0; token < tokens; token++) {
    const id = init === "text" ? said[token % said.length]! : Math.floor(random.uniform() * model.config.vocabSize)
    data.set(table.subarray(id * width, (id + 1) * width), token * width)
  }
  return { kind: "prompt", config, weights: new Map([[promptKey, { shape: [tokens, width], data }]]) }
}

const peftInit = { random: "RANDOM", text: "TEXT", vocabulary: "SAMPLE_VOCAB" } as const

/** Prompt tuning. */
export const prompt: AdapterMethod<"prompt", PromptConfig> = {
  kind: "prompt",
  peftType: "PROMPT_TUNING",
  shapeOf: ({ hiddenSize }, name) => (name === promptKey ? [undefined, hiddenSize] : undefined),
  build: ({ tensors }) => ({ virtual: tensors.get(promptKey)! }),
  virtualTokens: ({ tokens }) => tokens,
  toPeft: ({ config, weights }, model) => ({
    json: {
      num_virtual_tokens: config.tokens,
      token_dim: weights.get(promptKey)!.shape[1],
      num_transformer_submodules: 1,
      num_attention_heads: model?.heads ?? null,
      num_layers: model?.layers ?? null,
      prompt_tuning_init: peftInit[config.init],
      prompt_tuning_init_text: config.text ?? null,
      // Asked for with a text only, to make a start that the saved embeddings replace.
      tokenizer_name_or_path: null,
      tokenizer_kwargs: null
    },
    weights
  }),
  fromPeft: ({ json, weights }, refused) => {
    if (!weights.has(promptKey)) refused.push(`no ${promptKey}`)
    const found = Object.entries(peftInit).find(([, name]) => name === json["prompt_tuning_init"])
    const text = json["prompt_tuning_init_text"]
    const config: PromptConfig = {
      tokens: Number(json["num_virtual_tokens"]),
      init: (found?.[0] ?? "random") as PromptConfig["init"],
      ...(typeof text === "string" && { text })
    }
    return { kind: "prompt", config, weights }
  }
}
