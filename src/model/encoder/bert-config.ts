// The architecture of a BERT encoder, from its Hugging Face config.json and the files of sentence-transformers beside it.
import { ModelError } from "../model-error.ts"

type Json = Readonly<Record<string, unknown>>

export type Activation = "gelu" | "gelu_new" | "relu"
export type Pooling = "mean" | "first" | "max"

/** The shape of an encoder, and how a text becomes one vector. */
export interface BertConfig {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly maxPositions: number
  readonly typeVocabSize: number
  readonly layerNormEpsilon: number
  readonly activation: Activation
  readonly pooling: Pooling
  /** Tokens that a text is cut to, marks included. */
  readonly maxTokens: number
}

const unsupported = (what: string): ModelError =>
  new ModelError("SLUICE_UNSUPPORTED_MODEL", `${what} is not supported; encoders of the layout "bert" are.`)

const activations: Readonly<Record<string, Activation>> = {
  gelu: "gelu",
  gelu_new: "gelu_new",
  gelu_fast: "gelu_new",
  gelu_pytorch_tanh: "gelu_new",
  relu: "relu"
}

/** How token vectors become one: the mean where no file says. */
const poolingOf = (json: Json | undefined): Pooling => {
  const chosen = Object.entries(json ?? {}).filter(([name, on]) => name.startsWith("pooling_mode_") && on === true)
  if (chosen.length === 0) return "mean"
  const names = { pooling_mode_mean_tokens: "mean", pooling_mode_cls_token: "first", pooling_mode_max_tokens: "max" }
  const pooling = names[chosen[0]![0] as keyof typeof names] as Pooling | undefined
  if (chosen.length > 1 || pooling === undefined)
    throw unsupported(`Pooling by ${chosen.map(([name]) => name.slice("pooling_mode_".length)).join(" and ")}`)
  return pooling
}

/** Steps of sentence-transformers after the encoder that change directions of vectors; lengths do not matter to a cosine. */
const checkModules = (modules: readonly Json[]): void => {
  for (const { type } of modules) {
    const name = String(type).split(".").at(-1)!
    if (!["Transformer", "Pooling", "Normalize"].includes(name)) throw unsupported(`The module ${String(type)}`)
  }
}

/** The JSON files of a folder, those that it has. */
export interface EncoderFiles {
  /** config.json */
  readonly config: Json
  /** modules.json of sentence-transformers. */
  readonly modules?: readonly Json[]
  /** 1_Pooling/config.json */
  readonly pooling?: Json
  /** sentence_bert_config.json */
  readonly sentence?: Json
}

/** Reads the files of a folder; throws `SLUICE_UNSUPPORTED_MODEL` for other architectures, activations and poolings. */
export const readBertConfig = ({ config, modules, pooling, sentence }: EncoderFiles): BertConfig => {
  if (config.model_type !== "bert") throw unsupported(`model_type "${String(config.model_type)}"`)
  const positions = config.position_embedding_type ?? "absolute"
  if (positions !== "absolute") throw unsupported(`position_embedding_type "${String(positions)}"`)
  const activation = activations[String(config.hidden_act ?? "gelu")]
  if (activation === undefined) throw unsupported(`hidden_act "${String(config.hidden_act)}"`)
  checkModules(modules ?? [])
  const number = (name: string, fallback?: number): number => {
    const value = config[name] ?? fallback
    if (typeof value === "number") return value
    throw new ModelError("SLUICE_BAD_MODEL_FOLDER", `config.json has no number "${name}".`)
  }
  const maxPositions = number("max_position_embeddings", 512)
  const asked = sentence?.max_seq_length
  return {
    vocabSize: number("vocab_size"),
    hiddenSize: number("hidden_size"),
    intermediateSize: number("intermediate_size"),
    layers: number("num_hidden_layers"),
    heads: number("num_attention_heads"),
    maxPositions,
    typeVocabSize: number("type_vocab_size", 2),
    layerNormEpsilon: number("layer_norm_eps", 1e-12),
    activation,
    pooling: poolingOf(pooling),
    maxTokens: Math.min(typeof asked === "number" ? asked : maxPositions, maxPositions)
  }
}

/** Name and shape of every weight that the encoder reads, linear weights as [out, in]. */
export const bertWeightShapes = (config: BertConfig): Map<string, number[]> => {
  const { hiddenSize: hidden, intermediateSize: wide } = config
  const shapes = new Map<string, number[]>([
    ["embeddings.word_embeddings.weight", [config.vocabSize, hidden]],
    ["embeddings.position_embeddings.weight", [config.maxPositions, hidden]],
    ["embeddings.token_type_embeddings.weight", [config.typeVocabSize, hidden]]
  ])
  const norm = (module: string) => {
    for (const part of ["weight", "bias"]) shapes.set(`${module}.${part}`, [hidden])
  }
  const linear = (module: string, out: number, from: number) => {
    shapes.set(`${module}.weight`, [out, from])
    shapes.set(`${module}.bias`, [out])
  }
  norm("embeddings.LayerNorm")
  for (let index = 0; index < config.layers; index++) {
    const layer = `encoder.layer.${index}`
    for (const part of ["query", "key", "value"]) linear(`${layer}.attention.self.${part}`, hidden, hidden)
    linear(`${layer}.attention.output.dense`, hidden, hidden)
    norm(`${layer}.attention.output.LayerNorm`)
    linear(`${layer}.intermediate.dense`, wide, hidden)
    linear(`${layer}.output.dense`, hidden, wide)
    norm(`${layer}.output.LayerNorm`)
  }
  return shapes
}
