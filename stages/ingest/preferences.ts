// ingest.preferences: preference pairs of any known shape, brought to a prompt and two answers.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { decodeUtf8 } from "#sluice/text"
import { besideOptions } from "./file-options.ts"
import { jsonObject } from "./json-object.ts"
import { preferenceOf, preferenceShapes } from "./preference-shapes.ts"
import { rowFrames } from "./row-frames.ts"
import { kept, Messages } from "./turns.ts"

/**
 * Reads preference pairs from JSON Lines, JSON arrays, Parquet and Arrow files into `prompt`, `chosen` and `rejected`, each a
 * list of messages. Known shapes, tried in this order unless `shape` names one: `openai` (input with messages,
 * preferred_output, non_preferred_output), `alpaca` (instruction, input, chosen, rejected, or two outputs, the better one
 * first), `transcript` (HH-RLHF: chosen and rejected are texts that begin with `Human:`), `prompted` (prompt or question,
 * text or messages, with chosen and rejected), `conversations` (chosen and rejected are whole conversations). Transcripts
 * and conversations are cut where the two part. A row of another shape is a bad row that says what was tried and which keys
 * were seen. `row` is the schema of other columns that are kept, `key` the column that identifies a row across edits.
 * `at` and `maxDepth` are those of `ingest.json`.
 *
 * @example
 * // hh.jsonl
 * //   {"chosen": "\n\nHuman: When?\n\nAssistant: At dawn.", "rejected": "\n\nHuman: When?\n\nAssistant: Never."}
 * import { ingest } from "#stages"
 * ingest.preferences({ path: "hh.jsonl" })
 * // → { prompt: [{ role: "user", content: "When?" }], chosen: [{ role: "assistant", content: "At dawn." }], rejected: [{ role: "assistant", content: "Never." }], shape: "transcript" }
 */
export const preferences = Stage.source({
  name: "ingest.preferences",
  options: {
    ...besideOptions,
    shape: opt(Schema.Literals(["detect", ...preferenceShapes]), "detect"),
    at: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)]), ""),
    maxDepth: opt(Schema.Int, 100)
  },
  emits: {
    option: "row",
    beside: { prompt: Messages, chosen: Messages, rejected: Messages, shape: Schema.String }
  },
  list: ({ path }) => path,
  frame: (bytes, options, path) => rowFrames(bytes, path, options),
  parse: (record, { shape: asked, row }) => {
    const given = jsonObject(decodeUtf8(record))
    const { shape, pair } = preferenceOf(given, asked)
    return { ...kept(given, row), ...pair, shape }
  }
})
