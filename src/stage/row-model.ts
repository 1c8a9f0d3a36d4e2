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

interface Turn {
  readonly role: string
  readonly content: string
}

/** Rows of training data of one shape, to become token sequences; `supervise` is `completion` if not given. */
export type TokenRequest =
  | {
      readonly shape: "messages"
      readonly rows: ReadonlyArray<ReadonlyArray<Turn>>
      readonly supervise?: "completion" | "assistant" | "all"
    }
  | { readonly shape: "text"; readonly rows: ReadonlyArray<string> }
  | {
      readonly shape: "pair"
      readonly rows: ReadonlyArray<{ readonly prompt: string; readonly completion: string }>
      readonly supervise?: "completion" | "all"
    }
  | {
      readonly shape: "preference"
      readonly rows: ReadonlyArray<{
        readonly prompt: ReadonlyArray<Turn>
        readonly chosen: ReadonlyArray<Turn>
        readonly rejected: ReadonlyArray<Turn>
      }>
    }
  | { readonly shape: "prompt"; readonly rows: ReadonlyArray<ReadonlyArray<Turn>> }

/** How rows become sequences. */
export interface TokenSettings {
  /** The most tokens of a sequence. */
  readonly maxTokens: number
  /** What becomes of a longer one. */
  readonly truncate: "drop" | "keep-start" | "keep-end"
  /** Name of a built-in chat format, or a Jinja template; the model's own if not given. */
  readonly chat?: string | undefined
}

/** A row's sequence, `mask` 1 where a token is supervised; or, in `problem`, the reason why there is none. */
export interface RowTokens {
  readonly ids: Int32Array
  readonly mask: Uint8Array
  /** Tokens that were cut off. */
  readonly cut: number
  readonly problem: string
  readonly detail: string
  /** Of a preference: the sequence of the rejected answer. */
  readonly rejected?: { readonly ids: Int32Array; readonly mask: Uint8Array }
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
  /** Rows as sequences of the model's tokens, conversations by its chat template. */
  readonly tokens: (request: TokenRequest, settings: TokenSettings) => Promise<ReadonlyArray<RowTokens>>
}
