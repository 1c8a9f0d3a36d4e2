// ingest.jsonl: one row for each line of JSON Lines files.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { decodeUtf8 } from "#sluice/text"
import { lineFrames } from "./line-frames.ts"

/**
 * Reads JSON Lines (NDJSON): one object a line; blank lines are skipped. `row` is the schema of the rows; fields it does not
 * name are left out. `key` names the column that identifies a row across edits. Files may be compressed (.gz, .zst).
 *
 * @example
 * // faq.jsonl
 * //   {"id": "q1", "question": "When?", "answer": "At dawn.", "editor": "Ann"}
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ id: Schema.String, question: Schema.String, answer: Schema.String })
 * ingest.jsonl({ path: "*.jsonl", row, key: "id" }) // → { id: "q1", question: "When?", answer: "At dawn." }
 */
export const jsonl = Stage.source({
  name: "ingest.jsonl",
  options: {
    path: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
    row: opt.rows(),
    key: opt.maybe(Schema.String),
    onBadRow: opt(Schema.Literals(["stop", "drop"]), "stop")
  },
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: lineFrames,
  parse: (record) => object(decodeUtf8(record))
})

const object = (text: string): { readonly [column: string]: unknown } => {
  const value = parsed(text)
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error(
      `is not a JSON object but ${value === null ? "null" : Array.isArray(value) ? "an array" : `a ${typeof value}`}`
    )
  return value as { readonly [column: string]: unknown }
}

const parsed = (text: string): unknown => {
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new Error(`is not JSON: ${reason(error as Error)}`)
  }
}

/** V8's message without the copy of the text. */
const reason = ({ message }: Error): string =>
  message === "Unexpected end of JSON input"
    ? "unexpected end"
    : lowerFirst(message.replace(/, (?:\.\.\.)?"[\s\S]*$/, ""))

const lowerFirst = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
