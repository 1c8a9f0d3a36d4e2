// ingest.jsonl: one row for each line of JSON Lines files.
import { Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { firstByte, lastByte } from "./byte-frames.ts"
import { rowOptions } from "./file-options.ts"
import { asUtf8 } from "./foreign-file.ts"
import { parseJsonRecord } from "./json-object.ts"
import { lineFrames } from "./line-frames.ts"

/**
 * Reads JSON Lines (NDJSON): one object a line; blank lines are skipped. `row` is the schema of the rows; fields it does not
 * name are left out. `key` names the column that identifies a row across edits. Files may be
 * compressed (.gz, .zst, .bz2, .xz) and lie in archives: of `dumps/*.tar.gz` or `dumps/*.zip`, `member: "**\/*.jsonl"` says
 * which members are read; the rows of one stand in `dumps/a.zip!folder/b.jsonl`.
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
  options: rowOptions,
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: (file) => {
    const bytes = asUtf8(file)
    if (firstByte(bytes) === 0x5b && lastByte(bytes) === 0x5d)
      throw new Error("is a JSON array, not JSON Lines: ingest.json reads it")
    return lineFrames(bytes)
  },
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
