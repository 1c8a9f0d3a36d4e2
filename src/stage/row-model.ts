// A model as row functions see it: its files, and what the engine computes with it.

/** Texts as vectors of length 1: row `i` is `values[i · dimensions .. (i + 1) · dimensions]`. */
export interface Embeddings {
  readonly dimensions: number
  readonly values: Float32Array
}

/** What a causal language model gives a text. */
export interface TextScore {
  /** ln p of its tokens, summed; the first has nothing before it and is not counted. */
  readonly logProb: number
  /** Tokens counted. */
  readonly tokens: number
}

/**
 * A model that is an option of a row-local stage: made by a program of the pipeline, or a folder or file of the project. What it
 * computes of a text depends on that text alone, to the bit.
 */
export interface RowModel {
  /** Of its content. */
  readonly digest: string
  /** Names of its files, in order. */
  readonly files: ReadonlyArray<string>
  readonly read: (name: string) => Uint8Array
  /** Vectors of texts by a sentence encoder in Hugging Face layout. */
  readonly embed: (texts: ReadonlyArray<string>) => Promise<Embeddings>
  /** Scores of texts by a causal language model in Hugging Face layout; of longer ones than `maxTokens` their beginning. */
  readonly score: (texts: ReadonlyArray<string>, maxTokens: number) => Promise<ReadonlyArray<TextScore>>
}
