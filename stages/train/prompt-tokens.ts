// train.promptTokens: prompts without answers as a token table, up to the header of the answer that is to be sampled.
import { type Dataset, type NestedColumn, type Plus, Stage } from "#sluice"
import { Messages } from "./messages.ts"
import { fewViolations, proven } from "./proven.ts"
import { columnsOf, tokenColumns } from "./token-columns.ts"
import { chatOptions } from "./token-options.ts"
import { provenTokens, type TokenChain, type TokenOptions, type Tokens } from "./tokens.ts"

const tokenize = Stage.map({
  name: "train.promptTokens",
  needs: { prompt: Messages },
  options: {
    ...chatOptions
  },
  adds: tokenColumns,
  applyBatch: async (batch, { model, ...settings }) => {
    const { values } = batch.columns["prompt"] as NestedColumn
    const rows = values as ReadonlyArray<Messages>
    return { rows: batch.rows, columns: columnsOf(await model.tokens({ shape: "prompt", rows }, settings)) }
  }
})

/**
 * Adds the token table's columns to prompts: the conversation so far, and the header of the next answer. Nothing is
 * supervised; reinforcement samples what comes after. See `train.tokens` for the columns.
 *
 * @example
 * import { train } from "#stages"
 * const model = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * rows({ prompt: [{ role: "user", content: "When?" }] }).pipe(train.promptTokens({ model }))
 * // → { tokens: 24, supervised: 0, … }
 */
export const promptTokens: ((
  options: TokenOptions
) => <Row extends { readonly prompt: Messages }>(dataset: Dataset<Row>) => Dataset<Plus<Row, Tokens>>) &
  TokenChain = Object.assign((options: TokenOptions) => provenTokens(tokenize as never, options), {
  declaration: tokenize.declaration,
  behind: [proven.declaration],
  defaults: { maxViolations: fewViolations }
})
