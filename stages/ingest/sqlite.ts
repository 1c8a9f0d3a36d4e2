// ingest.sqlite: the rows of a query of SQLite databases.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { rowOptions } from "./file-options.ts"
import { parseJsonRecord } from "./json-object.ts"
import { jsonRows } from "./json-rows.ts"
import { type Json, plainJson } from "./plain-json.ts"

/**
 * Reads what a query gives of each SQLite database, in the query's order. The query is one statement that only reads; it
 * must have ORDER BY where it gives several rows, and neither clock nor chance in it. `row` is the schema of the rows; columns
 * it does not name are left out. Integers beyond ±2^53 become text, blobs base64. A database with changes that stand in its
 * write-ahead log alone is an error. Files may be compressed, or members of archives.
 *
 * @example
 * // gates.sqlite
 * //   CREATE TABLE gates (id INTEGER PRIMARY KEY, gate TEXT, height REAL);
 * //   INSERT INTO gates VALUES (1, 'north', 3.5), (2, 'south', 2);
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ gate: Schema.String, height: Schema.Finite })
 * ingest.sqlite({ path: "gates.sqlite", query: "SELECT gate, height FROM gates ORDER BY id", row, key: "gate" })
 * // → { gate: "north", height: 3.5 }
 * // → { gate: "south", height: 2 }
 */
export const sqlite = Stage.source({
  name: "ingest.sqlite",
  options: {
    ...rowOptions,
    query: opt(Schema.String)
  },
  emits: { option: "row" },
  list: ({ path }, folder) => {
    const paths = typeof path === "string" ? [path] : path
    const open = paths.find((one) => (folder.size(`${one}-wal`) ?? 0) > 0)
    if (open === undefined) return paths
    throw new Error(
      `${open} has changes that stand in ${open}-wal alone: close what writes it, or run PRAGMA wal_checkpoint(TRUNCATE)`
    )
  },
  frame: async (bytes, { query }, _path, { sqlite: rowsOf }) => {
    const rows = await rowsOf(bytes, query)
    return jsonRows(rows.map((row) => plainJson(row) as { readonly [column: string]: Json }))
  },
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
