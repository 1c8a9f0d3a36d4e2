// What a family of decoders is: its sizes, its weights and their names, its forward pass, and how files describe it.
import type { Binding } from "../train/binding.ts"
import type { Tensor, TensorGraph } from "../train/tensor-graph.ts"

/** A config.json. */
export type ConfigJson = Readonly<Record<string, unknown>>

/** What every causal model has, whatever its family; each family adds its own. */
export interface ModelConfig {
  /** The family, as `model_type` of transformers names it. */
  readonly architecture: string
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly kvHeads: number
  readonly headDim: number
  readonly tieEmbeddings: boolean
  readonly maxPositions: number
  readonly bosId?: number
  readonly eosIds: readonly number[]
}

/** What must be said about a new model; the rest has its family's defaults. */
export interface ModelShape {
  readonly vocabSize: number
  readonly hiddenSize: number
  readonly intermediateSize: number
  readonly layers: number
  readonly heads: number
  readonly tieEmbeddings?: boolean
  readonly maxPositions?: number
  readonly bosId?: number
  readonly eosIds?: readonly number[]
}

/** Paths of modules, as weights are named after them. */
export interface ModuleNames {
  /** What the model's own paths begin with; files of a model saved without its output head leave it out. */
  readonly root: string
  /** The table of embeddings, which a tied output head shares. */
  readonly embeddings: string
  /** The list of layers. */
  readonly layers: string
  /** Linear layers by what they do, as ends of paths; one module may do several. */
  readonly query: string
  readonly key: string
  readonly value: string
  /** The feed-forward layer's second matrix. */
  readonly narrow: string
}

/** Path of the output head in every family. */
export const headModule = "lm_head"

/** Tokens of a batch, row after row: ids and positions [batch · time], positions below `positionLimit`. */
export interface TokenInput {
  readonly ids: Tensor
  readonly positions: Tensor
  readonly positionLimit: number
  readonly batch: number
  readonly time: number
}

/**
 * Queries [batch, time, heads, width], keys and values [batch, time, kvHeads, width], not yet turned by position →
 * [batch · time, heads · width].
 */
export type Attend = (layer: number, queries: Tensor, keys: Tensor, values: Tensor) => Tensor

/** What a forward pass is built from. */
export interface Forward<Config> {
  readonly graph: TensorGraph
  readonly config: Config
  readonly binding: Binding
  readonly input: TokenInput
  readonly attend: Attend
}

/** How GGUF files of a family are read. */
export interface GgufLayout<Shape> {
  /** `general.architecture`. */
  readonly name: string
  /** Whether converters put the rows of queries and keys into interleaved pairs. */
  readonly isInterleaved: boolean
  /** The family's own modules of a layer, by their names in the file. */
  readonly modules?: Readonly<Record<string, string>>
  /** The shape, from what all files say and the linear layers that have a bias in this one. */
  shape(common: DecoderSizes, biases: readonly string[]): Shape
}

/** What a GGUF file says of every decoder. */
export interface DecoderSizes extends ModelShape {
  readonly kvHeads: number
  readonly headDim: number
  readonly rmsNormEpsilon: number
  readonly ropeTheta: number
}

/** One family; `index.ts` lists them. */
export interface Architecture<
  Kind extends string = string,
  Shape extends ModelShape = ModelShape,
  Config extends ModelConfig = ModelConfig
> {
  readonly kind: Kind
  readonly names: ModuleNames
  /** Fills the defaults. Throws `SLUICE_BAD_MODEL_SHAPE`. */
  config(shape: Shape): Config
  /** Reads a config.json. Throws `SLUICE_UNSUPPORTED_MODEL` for what cannot be computed, and `SLUICE_BAD_MODEL_SHAPE`. */
  fromJson(json: ConfigJson): Config
  /** The config.json of transformers. */
  toJson(config: Config): ConfigJson
  /** Name and shape of every weight: matrices as [out, in], the output head's absent when embeddings are tied. */
  weightShapes(config: Config): Map<string, number[]>
  /** Linear layers of layer `index`, in the order of the forward pass, as ends of paths behind the layer's. */
  readonly linear: readonly string[]
  /** Hidden states after the last norm [rows, hidden]. */
  hidden(parts: Forward<Config>): Tensor
  /** Factor of embeddings of the vocabulary; none if absent. */
  embeddingScale?(config: Config): number
  /** Rotary frequencies, headDim/2 of them; absent where positions are not turned into queries and keys. */
  rotaryFrequencies?(config: Config): Float64Array
  /** Tokens that a token sees, itself among them; all before it if undefined. */
  window?(config: Config): number | undefined
  /** Value that a fresh weight of one axis starts with, if not 0 for biases and 1 for gains. */
  initialValue?(name: string): number
  /** Whether files keep a matrix as [in, out]. */
  isTransposed?(name: string): boolean
  readonly gguf?: GgufLayout<Shape>
}
