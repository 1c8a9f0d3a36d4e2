// The framing of formats that are read into rows at once: each row is a record of JSON, its place is its number.
import type { Frames } from "#sluice"
import type { Json } from "./plain-json.ts"

/** Records of rows as UTF-8 JSON. */
export const jsonRows = (rows: ReadonlyArray<{ readonly [column: string]: Json }>): Frames => ({
  count: rows.length,
  record: (index) => Buffer.from(JSON.stringify(rows[index]), "utf8"),
  place: (index) => ({ line: index + 1 })
})
