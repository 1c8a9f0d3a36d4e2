// ingest.csv: framing, quoting, decoding by the row schema, bad rows and bad files, other people's files.
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { expect, test } from "vitest"
import { csv } from "../../../stages/ingest/csv.ts"
import { Random } from "../../run/random-numbers.ts"
import { decodedDefaults, type Source } from "../declared.ts"

const source = csv.declaration as Source & { readonly options: object }
const defaults = decodedDefaults(source.options as never)

interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => { readonly line: number }
}

type Options = { readonly row: Schema.Struct<Schema.Struct.Fields>; readonly [name: string]: unknown }

const read = (text: string | Uint8Array, options: Options, path = "a.csv") => {
  const all = { ...defaults, ...options }
  const frames = source.frame(Buffer.from(text as string), all, path) as Frames
  return Array.from({ length: frames.count }, (_, i) => {
    try {
      return { line: frames.place(i).line, ...source.parse(frames.record(i), all, path) }
    } catch (error) {
      return { line: frames.place(i).line, wrong: (error as Error).message }
    }
  })
}

const texts = (...names: ReadonlyArray<string>) =>
  Schema.Struct(Object.fromEntries(names.map((name) => [name, Schema.String])))
const ab = { row: texts("a", "b") }

test.each([
  ["plain", "a,b\n1,2\n", ab, [{ line: 2, a: "1", b: "2" }]],
  ["no line end at the end", "a,b\n1,2", ab, [{ line: 2, a: "1", b: "2" }]],
  ["CRLF and a byte order mark", "\ufeffa,b\r\n1,2\r\n", ab, [{ line: 2, a: "1", b: "2" }]],
  [
    "carriage returns alone",
    "a,b\r1,2\r3,4\r",
    ab,
    [
      { line: 2, a: "1", b: "2" },
      { line: 3, a: "3", b: "4" }
    ]
  ],
  [
    "line ends inside quotes",
    'a,b\n"x\ny\r\nz",2\n3,4\n',
    ab,
    [
      { line: 2, a: "x\ny\r\nz", b: "2" },
      { line: 5, a: "3", b: "4" }
    ]
  ],
  ["doubled quotes", 'a,b\n"say ""so""",""""\n', ab, [{ line: 2, a: 'say "so"', b: '"' }]],
  [
    "delimiters inside quotes",
    'a,b\n"1,2",",",\n"x","y"',
    { row: texts("a", "b") },
    [
      { line: 2, wrong: "has 3 fields where the header has 2" },
      { line: 3, a: "x", b: "y" }
    ]
  ],
  [
    "a quote inside a field is a character",
    'a,b\n5" disk,x"y"\n1,2\n',
    ab,
    [
      { line: 2, a: '5" disk', b: 'x"y"' },
      { line: 3, a: "1", b: "2" }
    ]
  ],
  [
    "empty lines are no records",
    "\n\na,b\n\r\n1,2\n\n\n3,4\n\n",
    ab,
    [
      { line: 5, a: "1", b: "2" },
      { line: 8, a: "3", b: "4" }
    ]
  ],
  ["empty cells of text", 'a,b\n,""\n', ab, [{ line: 2, a: "", b: "" }]],
  ["columns in another order, and columns nobody asked for", "c,b,a\n1,2,3\n", ab, [{ line: 2, a: "3", b: "2" }]],
  ["quoted names", '"a","b\nc"\n1,2\n', { row: texts("a", "b\nc") }, [{ line: 3, a: "1", "b\nc": "2" }]],
  ["names from the option", "1,2\n", { ...ab, header: ["b", "a"] }, [{ line: 1, a: "2", b: "1" }]],
  ["another delimiter", "a;b\n1,5;2\n", { ...ab, delimiter: ";" }, [{ line: 2, a: "1,5", b: "2" }]],
  ["another quote", "a,b\n'1,''',2\n", { ...ab, quote: "'" }, [{ line: 2, a: "1,'", b: "2" }]],
  ["no quotes", 'a,b\n"1,2\n', { ...ab, quote: "" }, [{ line: 2, a: '"1', b: "2" }]],
  ["a header alone", "a,b\n", ab, []],
  ["nothing", "", ab, []],
  [
    "too few fields",
    "a,b\n1\n2,3\n",
    ab,
    [
      { line: 2, wrong: "has 1 field where the header has 2" },
      { line: 3, a: "2", b: "3" }
    ]
  ],
  [
    "text after a closing quote",
    'a,b\n"1"x,2\n3,4\n',
    ab,
    [
      { line: 2, wrong: 'has "x,2" after the closing quote of field 1' },
      { line: 3, a: "3", b: "4" }
    ]
  ]
])("%s", (_, text, options, expected) => {
  expect(read(text, options)).toEqual(expected)
})

test.each(["a.tsv", "b.TAB", "c.tsv.gz"])("%s is delimited by tabs", (path) => {
  expect(read("a\tb\n1,5\t2\n", ab, path)).toEqual([{ line: 2, a: "1,5", b: "2" }])
})

test.each([
  ["12", Schema.Int, 12],
  [" -1.5e3 ", Schema.Finite, -1500],
  ["+.5", Schema.Finite, 0.5],
  ["TRUE", Schema.Boolean, true],
  ["0", Schema.Boolean, false],
  ["", Schema.NullOr(Schema.Int), null],
  ["null", Schema.NullOr(Schema.Int), null],
  ["null", Schema.NullOr(Schema.String), "null"],
  ["", Schema.NullOr(Schema.String), null],
  ['""', Schema.NullOr(Schema.String), ""],
  ["", Schema.optionalKey(Schema.String), undefined],
  ["007", Schema.String, "007"],
  ["x", Schema.Literals(["x", "y"]), "x"],
  ["2", Schema.Literals([1, 2]), 2],
  ["n/a", Schema.Union([Schema.Finite, Schema.String]), "n/a"],
  ['"[1,""two""]"', Schema.Array(Schema.Unknown), [1, "two"]],
  ['"{""a"":1}"', Schema.Struct({ a: Schema.Int }), { a: 1 }]
])("%s by its schema", (cell, schema, value) => {
  const row = Schema.Struct({ a: schema as never as typeof Schema.String })
  expect(read(`z,a\n1,${cell}\n`, { row })).toEqual([value === undefined ? { line: 2 } : { line: 2, a: value }])
})

test.each([
  ["twelve", Schema.Int, 'column "a" is "twelve", not a number'],
  ["0x10", Schema.Int, 'column "a" is "0x10", not a number'],
  ["", Schema.Int, 'column "a" is empty, not a number'],
  [
    "9007199254740993",
    Schema.Int,
    'column "a" is 9007199254740993, which a number cannot hold exactly: read it as text'
  ],
  ["yes", Schema.Boolean, 'column "a" is "yes", not true or false'],
  ["[1", Schema.Array(Schema.Int), 'column "a" is "[1", not JSON']
])("%s is refused by its schema", (cell, schema, wrong) => {
  const row = Schema.Struct({ a: schema as never as typeof Schema.String })
  expect(read(`z,a\n1,${cell}\n`, { row })).toEqual([{ line: 2, wrong }])
})

test.each(["utf16le", "latin1"] as const)("a file in %s, its line ends inside quotes too", (encoding) => {
  const text = `${encoding === "utf16le" ? "\ufeff" : ""}a,b\r\n1,"Gr\u00fc\u00dfe\r\naus K\u00f6ln"\r\n2,x\r\n`
  const row = Schema.Struct({ a: Schema.Int, b: Schema.String })
  expect(read(Buffer.from(text, encoding), { row })).toEqual([
    { line: 2, a: 1, b: "Grüße\r\naus Köln" },
    { line: 4, a: 2, b: "x" }
  ])
})

test.each([
  ['a,b\n1,"2\n3,4\n', ab, "line 2 opens a quote that is never closed"],
  ["a,c\n1,2\n", ab, 'has no column "b"; its columns are "a", "c"'],
  ["a,b,a\n1,2,3\n", ab, 'has two columns "a"'],
  ["a;b\n1;2\n", ab, 'has no column "a"; its columns are "a;b": give delimiter: ";"'],
  ["a\tb\n1\t2\n", ab, 'has no column "a"; its columns are "a\\tb": give delimiter: "\\t"'],
  [Buffer.from("Gr\u00fc\u00dfe,b\n", "latin1"), { ...ab, charset: "utf-8" }, "is not UTF-8: byte 0xfc at offset 2"],
  ["a,b\n", { ...ab, delimiter: '"' }, "cannot be read: the options delimiter and quote are the same"],
  ["a,b\n", { ...ab, delimiter: "||" }, 'cannot be read: the option delimiter must be one ASCII character, not "||"']
])("a bad file: %j", (text, options, message) => {
  expect(() => read(text, options)).toThrow(new Error(message))
})

test("what is written as RFC 4180 says is read back, whatever the cells hold", () => {
  const random = new Random(4180)
  const pieces = ["a", "é", "日", " ", ",", ";", '"', '""', "\n", "\r\n", "\r", "\t", "'", "0"]
  for (let round = 0; round < 300; round++) {
    const names = ["a", "b", "c"].slice(0, 1 + random.below(3))
    const newline = random.chance(0.5) ? "\n" : "\r\n"
    const delimiter = random.pick([",", ";", "\t"])
    const rows = Array.from({ length: random.below(6) }, () =>
      Object.fromEntries(
        names.map((name) => [name, Array.from({ length: random.below(5) }, () => random.pick(pieces)).join("")])
      )
    )
    const cell = (text: string) =>
      text === "" || /["\r\n;,\t]/.test(text) || random.chance(0.3) ? `"${text.replaceAll('"', '""')}"` : text
    const lines = rows.map((row) => names.map((name) => cell(row[name]!)).join(delimiter))
    const written = [names.join(delimiter), ...lines].join(newline) + (random.chance(0.5) ? newline : "")
    const found = read(written, { row: texts(...names), delimiter })
    expect(
      found.map(({ line: _, ...row }) => row),
      JSON.stringify(written)
    ).toEqual(rows)
  }
})

test("a record that is not UTF-8 is a bad row alone", () => {
  const [bad, good] = read(Buffer.concat([Buffer.from("a,b\n1,\xe9\n", "latin1"), Buffer.from("é,2\n")]), ab)
  expect(bad).toMatchObject({ line: 2, wrong: expect.stringContaining("is not UTF-8: byte 0xe9") })
  expect(good).toEqual({ line: 3, a: "é", b: "2" })
})

const archive = new URL("../../../../shared/data/formats-json-csv.tar.zst", import.meta.url).pathname

test("other people's files are read as they say", ({ skip }) => {
  skip(!existsSync(archive), "shared/data/formats-json-csv.tar.zst is not here")
  const folder = mkdtempSync(join(tmpdir(), "sluice-csv-"))
  execFileSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const spectrum = join(folder, "formats/csv-spectrum")
  const files = readdirSync(join(spectrum, "csvs"))
  for (const file of files) {
    const said = JSON.parse(readFileSync(join(spectrum, "json", file.replace(/csv$/, "json")), "utf8"))
    const expected = [said].flat() as ReadonlyArray<{ readonly [column: string]: string }>
    const rows = read(readFileSync(join(spectrum, "csvs", file)), { row: texts(...Object.keys(expected[0]!)) }, file)
    // One JSON file has another telephone number than its CSV file.
    const phone = file === "location_coordinates.csv" ? { "Contact Phone Number": "2095257564" } : {}
    const shown = rows.map(({ line: _, ...row }) => row)
    expect(shown, file).toEqual(expected.map((row) => ({ ...row, ...phone })))
  }
  rmSync(folder, { recursive: true })
  expect(files).toHaveLength(12)
})
