// ingest.chat: conversations and instructions of any known shape, brought to messages.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { decodeUtf8 } from "#sluice/text"
import { chatOf, chatShapes } from "./chat-shapes.ts"
import { fileOptions } from "./file-options.ts"
import { jsonObject } from "./json-object.ts"
import { rowFrames } from "./row-frames.ts"
import { Messages, withSystem } from "./turns.ts"

/**
 * Reads conversations from JSON Lines, JSON arrays, Parquet and Arrow files, whatever shape their rows have, into `messages`,
 * ready for `train.sft`. Known shapes, tried in this order unless `shape` names one: `messages` (lists of role and content,
 * as OpenAI has them), `sharegpt` (`conversations` of from and value), `alpaca` (instruction, input, output, history; the
 * input follows the instruction after a blank line), `prompt-completion` (prompt, question or query with completion,
 * response or answer; text or messages), `transcript` (text that begins with `Human:`). A `system` column leads where there
 * is no system turn; the option `system` does so for rows without either. A row of another shape, of another role, with a
 * tool call or with parts that are no text is a bad row that says what was tried and which keys were seen. `at` and
 * `maxDepth` are those of `ingest.json`.
 *
 * @example
 * // mixed.jsonl
 * //   {"instruction": "Translate.", "input": "dawn", "output": "Morgenröte"}
 * //   {"conversations": [{"from": "human", "value": "When?"}, {"from": "gpt", "value": "At dawn."}]}
 * import { ingest } from "#stages"
 * ingest.chat({ path: "mixed.jsonl" })
 * // → { messages: [{ role: "user", content: "Translate.\n\ndawn" }, { role: "assistant", content: "Morgenröte" }], shape: "alpaca" }
 * // → { messages: [{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }], shape: "sharegpt" }
 */
export const chat = Stage.source({
  name: "ingest.chat",
  options: {
    ...fileOptions,
    shape: opt(Schema.Literals(["detect", ...chatShapes]), "detect"),
    system: opt.maybe(Schema.String),
    at: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)]), ""),
    maxDepth: opt(Schema.Int, 100)
  },
  emits: { messages: Messages, shape: Schema.String },
  list: ({ path }) => path,
  frame: (bytes, options, path) => rowFrames(bytes, path, options),
  parse: (record, { shape: asked, system }) => {
    const { shape, turns } = chatOf(jsonObject(decodeUtf8(record)), asked)
    return { messages: withSystem(turns, system), shape }
  }
})
