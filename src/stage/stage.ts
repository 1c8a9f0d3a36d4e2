// The constructors of the seven kinds of stage: they type the author's functions and return what a pipeline calls.
import type { Batch, Column, ParsedBatch, PlainColumn, RecordBatch, Table } from "./batch.ts"
import { declare, divide, onRows } from "./declare.ts"
import type { ChosenRows, Declaration, Fields, RowOf } from "./declaration.ts"
import { isHandle, makeHandle } from "./handle.ts"
import type { InputFields, Inputs } from "./input.ts"
import type { OptionFields } from "./option.ts"
import type { Decoded } from "./option-value.ts"
import { type Databases, type Folder, type Frames, type Parsed, sourceOptions } from "./source.ts"
import type { Judge, ProgramContext, ProgramResult } from "./program.ts"
import { expand, map } from "./row-stage.ts"
import type { Common, GatherCall, None, OnRows, ProgramCall, SourceCall } from "./stage-call.ts"
import type { Keep, Verdicts } from "./verdict.ts"

/**
 * → n rows. Lists files, frames their bytes into records and parses each record alone.
 *
 * @example
 * // note.txt
 * //   The sluice opens at dawn.
 * import * as Schema from "effect/Schema"
 * import { opt, Stage } from "#sluice"
 * const notes = Stage.source({
 *   name: "ingest.notes",
 *   options: { path: opt(Schema.String) },
 *   emits: { text: Schema.String },
 *   list: ({ path }) => path,
 *   frame: (bytes) => ({ count: 1, record: () => bytes, place: () => ({ start: 0, end: bytes.length }) }),
 *   parse: (record) => ({ text: new TextDecoder().decode(record).trim() })
 * })
 * notes({ path: "note.txt" }) // → { text: "The sluice opens at dawn." }
 */
const source = <const E extends Fields | ChosenRows, Options extends OptionFields = None>(given: {
  readonly name: `${string}.${string}`
  readonly options?: Options
  readonly emits: E
  readonly reasons?: ReadonlyArray<string>
  readonly readsPath?: boolean
  readonly list: (
    options: Decoded<Options>,
    folder: Folder
  ) => string | ReadonlyArray<string> | Promise<ReadonlyArray<string>>
  readonly frame: (
    bytes: Uint8Array,
    options: Decoded<Options>,
    path: string,
    databases: Databases
  ) => Frames | Promise<Frames>
  /** A promise only where a library must be loaded or waits: rows of others would wait with it. */
  readonly parse: (record: Uint8Array, options: Decoded<Options>, path: string) => Parsed<E> | Promise<Parsed<E>>
  /**
   * The same for many records at once, into columns, where each holds texts, numbers or flags and nothing more is asked of
   * them; must agree with `parse`, which gets the records that this one does not read.
   */
  readonly parseBatch?: (
    records: RecordBatch,
    columns: { readonly [name: string]: PlainColumn },
    options: Decoded<Options>
  ) => ParsedBatch | undefined
}): SourceCall<Options & typeof sourceOptions, E> & { readonly declaration: Declaration } => {
  const options = { ...given.options, ...sourceOptions, ...given.options }
  const declaration = declare("source", { readsPath: false, ...given, options })
  return Object.assign((args?: object) => makeHandle("dataset", divide(declaration, args as never)), {
    declaration
  }) as never
}

/**
 * 1 → 0 or 1 row: keeps a row or drops it for a reason, from the row itself or from measured scores.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { keep, opt, Stage } from "#sluice"
 * const calm = Stage.filter({
 *   name: "quality.calm",
 *   needs: { text: Schema.String },
 *   measures: { marks: Schema.Int },
 *   measure: ({ text }) => ({ marks: text.split("!").length - 1 }),
 *   options: { atMost: opt(Schema.Int, 1) },
 *   reasons: ["shouts"],
 *   decide: ({ marks }, { atMost }) => (marks > atMost ? "shouts" : keep)
 * })
 * rows({ text: "Open!" }, { text: "Open!!!" }).pipe(calm()) // → { text: "Open!" }
 * // dropped: 1 shouts
 */
const filter = <
  Needs extends Fields,
  const Reasons extends string,
  Measures extends Fields = None,
  Options extends OptionFields = None,
  MeasureOptions extends OptionFields = None
>(
  given: Common<Needs, Options, Reasons> & {
    readonly reasons: ReadonlyArray<Reasons>
    readonly measures?: Measures
    readonly measureOptions?: MeasureOptions
    readonly measure?: (row: RowOf<Needs>, options: Decoded<MeasureOptions>) => NoInfer<RowOf<Measures>>
    readonly measureBatch?: (batch: Batch, options: Decoded<MeasureOptions>) => Batch | Promise<Batch>
    readonly decide: (
      input: keyof Measures extends never ? RowOf<Needs> : RowOf<Measures>,
      options: Decoded<Options>
    ) => NoInfer<Keep | Reasons>
  }
): OnRows<Options & MeasureOptions, None, Needs, "same"> => onRows(declare("filter", { measureOptions: {}, ...given }))

/**
 * Sees all rows and decides on each: prepares columns row by row, then resolves them together.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { Stage } from "#sluice"
 * const longest = Stage.select({
 *   name: "sample.longest",
 *   needs: { text: Schema.String },
 *   prepares: { length: Schema.Int },
 *   prepare: ({ text }) => ({ length: text.length }),
 *   reasons: ["shorter"],
 *   resolve: ({ rows }, _options, verdicts) => {
 *     const most = Math.max(...Array.from(rows.columns.length))
 *     for (let i = 0; i < rows.rows; i++) if (rows.columns.length[i]! < most) verdicts.drop(i, "shorter")
 *   }
 * })
 * rows({ text: "dusk" }, { text: "morning" }, { text: "evening" }).pipe(longest())
 * // → { text: "morning" }
 * // → { text: "evening" }
 */
const select = <
  Needs extends Fields,
  Prepares extends Fields,
  const Reasons extends string = never,
  Options extends OptionFields = None,
  I extends InputFields = None,
  PrepareOptions extends OptionFields = None,
  Adds extends Fields = None
>(
  given: Common<Needs, Options, Reasons> & {
    readonly prepares: Prepares
    /** Columns that `resolve` returns for all rows, those that it drops included; a map stage can act on them. */
    readonly adds?: Adds
    readonly inputs?: I
    /** The options that `prepare` sees; `resolve` sees these and the others. */
    readonly prepareOptions?: PrepareOptions
    /** False where `resolve` only compares what was prepared, by `first`: then no value is read. */
    readonly readsValues?: boolean | ((options: Decoded<Options & PrepareOptions>) => boolean)
    readonly prepare?: (row: RowOf<Needs>, options: Decoded<PrepareOptions>) => NoInfer<RowOf<Prepares>>
    readonly prepareBatch?: (batch: Batch, options: Decoded<PrepareOptions>) => Batch | Promise<Batch>
    readonly resolve: (
      tables: { readonly rows: Table<RowOf<Prepares>> } & {
        readonly [K in keyof I]: ReadonlyArray<Table<RowOf<Prepares>>>
      },
      options: Decoded<Options & PrepareOptions>,
      verdicts: Verdicts<Reasons, string>
    ) => keyof Adds extends never ? void | Promise<void> : { readonly [K in keyof NoInfer<Adds>]: Column }
    /** Whether verdicts or added columns depend on row ids, and not on prepared columns alone. */
    readonly readsIds?: boolean
  }
): OnRows<Options & PrepareOptions, Inputs<I>, Needs, keyof Adds extends never ? "same" : Adds> =>
  onRows(declare("select", { parts: [], adds: {}, readsIds: false, readsValues: true, prepareOptions: {}, ...given }))

/**
 * n → m rows: groups rows by a key and computes new rows from each group; which rows made which is recorded.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { Stage } from "#sluice"
 * const tally = Stage.gather({
 *   name: "text.tally",
 *   needs: { word: Schema.String },
 *   emits: { word: Schema.String, times: Schema.Int },
 *   key: ({ word }) => word,
 *   apply: (group, _options, word) => [{ word, times: group.length }]
 * })
 * rows({ word: "lock" }, { word: "gate" }, { word: "lock" }).pipe(tally())
 * // → { word: "lock", times: 2 }
 * // → { word: "gate", times: 1 }
 */
const gather = <
  Needs extends Fields,
  Emits extends Fields,
  const Reasons extends string = never,
  Options extends OptionFields = None
>(
  given: Common<Needs, Options, Reasons> & {
    readonly emits: Emits
    /** How many buckets the groups are spread over: the unit of reuse. */
    readonly buckets?: number
    readonly key: (row: RowOf<Needs>, options: Decoded<Options>) => string
    readonly apply: (
      group: ReadonlyArray<RowOf<Needs>>,
      options: Decoded<Options>,
      key: string
    ) => NoInfer<ReadonlyArray<RowOf<Emits>> | Reasons>
  }
): GatherCall<Needs, Emits, Options> => onRows(declare("gather", { buckets: 16, ...given }))

/**
 * Datasets and models → a model or a report: runs in its own process, with a scratch folder that survives a kill.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { input, Stage } from "#sluice"
 * const size = Stage.program({
 *   name: "evaluate.size",
 *   inputs: { data: input.dataset({ text: Schema.String }) },
 *   main: "data",
 *   emits: "report",
 *   run: async ({ inputs, used }) => {
 *     const read = await inputs.data.read()
 *     used("data", read.map(({ id }) => id))
 *     return { data: { characters: read.reduce((sum, { row }) => sum + row.text.length, 0) } }
 *   }
 * })
 * rows({ text: "dawn" }, { text: "dusk" }).pipe(size()) // → { characters: 8 }
 */
const program = <
  const I extends InputFields,
  const E extends "model" | "report",
  Options extends OptionFields = None,
  Main extends keyof I & string = never,
  JudgeOptions extends OptionFields = None
>(
  given: {
    readonly name: `${string}.${string}`
    readonly options?: Options
    readonly inputs: I
    /** The input that `.pipe()` fills. */
    readonly main?: Main
    readonly emits: E
    readonly reasons?: ReadonlyArray<string>
    readonly impure?: string
    readonly run: (context: ProgramContext<Inputs<I>, Decoded<Options>>) => Promise<ProgramResult>
  } & Judge<JudgeOptions>
): ProgramCall<I, Options & JudgeOptions, E, Main> & { readonly declaration: Declaration } => {
  const declaration = declare("program", { main: undefined, judge: undefined, judgeOptions: {}, ...given })
  const made = (args: object | undefined, piped: object) => {
    const call = divide(declaration, args as never)
    return makeHandle(given.emits as "model", { ...call, inputs: { ...call.inputs, ...piped } })
  }
  const { main } = given
  const call =
    main === undefined
      ? (args?: object) => made(args, {})
      : (args?: object) => (piped: unknown) => made(args, isHandle(piped) ? { [main]: piped } : {})
  return Object.assign(call, { declaration }) as never
}

export const Stage = { source, map, filter, expand, select, gather, program } as const
