// train.tokens: conversations as a token table, ids and mask for each row, rendered by a model's template and proven.
import * as Schema from "effect/Schema"
import { type Dataset, type Model, type NestedColumn, opt, type Plus, Stage } from "#sluice"
import { Messages } from "./messages.ts"
import { fewViolations, proven } from "./proven.ts"
import { columnsOf, tokenColumns } from "./token-columns.ts"
import { chatOptions } from "./token-options.ts"

const tokenize = Stage.map({
  name: "train.tokens",
  needs: { messages: Messages },
  options: {
    ...chatOptions,
    /** `completion` supervises the last answer, `assistant` every answer, `all` every token. */
    supervise: opt(Schema.Literals(["completion", "assistant", "all"]), "completion")
  },
  adds: tokenColumns,
  applyBatch: async (batch, { model, supervise, ...settings }) => {
    const { values } = batch.columns["messages"] as NestedColumn
    const rows = values as ReadonlyArray<Messages>
    return {
      rows: batch.rows,
      columns: columnsOf(await model.tokens({ shape: "messages", rows, supervise }, settings))
    }
  }
})

/** Options of the stages that make token tables. */
export interface TokenOptions {
  /** Whose tokenizer and template are used: a model or adapter of the pipeline, or the path of a folder. */
  readonly model: Model | string
  /** Name of a built-in chat format, or a Jinja template; the model's own if left out. */
  readonly chat?: string
  /** The most tokens of a row (256). */
  readonly maxTokens?: number
  /** What becomes of a longer row: it is left out, or its first or last tokens are kept ("drop"). */
  readonly truncate?: "drop" | "keep-start" | "keep-end"
  /** Share of the rows that may fail the mask proof before the node fails (0.05). */
  readonly maxViolations?: number
  readonly name?: string
}

export interface Tokens {
  readonly ids: Uint8Array
  readonly mask: Uint8Array
  readonly tokens: number
  readonly supervised: number
  readonly cut: number
  readonly problem: string
  readonly detail: string
}

interface MessageOptions extends TokenOptions {
  /** `completion` supervises the last answer, `assistant` every answer, `all` every token ("completion"). */
  readonly supervise?: "completion" | "assistant" | "all"
}

/** What the chain of a stage that makes tokens is made of: that stage, `train.proven` behind it, and the default it gives it. */
export interface TokenChain {
  readonly declaration: typeof tokenize.declaration
  readonly behind: ReadonlyArray<typeof proven.declaration>
  readonly defaults: { readonly maxViolations: number }
}

/** The chain of a stage that makes tokens and of `train.proven`. */
export const provenTokens = (
  made: (options: never) => (dataset: never) => unknown,
  { maxViolations, ...options }: TokenOptions
) => {
  const least = maxViolations === undefined ? {} : { maxViolations }
  return (dataset: unknown): never =>
    (made(options as never)(dataset as never) as Dataset<Tokens>).pipe(proven(least)) as never
}

/**
 * Adds the token table's columns to conversations: `ids`, `mask` (1 where a token is supervised), how many tokens and
 * supervised ones there are, and how many were cut. The template is the model's own, a built-in format (`chatml`, `llama2`,
 * `llama3`, `qwen2.5`, `mistral`, `gemma`, `alpaca`, `vicuna`) or Jinja. Training takes the table as `tokens`; a changed
 * row is tokenised again, the others are not.
 *
 * Each mask is proven: at least one token is supervised, what is decodes to the answer and its end-of-turn mark, the ids
 * before it are those of the prompt alone, the template writes a prompt as the beginning of the whole, and no special token
 * comes from content. `train.proven` drops rows that fail, under the reason.
 *
 * @example
 * import { synth, train } from "#stages"
 * const model = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat(), train.tokens({ model }))
 * // → { tokens: 34, supervised: 9, cut: 0, problem: "", … }
 */
export const tokens: ((
  options: MessageOptions
) => <Row extends { readonly messages: Messages }>(dataset: Dataset<Row>) => Dataset<Plus<Row, Tokens>>) &
  TokenChain = Object.assign((options: MessageOptions) => provenTokens(tokenize as never, options), {
  declaration: tokenize.declaration,
  behind: [proven.declaration],
  defaults: { maxViolations: fewViolations }
})
