// ingest.csv: one row for each record of CSV and TSV files.
import * as Schema from "effect/Schema"
import { type Frames, opt, Stage } from "#sluice"
import { decodeUtf8 } from "#sluice/text"
import { charsets } from "./charset.ts"
import { type Cell, cellValue, csvCells, isOptional } from "./csv-cells.ts"
import { csvBounds } from "./csv-frames.ts"
import { rowOptions } from "./file-options.ts"
import { utf8Of } from "./foreign-file.ts"

/**
 * Reads CSV as RFC 4180 has it: a quoted field may hold delimiters, line ends and doubled quotes. `delimiter` is a tab for
 * files that end in .tsv or .tab, else a comma; `quote: ""` says that fields are never quoted. `header` is true where the
 * first record names the columns, else it is their names. `row` is the schema of the rows: numbers, flags, null, lists and
 * structs are decoded from text as it says, columns it does not name are left out. `key` names the column that identifies a
 * row across edits. `charset` is found for each file as `ingest.text` finds it. A record with more or fewer fields than the
 * header is a bad row; a column that the header lacks, a quote that is never closed, or a file of another kind (a workbook, an
 * archive) a bad file.
 *
 * @example
 * // gates.csv
 * //   gate,height,open,note
 * //   north,3.5,true,"old, wide"
 * //   south,2,FALSE,
 * import * as Schema from "effect/Schema"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ gate: Schema.String, height: Schema.Finite, open: Schema.Boolean, note: Schema.NullOr(Schema.String) })
 * ingest.csv({ path: "gates.csv", row, key: "gate" })
 * // → { gate: "north", height: 3.5, open: true, note: "old, wide" }
 * // → { gate: "south", height: 2, open: false, note: null }
 */
export const csv = Stage.source({
  name: "ingest.csv",
  options: {
    ...rowOptions,
    delimiter: opt.maybe(Schema.String),
    quote: opt(Schema.String, '"'),
    header: opt(Schema.Union([Schema.Literal(true), Schema.Array(Schema.String)]), true),
    charset: opt(Schema.Literals(charsets), "detect")
  },
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: (file, options, path) => csvFrames(utf8Of(file, options.charset), options, path),
  parse: (record, options) => csvRow(record, options)
})

interface Reading {
  readonly row: Schema.Struct<Schema.Struct.Fields>
  readonly quote: string
  readonly header: true | ReadonlyArray<string>
}

/** The records of a file of UTF-8. */
export const csvFrames = (
  bytes: Uint8Array,
  options: Reading & { readonly delimiter: string | undefined },
  path: string
): Frames => {
  const delimiter = options.delimiter ?? (/\.(tsv|tab)(\.(gz|zst|bz2|xz))?$/i.test(path) ? "\t" : ",")
  const quote = options.quote === "" ? -1 : byteOf(options.quote, "quote")
  if (options.quote === delimiter) throw new Error("cannot be read: the options delimiter and quote are the same")
  const found = csvBounds(bytes, byteOf(delimiter, "delimiter"), quote)
  return recordsOf(bytes, found.bounds, found.lines, delimiter, options)
}

/** The row of a record that `csvFrames` gave. */
export const csvRow = (record: Uint8Array, { row, header, quote }: Reading): { readonly [column: string]: unknown } => {
  const text = decodeUtf8(record)
  const body = text.indexOf("\n") + 1
  const names = header === true ? (JSON.parse(text.slice(1, body)) as ReadonlyArray<string>) : header
  const cells = csvCells(text, body, text[0]!, quote)
  if (cells.length !== names.length)
    throw new Error(`has ${counted(cells.length)} where the header has ${names.length}`)
  return rowOf(cells, names, row.fields)
}

/** What a record means depends on the header too, so each begins with the delimiter and the names from the file, and a line feed. */
const recordsOf = (
  bytes: Uint8Array,
  bounds: ReadonlyArray<number>,
  lines: ReadonlyArray<number>,
  delimiter: string,
  { row, quote, header }: Reading
): Frames => {
  const first = header === true ? 1 : 0
  if (lines.length < first) return { count: 0, record: () => bytes, place: () => ({ line: 1 }) }
  const names =
    header === true
      ? csvCells(decodeUtf8(bytes.subarray(bounds[0], bounds[1])), 0, delimiter, quote).map((name) => name ?? "")
      : header
  checkNames(names, row.fields)
  const prefix = Buffer.from(`${delimiter}${header === true ? JSON.stringify(names) : ""}\n`)
  return {
    count: lines.length - first,
    record: (index) => {
      const at = (index + first) * 2
      return Buffer.concat([prefix, bytes.subarray(bounds[at]!, bounds[at + 1]!)])
    },
    place: (index) => ({ line: lines[index + first]! })
  }
}

const checkNames = (names: ReadonlyArray<string>, fields: Schema.Struct.Fields): void => {
  for (const [name, schema] of Object.entries(fields)) {
    const at = names.indexOf(name)
    if (at === -1 && !isOptional(schema as Schema.Top))
      throw new Error(`has no column "${name}"; its columns are ${told(names)}${otherDelimiter(names)}`)
    if (at !== names.lastIndexOf(name)) throw new Error(`has two columns "${name}"`)
  }
}

const told = (names: ReadonlyArray<string>): string =>
  names
    .slice(0, 20)
    .map((one) => JSON.stringify(one.length > 40 ? `${one.slice(0, 40)}…` : one))
    .join(", ")

/** What a header that was read as one name may be divided by. */
const otherDelimiter = (names: ReadonlyArray<string>): string => {
  const found = names.length === 1 ? [";", "\t", "|", ","].find((one) => names[0]!.includes(one)) : undefined
  return found === undefined ? "" : `: give delimiter: ${JSON.stringify(found)}`
}

const rowOf = (
  cells: ReadonlyArray<Cell>,
  names: ReadonlyArray<string>,
  fields: Schema.Struct.Fields
): { readonly [column: string]: unknown } => {
  const row: { [column: string]: unknown } = {}
  for (let i = 0; i < names.length; i++) {
    const name = names[i]!
    if (!Object.hasOwn(fields, name)) continue
    const value = cellValue(cells[i], fields[name] as Schema.Top, name)
    if (value !== undefined) row[name] = value
  }
  return row
}

const byteOf = (text: string, option: string): number => {
  const code = text.charCodeAt(0)
  if (text.length !== 1 || code > 126 || code === 10 || code === 13)
    throw new Error(`cannot be read: the option ${option} must be one ASCII character, not ${JSON.stringify(text)}`)
  return code
}

const counted = (fields: number): string => (fields === 1 ? "1 field" : `${fields} fields`)
