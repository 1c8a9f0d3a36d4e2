// synth.toChat: a question and its answer become a conversation.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"

/**
 * Adds `messages`: an optional system message, the question as the user's, the answer as the assistant's.
 *
 * @example
 * import { synth } from "#stages"
 * rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * // → { messages: [{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }], … }
 */
export const toChat = Stage.map({
  name: "synth.toChat",
  needs: { question: Schema.String, answer: Schema.String },
  options: { system: opt.maybe(Schema.String) },
  adds: {
    messages: Schema.Array(
      Schema.Struct({ role: Schema.Literals(["system", "user", "assistant"]), content: Schema.String })
    )
  },
  apply: ({ question, answer }, { system }) => {
    const turns = [
      { role: "user" as const, content: question },
      { role: "assistant" as const, content: answer }
    ]
    return { messages: system === undefined ? turns : [{ role: "system" as const, content: system }, ...turns] }
  }
})
