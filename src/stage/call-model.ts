// A model as the row functions of a stage that calls one see it: what is asked, what comes back, what can go wrong.
import type { Effect } from "effect"
import * as Schema from "effect/Schema"
import { opt } from "./option.ts"

/** One turn of a conversation, as it is sent. */
export interface CallMessage {
  readonly role: "system" | "user" | "assistant"
  readonly content: string
}

/** How a reply is drawn. What is not said is left to the service, and stands in the key as not said. */
export interface Sampling {
  readonly temperature?: number
  readonly topP?: number
  /** The most tokens of the reply. */
  readonly maxTokens?: number
  readonly stop?: ReadonlyArray<string>
  readonly seed?: number
}

/** What is asked: a prompt, which is one turn of the user, or the turns of a conversation. */
export type Asked = Sampling & {
  /** Tells several replies to the same prompt apart: each number is drawn once and kept. 0 if not given. */
  readonly sample?: number
} & (
    | { readonly prompt: string; readonly messages?: never }
    | { readonly messages: ReadonlyArray<CallMessage>; readonly prompt?: never }
  )

/**
 * No reply fitted the schema that was asked for, in as many tries as are made. The replies are kept: it comes again in every
 * run, without a call, so a stage may catch it and give something else. Whatever else goes wrong makes the row fail.
 */
export interface ReplyMisfit extends Error {
  readonly _tag: "ReplyMisfit"
  readonly replies: ReadonlyArray<string>
}

/** The model that the option `model` names. A call that was made once, by whichever stage and code, is never made again. */
export interface CallModel {
  readonly name: string
  readonly generate: {
    /** A value that fits a schema; the service is given it as JSON Schema. */
    <S extends Schema.Codec<unknown, unknown>>(
      asked: Asked & { readonly schema: S }
    ): Effect.Effect<S["Type"], ReplyMisfit>
    /** The text of the reply. */
    (asked: Asked & { readonly schema?: never }): Effect.Effect<string>
  }
}

/** What every stage that calls a model takes: its name. Where it is reached the run's profile says, which is in no key. */
export const callOptions = { model: opt(Schema.String) }
export type CallOptions = typeof callOptions

/** The options of a stage, and those of its calls where it makes any. */
export type OptionsWith<Calls, Options> = Calls extends true ? Options & Omit<CallOptions, keyof Options> : Options
/** What a row function gets beside its row and options. */
export type Asking<Calls> = Calls extends true ? readonly [model: CallModel] : readonly []
/** What a row function may return: with calls, an Effect of it too. */
export type Given<Calls, Result> = Calls extends true ? Result | Effect.Effect<Result, unknown> : Result
