// ingest.arrow: the rows of Arrow IPC files and streams.
import { Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { arrowRows } from "./arrow-rows.ts"
import { rowOptions } from "./file-options.ts"
import { parseJsonRecord } from "./json-object.ts"
import { jsonRows } from "./json-rows.ts"

/**
 * Reads Arrow IPC: files (.arrow, .feather version 2) and streams, their buffers plain or compressed (LZ4, zstd). `row` is
 * the schema of the rows; columns it does not name are left out. A 64-bit integer beyond ±2^53 and a decimal that is no
 * number exactly become text, dates and times ISO 8601 text, durations their count of units, bytes base64, a map an object,
 * a missing value null. A stream without its end mark counts as cut short.
 *
 * @example
 * // pages.arrow
 * //   {"text": "The gate opens.", "crawl": "2026-01"}
 * //   {"text": "The gate closes.", "crawl": "2026-02"}
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * ingest.arrow({ path: "pages.arrow", row: Schema.Struct({ text: Schema.String }) })
 * // → { text: "The gate opens." }
 * // → { text: "The gate closes." }
 */
export const arrow = Stage.source({
  name: "ingest.arrow",
  options: rowOptions,
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: async (bytes) => jsonRows(await arrowRows(bytes)),
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
