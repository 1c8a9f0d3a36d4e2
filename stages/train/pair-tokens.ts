// train.pairTokens: prompts and completions as a token table, as plain text and not as a conversation.
import * as Schema from "effect/Schema"
import { type Dataset, opt, type Plus, Stage } from "#sluice"
import { fewViolations, proven } from "./proven.ts"
import { columnsOf, textsOf, tokenColumns } from "./token-columns.ts"
import { tokenOptions } from "./token-options.ts"
import { provenTokens, type TokenChain, type TokenOptions, type Tokens } from "./tokens.ts"

const tokenize = Stage.map({
  name: "train.pairTokens",
  needs: { prompt: Schema.String, completion: Schema.String },
  options: {
    ...tokenOptions,
    /** `completion` supervises the completion and the token that ends it, `all` the prompt too. */
    supervise: opt(Schema.Literals(["completion", "all"]), "completion")
  },
  adds: tokenColumns,
  applyBatch: async (batch, { model, supervise, ...settings }) => {
    const completions = textsOf(batch, "completion")
    const rows = textsOf(batch, "prompt").map((prompt, row) => ({ prompt, completion: completions[row]! }))
    return { rows: batch.rows, columns: columnsOf(await model.tokens({ shape: "pair", rows, supervise }, settings)) }
  }
})

interface PairOptions extends Omit<TokenOptions, "chat"> {
  /** `completion` supervises the completion and the token that ends it, `all` the prompt too ("completion"). */
  readonly supervise?: "completion" | "all"
}

interface Pair {
  readonly prompt: string
  readonly completion: string
}

/**
 * Adds the token table's columns to pairs of a `prompt` and a `completion`. Both are plain text, encoded apart, so that the
 * prompt's ids are those that the model is asked with. Rows of unpaired preference, which have a `label` too, keep it. See
 * `train.tokens` for the columns.
 *
 * @example
 * import { train } from "#stages"
 * const model = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * rows({ prompt: "When? ", completion: "At dawn.", label: true }).pipe(train.pairTokens({ model }))
 * // → { label: true, tokens: 15, supervised: 9, … }
 */
export const pairTokens: ((
  options: PairOptions
) => <Row extends Pair>(dataset: Dataset<Row>) => Dataset<Plus<Row, Tokens>>) &
  TokenChain = Object.assign((options: PairOptions) => provenTokens(tokenize as never, options), {
  declaration: tokenize.declaration,
  behind: [proven.declaration],
  defaults: { maxViolations: fewViolations }
})
