// train.textTokens: plain documents as a token table, every token supervised, for continued pretraining.
import * as Schema from "effect/Schema"
import { type Dataset, opt, type Plus, Stage } from "#sluice"
import { fewViolations, proven } from "./proven.ts"
import { columnsOf, textsOf, tokenColumns } from "./token-columns.ts"
import { tokenOptions } from "./token-options.ts"
import { provenTokens, type TokenChain, type TokenOptions, type Tokens } from "./tokens.ts"

const tokenize = Stage.map({
  name: "train.textTokens",
  needs: { by: Schema.String },
  options: {
    ...tokenOptions,
    by: opt.column("text")
  },
  adds: tokenColumns,
  applyBatch: async (batch, { model, ...settings }) => {
    const rows = textsOf(batch, "by")
    return { rows: batch.rows, columns: columnsOf(await model.tokens({ shape: "text", rows }, settings)) }
  }
})

interface TextOptions<By> extends Omit<TokenOptions, "chat"> {
  /** The column of documents ("text"). */
  readonly by?: By
}

/**
 * Adds the token table's columns to documents: what the tokenizer puts before a text, its tokens, and the token that ends a
 * text; all are supervised. Special tokens written in a document stay text. See `train.tokens` for the columns.
 *
 * @example
 * import { train } from "#stages"
 * const model = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * rows({ text: "At dawn." }, { text: "" }).pipe(train.textTokens({ model }))
 * // → { text: "At dawn.", tokens: 9, supervised: 9, problem: "", … }
 * // dropped: 1 empty
 */
export const textTokens: (<By extends string = "text">(
  options: TextOptions<By>
) => <Row extends { readonly [P in By]: string }>(dataset: Dataset<Row>) => Dataset<Plus<Row, Tokens>>) &
  TokenChain = Object.assign((options: TextOptions<string>) => provenTokens(tokenize as never, options), {
  declaration: tokenize.declaration,
  behind: [proven.declaration],
  defaults: { maxViolations: fewViolations }
})
