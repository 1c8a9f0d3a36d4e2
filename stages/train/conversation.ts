// Conversations as a tuning is given them: a column of messages, made into a token table on the way, or a table made before.
import type { Dataset, Identified, Model } from "#sluice"
import type { Tokenizer } from "#sluice/model"
import type { Messages } from "./messages.ts"
import { type Mixing, mixedOut } from "./mixture.ts"
import { bytesToIds } from "./token-columns.ts"
import { tokens as makeTokens } from "./tokens.ts"
import type { Example } from "./training.ts"

/** Why a row of a token table is not trained on. */
export const sequenceReasons = [
  "too-long",
  "nothing-supervised",
  mixedOut,
  "not-reached",
  "step-skipped",
  "empty",
  "not-measured"
] as const

interface Tokens {
  readonly ids: Uint8Array
  readonly mask: Uint8Array
}

/** A row of a token table. */
export interface Sequence extends Tokens {
  /** Where the row is from, where a column says so. */
  readonly source?: string
}

/** A dataset whose rows have `Columns`, and the column that says where they are from, if one is named. */
type From<Columns, Source extends string> = Dataset<Columns & { readonly [Name in NoInfer<Source>]: string }>

/** How a tuning is told what to train on: by conversations, or by a token table. */
export type TuningData<Source extends string = never> =
  | {
      /** Conversations; `train.tokens` makes the table of them, with `context` as the most tokens of a row. */
      readonly data: From<{ readonly messages: Messages }, Source>
      readonly tokens?: never
      /** Conversations that the loss is measured on and that are not trained on. */
      readonly validation?: From<{ readonly messages: Messages }, Source>
      /** `completion` supervises the last answer, `assistant` every answer, `all` every token ("completion"). */
      readonly supervise?: "completion" | "assistant" | "all"
      /** Name of a built-in chat format, or a Jinja template; the model's own if left out. */
      readonly chat?: string
      /** What becomes of a conversation longer than `context` ("drop"). */
      readonly truncate?: "drop" | "keep-start" | "keep-end"
      /** Share of the rows that may fail the mask proof before the table's node fails (0.05). */
      readonly maxViolations?: number
    }
  | {
      /** A token table that `train.tokens` or one of its siblings made for a model with the same tokenizer. */
      readonly tokens: From<Tokens, Source>
      readonly data?: never
      /** A token table that the loss is measured on and that is not trained on. */
      readonly validation?: From<Tokens, Source>
    }

/** A stage that trains on a token table, as one that takes conversations too. */
export type OverConversations<Program extends (options: never) => Model> = <Source extends string = never>(
  options: Omit<Parameters<Program>[0], "tokens" | "validation" | "retained" | "source" | "mixture"> &
    TuningData<Source> &
    Mixing<Source> & {
      /** Texts of what the model is to keep; such as it writes itself if left out. */
      readonly retained?: Dataset<{ readonly text: string }>
    }
) => Model

interface Tuning {
  readonly base: Model
  readonly retained?: Dataset<{ readonly text: string }>
  readonly context?: number
}

/** The arguments of a tuning with its token table in place of conversations; `context` is the stage's if not given. */
export const withTokens = ({ retained, ...given }: Tuning & TuningData, context: number): never => {
  const kept = retained === undefined ? {} : { retained: [retained] }
  if (given.data === undefined) {
    const { validation, ...rest } = given
    return { ...rest, ...kept, ...(validation !== undefined && { validation: [validation] }) } as never
  }
  const { data, validation, supervise, chat, truncate, maxViolations, ...rest } = given
  const options = {
    model: given.base,
    maxTokens: given.context ?? context,
    ...(supervise !== undefined && { supervise }),
    ...(chat !== undefined && { chat }),
    ...(truncate !== undefined && { truncate }),
    ...(maxViolations !== undefined && { maxViolations })
  }
  const held = validation === undefined ? {} : { validation: [validation.pipe(makeTokens(options))] }
  return { ...rest, ...kept, ...held, tokens: data.pipe(makeTokens(options)) } as never
}

/** Rows of a token table as examples; one that is longer than `context` is left out. */
export const sequenceExamples = (rows: ReadonlyArray<Identified<Sequence>>, context: number): ReadonlyArray<Example> =>
  rows.map(({ id, row: { ids: bytes, mask, source } }) => {
    const ids = bytesToIds(bytes)
    const from = source === undefined ? {} : { source }
    if (ids.length > context) return { id, content: bytes, skipped: "too-long", ...from }
    return { id, content: bytes, sequence: { rowId: id, ids, mask, ...from }, ...from }
  })

/** Rows of token tables that are held out, as examples; undefined where there is no table. */
export const heldOut = async (
  tables: ReadonlyArray<{ readonly read: () => Promise<ReadonlyArray<Identified<Sequence>>> }> | undefined,
  context: number
) => {
  if (tables === undefined || tables.length === 0) return undefined
  const read = await Promise.all(tables.map((table) => table.read()))
  return sequenceExamples(read.flat(), context)
}

/** What stands before the first supervised token of the first rows, to hear what a trained model says after it. */
export const somePrompts = (tokenizer: Tokenizer, examples: ReadonlyArray<Example>, count: number) =>
  examples
    .flatMap(({ sequence }) => sequence ?? [])
    .slice(0, count)
    .map(({ ids, mask }) => {
      const asked = ids.subarray(0, Math.max(0, mask.indexOf(1)))
      return { text: tokenizer.decode(asked, { skipSpecial: true }).trim(), ids: asked }
    })
