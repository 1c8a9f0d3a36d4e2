// ingest.json: one row for each object of a JSON array.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { jsonColumns } from "#sluice/text"
import { firstByte } from "./byte-frames.ts"
import { rowOptions } from "./file-options.ts"
import { asUtf8 } from "./foreign-file.ts"
import { jsonElements } from "./json-elements.ts"
import { parseJsonRecord } from "./json-object.ts"

/**
 * Reads files that are one JSON array of objects, or that hold one: `at: "data.items"` names it, or a list of names where
 * they have dots. Each element is parsed alone, so one that is wrong is a bad row; brackets that do not match, text after the
 * array, or more than `maxDepth` brackets inside one another in an element make a bad file. `row` is the schema of the rows;
 * fields it does not name are left out. `key` names the column that identifies a row across edits. Files are UTF-8 and may
 * be compressed (.gz, .zst, .bz2, .xz).
 *
 * @example
 * // gates.json
 * //   { "version": 2, "data": { "gates": [{ "gate": "north", "height": 3 }, { "gate": "south", "height": 2 }] } }
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ gate: Schema.String, height: Schema.Int })
 * ingest.json({ path: "gates.json", at: "data.gates", row, key: "gate" })
 * // → { gate: "north", height: 3 }
 * // → { gate: "south", height: 2 }
 */
export const json = Stage.source({
  name: "ingest.json",
  options: {
    ...rowOptions,
    at: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)]), ""),
    maxDepth: opt(Schema.Int, 100)
  },
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: (file, { at, maxDepth }) => {
    const bytes = asUtf8(file)
    const names = typeof at === "string" ? (at === "" ? [] : at.split(".")) : at
    if (names.length === 0 && firstByte(bytes) === 0x7b)
      throw new Error(
        'is no JSON array but begins with an object: ingest.jsonl reads one object a line, at: "NAME" the array below a name'
      )
    const bounds = jsonElements(bytes, names, maxDepth)
    return {
      count: bounds.length / 2,
      record: (index) => bytes.subarray(bounds[index * 2]!, bounds[index * 2 + 1]!),
      place: (index) => ({ start: bounds[index * 2]!, end: bounds[index * 2 + 1]! })
    }
  },
  parse: parseJsonRecord,
  parseBatch: jsonColumns
})
