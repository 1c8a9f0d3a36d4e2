// ingest.chat: conversations and instructions of any known shape, brought to messages.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { decodeUtf8 } from "#sluice/text"
import { chatOf, chatShapes } from "./chat-shapes.ts"
import { besideOptions } from "./file-options.ts"
import { jsonObject } from "./json-object.ts"
import { rowFrames } from "./row-frames.ts"
import { kept, Messages, withSystem } from "./turns.ts"

/**
 * Reads conversations from JSON Lines, JSON arrays, Parquet and Arrow files, whatever shape their rows have, into `messages`,
 * ready for `train.sft`. Known shapes, tried in this order unless `shape` names one: `messages` (lists of role and content,
 * as OpenAI has them), `sharegpt` (`conversations` of from and value), `alpaca` (instruction, input, output, history; the
 * input follows the instruction after a blank line), `prompt-completion` (prompt, question or query with completion,
 * response or answer; text or messages), `transcript` (text that begins with `Human:`). A `system` column leads where there
 * is no system turn; the option `system` does so for rows without either. Calls of tools become `tool_calls` of the turn in
 * OpenAI's form, whether they stand so, as `function_call`, or as a turn of ShareGPT's; `arguments` is JSON in text; what a
 * tool gave is a turn of the role `tool`. `row` is the schema of other columns that are kept, `key` the column that identifies
 * a row across edits. A row of another shape, of another role, with a call that names no function or with parts that are no
 * text is a bad row that says what was tried and which keys were seen. `at` and `maxDepth` are those of `ingest.json`.
 *
 * @example
 * // mixed.jsonl
 * //   {"id": 1, "instruction": "Translate.", "input": "dawn", "output": "Morgenröte"}
 * //   {"id": 2, "conversations": [{"from": "human", "value": "When?"}, {"from": "gpt", "value": "At dawn."}]}
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * ingest.chat({ path: "mixed.jsonl", row: Schema.Struct({ id: Schema.Int }) })
 * // → { id: 1, messages: [{ role: "user", content: "Translate.\n\ndawn" }, { role: "assistant", content: "Morgenröte" }], shape: "alpaca" }
 * // → { id: 2, messages: [{ role: "user", content: "When?" }, { role: "assistant", content: "At dawn." }], shape: "sharegpt" }
 */
export const chat = Stage.source({
  name: "ingest.chat",
  options: {
    ...besideOptions,
    shape: opt(Schema.Literals(["detect", ...chatShapes]), "detect"),
    system: opt.maybe(Schema.String),
    at: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)]), ""),
    maxDepth: opt(Schema.Int, 100)
  },
  emits: { option: "row", beside: { messages: Messages, shape: Schema.String } },
  list: ({ path }) => path,
  frame: (bytes, options, path) => rowFrames(bytes, path, options),
  parse: (record, { shape: asked, system, row }) => {
    const given = jsonObject(decodeUtf8(record))
    const { shape, turns } = chatOf(given, asked)
    return { ...kept(given, row), messages: withSystem(turns, system), shape }
  }
})
