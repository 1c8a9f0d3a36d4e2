// Conversations as training sequences: rendered with the model's template, supervised on the last answer, and proven so.
import * as Schema from "effect/Schema"
import type { Identified } from "#sluice"
import type { Tokenizer } from "#sluice/model"
import type { Engine, Example } from "./training.ts"

/** Turns of `system`, `user` and `assistant`, in order. */
export const Messages = Schema.Array(Schema.Struct({ role: Schema.String, content: Schema.String }))

export interface Conversation {
  readonly messages: typeof Messages.Type
}

/** Why a conversation is not trained on; the middle ones are what the mask proof finds. */
export const conversationReasons = [
  "too-long",
  "nothing-supervised",
  "end-of-turn-not-supervised",
  "prompt-ids-differ",
  "supervised-text-differs",
  "special-token-in-content",
  "not-reached"
] as const

interface Limits {
  /** Longest conversation in tokens; a longer one is left out, since cutting it would cut its answer. */
  readonly context: number
  /** Share of the rows that may fail the mask proof, in [0, 1]. */
  readonly maxViolations: number
}

/**
 * Renders each conversation and proves its mask. Rows that fail are left out under the proof's reason; more than
 * `maxViolations` of them is an error, for then the data and the template do not fit.
 */
export const conversationExamples = (
  engine: Engine,
  tokenizer: Tokenizer,
  rows: ReadonlyArray<Identified<Conversation>>,
  { context, maxViolations }: Limits
): ReadonlyArray<Example> => {
  const rendered = rows.map(({ id, row: { messages } }) => ({
    rowId: id,
    messages,
    ...engine.renderChat(tokenizer, messages)
  }))
  const violations = engine.proveMasks(tokenizer, rendered)
  const failed = new Map(violations.toReversed().map(({ row, reason }) => [row, reason as string]))
  if (failed.size > maxViolations * rows.length) {
    const { row, reason, detail } = violations[0]!
    throw new Error(
      `the loss mask is wrong in ${failed.size} of ${rows.length} conversations, more than maxViolations ${maxViolations}; ` +
        `the first is row ${row}: ${reason}, ${detail}`
    )
  }
  return rendered.map(({ rowId, messages, ids, mask }) => {
    const content = JSON.stringify(messages)
    const skipped = failed.get(rowId) ?? (ids.length > context ? "too-long" : undefined)
    return skipped === undefined
      ? { id: rowId, content, sequence: { rowId, ids, mask } }
      : { id: rowId, content, skipped }
  })
}

/** The first conversations without their last answer, to hear what a trained model says instead. */
export const somePrompts = (
  engine: Engine,
  tokenizer: Tokenizer,
  rows: ReadonlyArray<Identified<Conversation>>,
  count: number
) =>
  rows.slice(0, count).map(({ row: { messages } }) => {
    const answer = messages.findLastIndex(({ role }) => role === "assistant")
    const before = answer < 0 ? messages : messages.slice(0, answer)
    return {
      text: before.at(-1)?.content ?? "",
      ids: engine.renderChat(tokenizer, before, { addGenerationPrompt: true }).ids
    }
  })
