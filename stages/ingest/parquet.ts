// ingest.parquet: the rows of Parquet files.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { parquetRows } from "./parquet-rows.ts"

/**
 * Reads Parquet files (codecs snappy, gzip, zstd, brotli or none). `row` is the schema of the rows; columns it does not name
 * are left out. A 64-bit integer beyond ±2^53 becomes text, dates and times ISO 8601 text, a missing value null.
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
  options: {
    path: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
    row: opt.rows(),
    key: opt.maybe(Schema.String),
    onBadRow: opt(Schema.Literals(["stop", "drop"]), "stop")
  },
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: async (bytes) => {
    const rows = await parquetRows(bytes)
    return {
      count: rows.length,
      record: (index) => Buffer.from(JSON.stringify(rows[index]), "utf8"),
      place: (index) => ({ line: index + 1 })
    }
  },
  parse: (record) => JSON.parse(Buffer.from(record).toString("utf8")) as { readonly [column: string]: unknown }
})
