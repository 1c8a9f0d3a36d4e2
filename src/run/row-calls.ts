// Runs row functions that call a model: many rows at once, each an Effect; a row whose call gets no reply fails alone.
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import type { GraphNode } from "../graph/graph.ts"
import type { Asked, CallMessage, CallModel, ReplyMisfit } from "../stage/call-model.ts"
import type { CallAnswer, CallRequest } from "./call-request.ts"
import { type RowError, rowError } from "./row-error.ts"
import { type Called, callRows, nowAt, type Row, type Rows } from "./row-function.ts"

/** Hands a call to whoever makes it. */
export type Caller = (request: CallRequest) => Promise<CallAnswer>

/** Rows of a partition that wait for replies at once, at most. */
const rowsAtOnce = 256

/** Replies that are asked for until one fits a schema. */
const mostReplies = 3

type Effects = typeof import("effect/Effect")
type RowFunction = (row: Row, options: unknown, model?: CallModel) => unknown

class Misfit extends Error implements ReplyMisfit {
  readonly _tag = "ReplyMisfit"
  readonly replies: ReadonlyArray<string>

  constructor(replies: ReadonlyArray<string>, why: string) {
    super(`${replies.length} replies did not fit the schema; the last: ${why}`)
    this.name = "ReplyMisfit"
    this.replies = replies
  }
}

/** A schema as services are told it, and as replies are held against it. */
interface Form {
  readonly schema: unknown
  readonly decode: (reply: string) => Result.Result<unknown, { readonly message: string }>
}

const forms = new WeakMap<Schema.Top, Form>()

const formOf = (schema: Schema.Codec<unknown, unknown>): Form => {
  let form = forms.get(schema)
  if (form === undefined) {
    const { schema: root, definitions } = Schema.toJsonSchemaDocument(schema)
    const read = Schema.decodeUnknownResult(Schema.fromJsonString(Schema.toCodecJson(schema)))
    form = {
      schema: Object.keys(definitions).length === 0 ? root : { ...root, $defs: definitions },
      decode: (reply) => read(bare(reply))
    }
    forms.set(schema, form)
  }
  return form
}

/** A reply without the fence that models like to put around JSON. */
const bare = (reply: string): string => /^\s*```\w*\n([\s\S]*?)\n?```\s*$/.exec(reply)?.[1] ?? reply

/** The model as one row's function sees it; what no stage may make up for is kept here. */
class RowCalls implements CallModel {
  readonly name: string
  readonly #node: string
  readonly #call: Caller
  readonly #effects: Effects
  /** Why a call of this row got no reply. */
  failed: string | undefined

  constructor(node: GraphNode, call: Caller, effects: Effects) {
    this.name = node.options["model"] as string
    this.#node = node.name
    this.#call = call
    this.#effects = effects
  }

  readonly generate = ((asked: Asked & { readonly schema?: Schema.Codec<unknown, unknown> }) => {
    const { promise, flatMap, succeed, fail } = this.#effects
    if (asked.schema === undefined) return promise(() => this.#reply(asked, 0))
    const { schema } = asked
    return flatMap(
      promise(() => this.#fitting(asked, formOf(schema))),
      (given) => (given instanceof Misfit ? fail(given) : succeed(given.value))
    )
  }) as CallModel["generate"]

  async #fitting(asked: Asked, form: Form): Promise<{ readonly value: unknown } | Misfit> {
    const replies: Array<string> = []
    let why = ""
    while (replies.length < mostReplies) {
      const reply = await this.#reply(asked, replies.length, form.schema)
      const read = form.decode(reply)
      if (Result.isSuccess(read)) return { value: read.success }
      replies.push(reply)
      why = read.failure.message.replaceAll(/\s*\n\s*/g, " ")
    }
    return new Misfit(replies, why)
  }

  async #reply(asked: Asked, attempt: number, schema?: unknown): Promise<string> {
    const { temperature, topP, maxTokens, stop, seed, sample = 0 } = asked
    const given = { temperature, topP, maxTokens, stop, seed }
    const sampling = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined))
    const messages: ReadonlyArray<CallMessage> = asked.messages ?? [{ role: "user", content: asked.prompt }]
    const request = { node: this.#node, model: this.name, messages, sampling, sample, attempt, schema }
    const answer = await this.#call(request)
    if ("text" in answer) return answer.text
    this.failed = answer.failed
    throw new Error(answer.failed)
  }
}

/** What of a row task a function that calls a model needs. */
interface Calling {
  readonly node: GraphNode
  readonly call: Caller
}

/** Calls a map's or expand's `apply` on each row, with the model where it asks one. */
export const applyRows = async (
  { node, call }: Calling,
  rows: Rows,
  options: unknown,
  misfit: (made: unknown) => string | undefined
): Promise<Called> => {
  const { declaration } = node
  const { apply, calls } = declaration as unknown as { readonly apply: RowFunction; readonly calls: boolean }
  if (!calls || rows.length === 0) return callRows(apply, rows, options, misfit)
  const { index } = rows
  const effects = await import("effect/Effect")
  const errors: Array<RowError> = []
  const results: Array<unknown> = new Array(rows.length)
  const one = async (row: Row, i: number) => {
    const model = new RowCalls(node, call, effects)
    nowAt(index[i]!)
    try {
      const given = apply(row, options, model)
      const made = effects.isEffect(given) ? await effects.runPromise(given as never) : given
      if (model.failed !== undefined) throw new Error(model.failed)
      const wrong = misfit(made)
      if (wrong !== undefined) throw new TypeError(wrong)
      results[i] = made
    } catch (cause) {
      const { failed } = model
      errors.push(failed === undefined ? rowError(index[i]!, cause) : { row: index[i]!, message: failed })
    }
  }
  let next = 0
  const lane = async () => {
    while (next < rows.length) {
      const i = next++
      await one(rows.at(i), i)
    }
  }
  await Promise.all(Array.from({ length: Math.min(rowsAtOnce, rows.length) }, lane))
  return { results, errors: errors.sort((a, b) => a.row - b.row) }
}
