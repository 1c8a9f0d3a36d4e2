// ingest.duckdb: the rows of a query of DuckDB databases.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { rowOptions } from "./file-options.ts"
import { parseJsonRecord } from "./json-object.ts"
import { jsonRows } from "./json-rows.ts"
import { type Json, plainJson } from "./plain-json.ts"

/**
 * Reads what a query gives of each DuckDB database, in the query's order. The query is one statement that only reads, this
 * database and no other file; it must have ORDER BY where it gives several rows, and neither clock nor chance in it. `row` is
 * the schema of the rows; columns it does not name are left out. Integers beyond ±2^53 become text, dates and times ISO 8601
 * text, blobs base64. DuckDB's package is no part of sluice: `npm install @duckdb/node-api`.
 *
 * @example
 * // gates.duckdb
 * //   CREATE TABLE gates (gate TEXT, height DOUBLE);
 * //   INSERT INTO gates VALUES ('south', 2), ('north', 3), ('north', 4);
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ gate: Schema.String, height: Schema.Finite })
 * const query = "SELECT gate, avg(height) AS height FROM gates GROUP BY gate ORDER BY gate"
 * ingest.duckdb({ path: "gates.duckdb", query, row, key: "gate" })
 * // → { gate: "north", height: 3.5 }
 * // → { gate: "south", height: 2 }
 */
export const duckdb = Stage.source({
  name: "ingest.duckdb",
  options: {
    ...rowOptions,
    query: opt(Schema.String)
  },
  emits: { option: "row" },
  list: ({ path }, folder) => {
    const paths = typeof path === "string" ? [path] : path
    const open = paths.find((one) => (folder.size(`${one}.wal`) ?? 0) > 0)
    if (open === undefined) return paths
    throw new Error(`${open} has changes that stand in ${open}.wal alone: close what writes it, or run CHECKPOINT`)
  },
  frame: async (bytes, { query }, _path, { duckdb: rowsOf }) => {
    const rows = await rowsOf(bytes, query)
    return jsonRows(rows.map((row) => plainJson(row) as { readonly [column: string]: Json }))
  },
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
