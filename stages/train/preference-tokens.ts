// train.preferenceTokens: a prompt with a chosen and a rejected answer as a token table of two sequences a row.
import * as Schema from "effect/Schema"
import { type Dataset, type NestedColumn, type Plus, Stage } from "#sluice"
import { Messages } from "./messages.ts"
import { fewViolations, proven } from "./proven.ts"
import { bytesColumn, columnsOf, idBytes, tokenColumns } from "./token-columns.ts"
import { chatOptions } from "./token-options.ts"
import { provenTokens, type TokenChain, type TokenOptions, type Tokens } from "./tokens.ts"

const tokenize = Stage.map({
  name: "train.preferenceTokens",
  needs: { prompt: Messages, chosen: Messages, rejected: Messages },
  options: {
    ...chatOptions
  },
  adds: { ...tokenColumns, rejectedIds: Schema.Uint8Array, rejectedMask: Schema.Uint8Array },
  applyBatch: async (batch, { model, ...settings }) => {
    const turns = (name: string, row: number) => (batch.columns[name] as NestedColumn).values[row] as Messages
    const rows = Array.from({ length: batch.rows }, (_, row) => ({
      prompt: turns("prompt", row),
      chosen: turns("chosen", row),
      rejected: turns("rejected", row)
    }))
    const made = await model.tokens({ shape: "preference", rows }, settings)
    return {
      rows: batch.rows,
      columns: {
        ...columnsOf(made),
        rejectedIds: bytesColumn(made.map(({ rejected }) => idBytes(rejected!.ids))),
        rejectedMask: bytesColumn(made.map(({ rejected }) => rejected!.mask))
      }
    }
  }
})

interface Preference {
  readonly prompt: Messages
  readonly chosen: Messages
  readonly rejected: Messages
}

interface RejectedTokens extends Tokens {
  readonly rejectedIds: Uint8Array
  readonly rejectedMask: Uint8Array
}

/**
 * Adds the token table's columns to preferences, as `ingest.preferences` gives them: `ids` and `mask` of the prompt with the
 * chosen answer, `rejectedIds` and `rejectedMask` of the prompt with the rejected one; the answers are supervised. A row
 * goes when one of its sequences cannot be used, or when both are the same. See `train.tokens` for the columns.
 *
 * @example
 * import { train } from "#stages"
 * const model = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const prompt = [{ role: "user", content: "When?" }]
 * const [chosen, rejected] = ["At dawn.", "Never."].map((content) => [{ role: "assistant", content }])
 * rows({ prompt, chosen: chosen!, rejected: rejected! }).pipe(train.preferenceTokens({ model }))
 * // → { tokens: 34, supervised: 9, … }
 */
export const preferenceTokens: ((
  options: TokenOptions
) => <Row extends Preference>(dataset: Dataset<Row>) => Dataset<Plus<Row, RejectedTokens>>) &
  TokenChain = Object.assign((options: TokenOptions) => provenTokens(tokenize as never, options), {
  declaration: tokenize.declaration,
  behind: [proven.declaration],
  defaults: { maxViolations: fewViolations }
})
