// Options of a stage: typed, decoded by a schema, and data only, so that they can be part of a key.
import type * as Schema from "effect/Schema"
import type { RowModel } from "./row-model.ts"

export type OptionKind = "data" | "knob" | "column" | "rows" | "file" | "path" | "list" | "model"

/**
 * One declared option. `data` enters the key; a `knob` changes speed only and does not; a `column` names the column
 * that the need of the same name is read from; `rows` is a struct schema that gives a source its row type; a `file` is
 * given as a path and seen as its bytes; a `path` is that of a file or a folder and is seen as where it lies; a `list` is
 * given as strings or as the path of a text file with one on each line. A `model` is given as a program's output or as the
 * path of a folder or file, and seen as a `RowModel`. Of `file`, `path`, `list` and `model` the content enters the key, the
 * path does not.
 */
export interface OptionSpec<Type, Required extends boolean, Kind extends OptionKind> {
  readonly kind: Kind
  readonly schema: Schema.Top | undefined
  readonly required: Required
  readonly fallback: Type | undefined
  /** Of a `model`: the part that is seen and counts, all of it if not given. */
  readonly part?: "tokenizer" | undefined
  /** Of a `path`: the option whose text says how to get what is not there. */
  readonly hint?: string | undefined
}

// biome-ignore lint/suspicious/noExplicitAny: the bound of a declaration's options must accept every value type.
export type OptionFields = { readonly [name: string]: OptionSpec<any, boolean, OptionKind> }

interface Opt {
  /** A required option. */
  <S extends Schema.Top>(schema: S): OptionSpec<S["Type"], true, "data">
  /** An option with a default; passing the default explicitly gives the same key. */
  <S extends Schema.Top>(schema: S, fallback: NoInfer<S["Type"]>): OptionSpec<S["Type"], false, "data">
  /**
   * An option that may be left out; the function then sees `undefined`.
   *
   * @example
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const sign = Stage.map({
   *   name: "text.sign",
   *   needs: { text: Schema.String },
   *   adds: { text: Schema.String },
   *   options: { name: opt.maybe(Schema.String) },
   *   apply: ({ text }, { name }) => ({ text: name === undefined ? text : `${text} - ${name}` })
   * })
   * rows({ text: "Open." }).pipe(sign(), sign({ name: "Ann" })) // → { text: "Open. - Ann" }
   */
  readonly maybe: <S extends Schema.Top>(schema: S) => OptionSpec<S["Type"] | undefined, false, "data">
  /**
   * A performance knob: typed and checked like an option, but no part of any key.
   *
   * @example
   * import * as Schema from "effect/Schema"
   * import { opt } from "#sluice"
   * // Another seed is another result; another batch size is the same result, sooner or later.
   * const options = { seed: opt(Schema.Int, 0), batch: opt.knob(Schema.Int, 32) }
   * options.batch.kind // → "knob"
   */
  readonly knob: <S extends Schema.Top>(schema: S, fallback: NoInfer<S["Type"]>) => OptionSpec<S["Type"], false, "knob">
  /**
   * The name of the column that the need of the same name is read from.
   *
   * @example
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const upper = Stage.map({
   *   name: "text.upper",
   *   needs: { by: Schema.String },
   *   adds: { by: Schema.String },
   *   options: { by: opt.column("text") },
   *   apply: ({ by }) => ({ by: by.toUpperCase() })
   * })
   * rows({ title: "dawn" }).pipe(upper({ by: "title" })) // → { title: "DAWN" }
   */
  readonly column: <const Name extends string>(fallback: Name) => OptionSpec<Name, false, "column">
  /**
   * The name of a column that a program reads where it is given one: the need of the same name, which is optional, is then
   * there in every row, and else in none. Which rows are asked to have it, the compiler sees.
   *
   * @example
   * import * as Schema from "effect/Schema"
   * import { input, opt, Stage } from "#sluice"
   * const sources = Stage.program({
   *   name: "evaluate.sources",
   *   inputs: { data: input.dataset({ text: Schema.String, source: Schema.optionalKey(Schema.String) }) },
   *   options: { source: opt.maybeColumn() },
   *   emits: "report",
   *   run: async ({ inputs: { data }, used }) => {
   *     const read = await data.read()
   *     used("data", read.map(({ id }) => id))
   *     return { data: { sources: [...new Set(read.map(({ row }) => row.source ?? "unknown"))] } }
   *   }
   * })
   * const data = rows({ text: "dawn", book: "law" }, { text: "dusk", book: "poems" })
   * sources({ data }) // → { sources: ["unknown"] }
   * sources({ data, source: "book" }) // → { sources: ["law", "poems"] }
   */
  readonly maybeColumn: () => OptionSpec<never, false, "column">
  /**
   * A struct schema that says what rows a source emits.
   *
   * @example
   * // gate.json
   * //   { "gate": "north", "height": 3 }
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const json = Stage.source({
   *   name: "ingest.json",
   *   options: { path: opt(Schema.String), row: opt.rows() },
   *   emits: { option: "row" },
   *   list: ({ path }) => path,
   *   frame: (bytes) => ({ count: 1, record: () => bytes, place: () => ({ start: 0, end: bytes.length }) }),
   *   parse: (record) => JSON.parse(new TextDecoder().decode(record))
   * })
   * json({ path: "gate.json", row: Schema.Struct({ height: Schema.Int }) }) // → { height: 3 }
   */
  readonly rows: () => OptionSpec<Schema.Struct<Schema.Struct.Fields>, true, "rows">
  /**
   * The same where it may be left out: the columns that a source gives beside its own.
   *
   * @example
   * // gate.json
   * //   { "gate": "north", "height": 3 }
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const gates = Stage.source({
   *   name: "ingest.gates",
   *   options: { path: opt(Schema.String), row: opt.maybeRows() },
   *   emits: { option: "row", beside: { gate: Schema.String } },
   *   list: ({ path }) => path,
   *   frame: (bytes) => ({ count: 1, record: () => bytes, place: () => ({ start: 0, end: bytes.length }) }),
   *   parse: (record) => JSON.parse(new TextDecoder().decode(record))
   * })
   * gates({ path: "gate.json", row: Schema.Struct({ height: Schema.Int }) }) // → { gate: "north", height: 3 }
   */
  readonly maybeRows: () => OptionSpec<Schema.Struct<Schema.Struct.Fields> | undefined, false, "rows">
  /**
   * A file, given as its path relative to the project's root; functions see its bytes, those within where the name ends in
   * .gz or .zst.
   *
   * @example
   * // seal.bin
   * //   kept
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const sealed = Stage.map({
   *   name: "text.sealed",
   *   needs: {},
   *   adds: { seal: Schema.Int },
   *   options: { seal: opt.file() },
   *   apply: (_row, { seal }) => ({ seal: seal[0]! })
   * })
   * rows({ text: "dawn" }).pipe(sealed({ seal: "seal.bin" })) // → { text: "dawn", seal: 107 }
   */
  readonly file: () => OptionSpec<Uint8Array, true, "file">
  /**
   * A file or a folder for a program, given as its path relative to the project's root; the program sees the absolute path.
   * What lies there enters the key: a file's bytes, or of a folder all files below it but those whose names begin with a dot.
   * Where there is nothing the error gives the text of the option that `hint` names, if one is given.
   *
   * @example
   * // gates/north.txt
   * //   open
   * import { readFileSync } from "node:fs"
   * import { opt, Stage } from "#sluice"
   * const read = Stage.program({
   *   name: "evaluate.read",
   *   inputs: {},
   *   emits: "report",
   *   options: { path: opt.path() },
   *   run: async ({ options }) => ({ data: { says: readFileSync(`${options.path}/north.txt`, "utf8").trim() } })
   * })
   * read({ path: "gates" }) // → { says: "open" }
   */
  readonly path: (more?: { readonly hint: string }) => OptionSpec<string, true, "path">
  /**
   * Strings, given in place or as the path of a text file: one on each line, without space around; blank lines and those
   * that begin with `#` are left out.
   *
   * @example
   * // gates.txt
   * //   # those that open
   * //   north
   * //   south
   * import * as Schema from "effect/Schema"
   * import { keep, opt, Stage } from "#sluice"
   * const known = Stage.filter({
   *   name: "quality.known",
   *   needs: { gate: Schema.String },
   *   options: { gates: opt.list([]) },
   *   reasons: ["unknown"],
   *   decide: ({ gate }, { gates }) => (gates.includes(gate) ? keep : "unknown")
   * })
   * rows({ gate: "north" }, { gate: "west" }).pipe(known({ gates: "gates.txt" })) // → { gate: "north" }
   */
  readonly list: (fallback: ReadonlyArray<string>) => OptionSpec<ReadonlyArray<string>, false, "list">
  /**
   * A model for the function that runs row by row, a measure, a prepare or a map's apply: the output of a program of the same
   * pipeline, or the path of a folder or file relative to the project's root.
   * Of `opt.model("tokenizer")` the tokenizer's files alone are seen and count: other weights compute nothing again.
   *
   * @example
   * // gates.txt
   * //   north
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const sized = Stage.map({
   *   name: "text.sized",
   *   needs: {},
   *   adds: { bytes: Schema.Int },
   *   options: { model: opt.model() },
   *   apply: (_row, { model }) => ({ bytes: model.files.reduce((sum, file) => sum + model.read(file).length, 0) })
   * })
   * rows({ text: "dawn" }).pipe(sized({ model: "gates.txt" })) // → { text: "dawn", bytes: 6 }
   */
  readonly model: (part?: "tokenizer") => OptionSpec<RowModel, true, "model">
  /**
   * A model that may be left out; the function then sees `undefined`.
   *
   * @example
   * // gates.txt
   * //   north
   * import * as Schema from "effect/Schema"
   * import { opt, Stage } from "#sluice"
   * const known = Stage.map({
   *   name: "text.known",
   *   needs: {},
   *   adds: { files: Schema.Int },
   *   options: { model: opt.maybeModel() },
   *   apply: (_row, { model }) => ({ files: model?.files.length ?? 0 })
   * })
   * rows({ text: "dawn" }).pipe(known()) // → { text: "dawn", files: 0 }
   * rows({ text: "dawn" }).pipe(known({ model: "gates.txt" })) // → { text: "dawn", files: 1 }
   */
  readonly maybeModel: () => OptionSpec<RowModel | undefined, false, "model">
}

const spec = (kind: OptionKind, schema: Schema.Top | undefined, required: boolean, fallback: unknown) =>
  ({ kind, schema, required, fallback }) as never

/**
 * Declares an option of a stage: `opt(Schema.Int, 50)`, `opt(Schema.String)`, `opt.knob(Schema.Int, 2)`,
 * `opt.column("text")`.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { opt, Stage } from "#sluice"
 * const cut = Stage.map({
 *   name: "text.cut",
 *   needs: { text: Schema.String },
 *   adds: { text: Schema.String },
 *   options: { at: opt(Schema.Int), mark: opt(Schema.String, "...") },
 *   apply: ({ text }, { at, mark }) => ({ text: text.slice(0, at) + mark })
 * })
 * rows({ text: "sluice" }).pipe(cut({ at: 3 })) // → { text: "slu..." }
 */
export const opt: Opt = Object.assign(
  (...args: readonly [schema: Schema.Top, fallback?: unknown]) =>
    spec("data", args[0], args.length === 1, args.length === 1 ? undefined : args[1]),
  {
    maybe: (schema: Schema.Top) => spec("data", schema, false, undefined),
    knob: (schema: Schema.Top, fallback: unknown) => spec("knob", schema, false, fallback),
    column: (fallback: string) => spec("column", undefined, false, fallback),
    maybeColumn: () => spec("column", undefined, false, undefined),
    rows: () => spec("rows", undefined, true, undefined),
    maybeRows: () => spec("rows", undefined, false, undefined),
    file: () => spec("file", undefined, true, undefined),
    path: (more?: { readonly hint: string }) => Object.assign(spec("path", undefined, true, undefined), more),
    list: (fallback: ReadonlyArray<string>) => spec("list", undefined, false, fallback),
    model: (part?: "tokenizer") => Object.assign(spec("model", undefined, true, undefined), { part }),
    maybeModel: () => spec("model", undefined, false, undefined)
  }
)
