// What a way to adapt a frozen model is: what it adds to a graph and where, its files, and whether it can be merged.
import type { ModelConfig } from "../../architectures/architecture.ts"
import type { Tokenizer } from "../../tokenizer/tokenizer.ts"
import type { Weights } from "../../weights.ts"
import type { NoiseInputs } from "../noise.ts"
import type { Tensor, TensorGraph } from "../tensor-graph.ts"

/** A linear layer as an adapter sees it. */
export interface LinearSite {
  /** Module path, such as `model.layers.0.self_attn.q_proj`. */
  readonly module: string
  /** [rows, in] */
  readonly input: Tensor
  /** [out, in] */
  readonly weight: Tensor
  /** [out], where the layer has one. */
  readonly bias: Tensor | undefined
  /** What the layer itself answers to an input [rows, in] → [rows, out]. */
  readonly plain: (input: Tensor) => Tensor
}

/** The table of embeddings as an adapter sees it. */
export interface EmbeddingSite {
  readonly module: string
  /** [rows] int64, all of the vocabulary. */
  readonly ids: Tensor
  /** Factor of what the table has. */
  readonly scale: number
  /** What the model itself has for ids [rows] → [rows, hidden]. */
  readonly plain: (ids: Tensor) => Tensor
}

/** Where the output of attention or of the feed-forward layer joins the residual stream. */
export interface JoinSite {
  readonly layer: number
  readonly block: "attention" | "feedForward"
  /** The residual stream before the block [rows, hidden]. */
  readonly stream: Tensor
  /** What the block answered [rows, hidden]. */
  readonly output: Tensor
  /** Stream plus what is given. */
  readonly plain: (output: Tensor) => Tensor
}

/** Keys and values that every token of a layer sees before those of its text, each [count, kvHeads · headDim]. */
export interface PrefixStates {
  readonly keys: Tensor
  readonly values: Tensor
}

/** What an adapter changes in a graph; what is absent stays as the model has it. */
export interface GraphAdapter {
  /** Answers in place of a linear layer, with its help. */
  linear?(site: LinearSite): Tensor
  /** Embeds ids in place of the table, with its help. */
  embed?(site: EmbeddingSite): Tensor
  /** Weights that stand in for the model's of the same names; `lm_head.weight` for a tied head too. */
  readonly replaced?: ReadonlyMap<string, Tensor>
  /** Joins a block's output to the residual stream. */
  join?(site: JoinSite): Tensor
  /** Embeddings [count, hidden] that the ids behind the vocabulary stand for. */
  readonly virtual?: Tensor
  /** States before a layer's own, and how many there are. */
  readonly prefix?: { readonly count: number; readonly states: (layer: number) => PrefixStates }
}

/** A model as far as adapters look at it when they are made. */
export interface AdaptedModel {
  readonly config: ModelConfig
  readonly weights: Weights
  readonly tokenizer: Tokenizer
}

/** Weights and the sizes they belong to, which merging may change. */
export interface MergeTarget {
  readonly config: ModelConfig
  readonly weights: Weights
}

/** An adapter of any method: its settings and its weights. */
export interface AdapterOf<Kind extends string = string, Config = unknown> {
  readonly kind: Kind
  readonly config: Config
  readonly weights: Weights
}

/** An adapter as PEFT lays it out: the fields of adapter_config.json and the tensors, without `base_model.model.`. */
export interface PeftFiles {
  readonly json: Readonly<Record<string, unknown>>
  readonly weights: Weights
}

/** What an adapter's part of a graph is built from. */
export interface GraphParts<Config> {
  readonly graph: TensorGraph
  readonly model: ModelConfig
  readonly config: Config
  readonly tensors: ReadonlyMap<string, Tensor>
  /** Random inputs, in graphs that train; others have none. */
  readonly noise?: NoiseInputs | undefined
}

/** One way to adapt a model; `index.ts` lists them. */
export interface AdapterMethod<Kind extends string = string, Config = unknown> {
  readonly kind: Kind
  /** What it adds, from its weights as tensors. */
  build(parts: GraphParts<Config>): GraphAdapter
  /** Shape that a weight of the adapter has over `model`, undefined where an axis is free; nothing if there is no such weight. */
  shapeOf(model: ModelConfig, name: string): readonly (number | undefined)[] | undefined
  /** Tokens put before every text. */
  virtualTokens?(config: Config): number
  /** `peft_type` of its files. */
  readonly peftType: string
  toPeft(adapter: AdapterOf<Kind, Config>, model?: ModelConfig): PeftFiles
  /** Reads its files; what would change the arithmetic and is not built goes into `refused`, by name. */
  fromPeft(files: PeftFiles, refused: string[]): AdapterOf<Kind, Config>
  /** The model with the adapter in its weights, in f64; methods without it cannot be merged. */
  merge?(target: MergeTarget, adapter: AdapterOf<Kind, Config>): MergeTarget
}
