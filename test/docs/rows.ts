// The datasets that examples write as rows(…): rows given in place, which a real source frames and parses.
import * as Schema from "effect/Schema"
import { type Dataset, opt, Stage } from "#sluice"

/** Rows as one JSON text, in an option; the file is there because a source reads one. */
const given = Stage.source({
  name: "example.rows",
  options: { rows: opt(Schema.String), row: opt.rows() },
  emits: { option: "row" },
  list: () => "example.ts",
  frame: (_bytes, options) => {
    const rows: ReadonlyArray<unknown> = JSON.parse(options.rows)
    return {
      count: rows.length,
      record: (index) => new TextEncoder().encode(JSON.stringify(rows[index])),
      place: (index) => ({ line: index + 1 })
    }
  },
  parse: (record) => JSON.parse(new TextDecoder().decode(record))
})

/** A dataset of these rows; the schema is read off them. */
export const rows = <Row extends object>(...values: ReadonlyArray<Row>): Dataset<Row> =>
  given({
    rows: JSON.stringify(values),
    row: schemaOf(values) as Schema.Struct<Schema.Struct.Fields>
  }) as unknown as Dataset<Row>

/** The schema that all of some values fit. */
const schemaOf = (values: ReadonlyArray<unknown>): Schema.Top => {
  const given = values.filter((value) => value !== null && value !== undefined)
  const schema = kindOf(given)
  return given.length < values.length ? Schema.NullOr(schema) : schema
}

const kindOf = (values: ReadonlyArray<unknown>): Schema.Top => {
  const [value] = values
  if (typeof value === "number") return values.every(Number.isInteger) ? Schema.Int : Schema.Finite
  if (typeof value === "boolean") return Schema.Boolean
  if (Array.isArray(value)) return Schema.Array(schemaOf((values as ReadonlyArray<ReadonlyArray<unknown>>).flat()))
  if (typeof value !== "object") return Schema.String
  const names = new Set(values.flatMap((one) => Object.keys(one as object)))
  return Schema.Struct(
    Object.fromEntries(
      [...names].map((name) => [name, schemaOf(values.map((one) => (one as { [name: string]: unknown })[name]))])
    )
  )
}
