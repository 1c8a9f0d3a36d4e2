// ingest.parquet: the rows of Parquet files.
import { Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { rowOptions } from "./file-options.ts"
import { parseJsonRecord } from "./json-object.ts"
import { parquetRows } from "./parquet-rows.ts"

/**
 * Reads Parquet files (codecs snappy, gzip, zstd, brotli, LZ4 or none). `row` is the schema of the rows; columns it does not name
 * are left out. A 64-bit integer beyond ±2^53 and a decimal that is no number exactly become text, dates and times ISO 8601
 * text (to the millisecond; times of day as they are), a missing value null. Bytes that the file does not call text are text
 * where all values of their column are UTF-8, else base64.
 *
 * @example
 * // pages.parquet
 * //   {"text": "The gate opens.", "crawl": "2026-01"}
 * //   {"text": "The gate closes.", "crawl": "2026-02"}
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * ingest.parquet({ path: "pages.parquet", row: Schema.Struct({ text: Schema.String }) })
 * // → { text: "The gate opens." }
 * // → { text: "The gate closes." }
 */
export const parquet = Stage.source({
  name: "ingest.parquet",
  options: rowOptions,
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: parquetRows,
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
