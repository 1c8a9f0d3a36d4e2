// The constructors of the seven kinds of stage: they type the author's functions and return what a pipeline calls.
import * as Schema from "effect/Schema"
import type { Batch, Table } from "./batch.ts"
import { callSite } from "./call-site.ts"
import type { Declaration, Fields, Kind, Plus, RowOf } from "./declaration.ts"
import { type Dataset, type InputValue, isHandle, type Model, makeHandle, type Report } from "./handle.ts"
import type { InputFields, Inputs } from "./input.ts"
import { type ColumnKeys, type Decoded, type DefaultColumn, type Given, type OptionFields, opt } from "./option.ts"
import type { ProgramContext, ProgramResult } from "./program.ts"
import type { Keep, Verdicts } from "./verdict.ts"

type None = Record<never, never>
/** The same type written out: `& {}` makes the compiler's messages show its members and not this name. */
type Simplify<T> = { readonly [K in keyof T]: T[K] } & {}
type Named<K, O, N> = K extends keyof O ? (O[K] extends { readonly kind: "column" } ? N : K) : K
/** The columns a call reads or writes, by their names in the dataset: a column option renames the need of its name. */
type Renamed<F extends Fields, O, N extends string> = {
  readonly [K in keyof F as Named<K, O, N> & string]: F[K]["Type"]
} & {}
type ColumnOptions<O extends OptionFields, N> = { readonly [K in ColumnKeys<O>]?: N }
type Arguments<Options> = None extends Options ? readonly [options?: Options] : readonly [options: Options]

type OnRows<O extends OptionFields, More, Needs extends Fields, Out extends "same" | Fields> = {
  <N extends string = DefaultColumn<O>>(
    ...args: Arguments<Simplify<Given<O> & ColumnOptions<O, N> & More>>
  ): <Row extends Renamed<Needs, O, N>>(
    dataset: Dataset<Row>
  ) => Dataset<Out extends Fields ? Plus<Row, Renamed<Out, O, N>> : Row>
  readonly declaration: Declaration
}

interface Common<Needs extends Fields, Options extends OptionFields, Reasons extends string> {
  readonly name: `${string}.${string}`
  readonly needs: Needs
  readonly options?: Options
  /** The closed list of reasons for which a row may be dropped. */
  readonly reasons?: ReadonlyArray<Reasons>
  /** Why this stage may read the clock, the network or the file system; it then never counts as unchanged. */
  readonly impure?: string
}

/** What a source's `frame` returns: how many records, their bytes and their places in the file. */
export interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  /** A line number (1-based), or a byte range. */
  readonly place: (index: number) => { readonly line: number } | { readonly start: number; readonly end: number }
}

type RowsKeys<O extends OptionFields> = { [K in keyof O]: O[K]["kind"] extends "rows" ? K : never }[keyof O]
type SourceCall<O extends OptionFields, E> = E extends Fields
  ? (...args: Arguments<Simplify<Given<O>>>) => Dataset<RowOf<E>>
  : <S extends Schema.Top>(
      options: Simplify<Omit<Given<O>, RowsKeys<O>> & { readonly [K in RowsKeys<O>]: S }>
    ) => Dataset<Simplify<S["Type"]>>

const defaults = { options: {}, inputs: {}, needs: {}, reasons: [], impure: undefined }

const declare = (kind: Kind, given: object): Declaration =>
  ({ ...defaults, ...given, kind, site: callSite() }) as unknown as Declaration

const divide = (declaration: Declaration, args: { readonly [name: string]: unknown } = {}) => {
  const options: Record<string, unknown> = {}
  const inputs: Record<string, InputValue> = {}
  for (const [name, value] of Object.entries(args)) {
    if (name in declaration.inputs) inputs[name] = value as InputValue
    else options[name] = value
  }
  return { declaration, options, inputs }
}

const onRows = (declaration: Declaration) =>
  Object.assign(
    (args?: { readonly [name: string]: unknown }) => (dataset: Dataset<unknown>) => {
      const call = divide(declaration, args)
      return makeHandle("dataset", { ...call, inputs: { rows: dataset, ...call.inputs } })
    },
    { declaration }
  ) as never

/** What every source takes: how large its partitions should be, in bytes of records. A change recomputes nothing. */
const sourceOptions = { partitionBytes: opt.knob(Schema.Int, 2 << 20) }

/** → n rows. Lists files, frames their bytes into records and parses each record alone. */
const source = <const E extends Fields | { readonly option: string }, Options extends OptionFields = None>(given: {
  readonly name: `${string}.${string}`
  readonly options?: Options
  readonly emits: E
  readonly reasons?: ReadonlyArray<string>
  readonly readsPath?: boolean
  readonly list: (options: Decoded<Options>) => string | ReadonlyArray<string>
  readonly frame: (bytes: Uint8Array, options: Decoded<Options>, path: string) => Frames | Promise<Frames>
  readonly parse: (
    record: Uint8Array,
    options: Decoded<Options>,
    path: string
  ) => E extends Fields ? RowOf<E> : { readonly [column: string]: unknown }
}): SourceCall<Options & typeof sourceOptions, E> & { readonly declaration: Declaration } => {
  const options = { ...given.options, ...sourceOptions }
  const declaration = declare("source", { readsPath: false, ...given, options })
  return Object.assign((args?: object) => makeHandle("dataset", divide(declaration, args as never)), {
    declaration
  }) as never
}

/** 1 → 1 row: computes new columns, or replaces columns of the same name. */
const map = <Needs extends Fields, Adds extends Fields, Options extends OptionFields = None>(
  given: Common<Needs, Options, never> & {
    readonly adds: Adds
    readonly apply?: (row: RowOf<Needs>, options: Decoded<Options>) => NoInfer<RowOf<Adds>>
    /** The same on a whole batch; must agree with `apply` where both are given. */
    readonly applyBatch?: (batch: Batch, options: Decoded<Options>) => Batch
  }
): OnRows<Options, None, Needs, Adds> => onRows(declare("map", given))

/** 1 → 0 or 1 row: keeps a row or drops it for a reason, from the row itself or from measured scores. */
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
    readonly measureBatch?: (batch: Batch, options: Decoded<MeasureOptions>) => Batch
    readonly decide: (
      input: keyof Measures extends never ? RowOf<Needs> : RowOf<Measures>,
      options: Decoded<Options>
    ) => NoInfer<Keep | Reasons>
  }
): OnRows<Options & MeasureOptions, None, Needs, "same"> => onRows(declare("filter", { measureOptions: {}, ...given }))

/** 1 → n rows: children keep their parent's other columns; a parent without children needs a reason. */
const expand = <
  Needs extends Fields,
  Emits extends Fields,
  const Reasons extends string = never,
  Options extends OptionFields = None
>(
  given: Common<Needs, Options, Reasons> & {
    readonly emits: Emits
    readonly apply: (row: RowOf<Needs>, options: Decoded<Options>) => NoInfer<ReadonlyArray<RowOf<Emits>> | Reasons>
  }
): OnRows<Options, None, Needs, Emits> => onRows(declare("expand", given))

/** Sees all rows and decides on each: prepares columns row by row, then resolves them together. */
const select = <
  Needs extends Fields,
  Prepares extends Fields,
  const Reasons extends string = never,
  Options extends OptionFields = None,
  I extends InputFields = None,
  PrepareOptions extends OptionFields = None
>(
  given: Common<Needs, Options, Reasons> & {
    readonly prepares: Prepares
    readonly inputs?: I
    /** The options that `prepare` sees; `resolve` sees these and the others. */
    readonly prepareOptions?: PrepareOptions
    readonly prepare?: (row: RowOf<Needs>, options: Decoded<PrepareOptions>) => NoInfer<RowOf<Prepares>>
    readonly prepareBatch?: (batch: Batch, options: Decoded<PrepareOptions>) => Batch
    readonly resolve: (
      tables: { readonly rows: Table<RowOf<Prepares>> } & {
        readonly [K in keyof I]: ReadonlyArray<Table<RowOf<Prepares>>>
      },
      options: Decoded<Options & PrepareOptions>,
      verdicts: Verdicts<Reasons, string>
    ) => void
  }
): OnRows<Options & PrepareOptions, Inputs<I>, Needs, "same"> =>
  onRows(declare("select", { parts: [], readsIds: false, prepareOptions: {}, ...given }))

/** n → m rows: groups rows by a key and computes new rows from each group; which rows made which is recorded. */
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
): {
  (
    ...args: Arguments<Simplify<Given<Options>>>
  ): <Row extends RowOf<Needs>>(dataset: Dataset<Row>) => Dataset<RowOf<Emits>>
  readonly declaration: Declaration
} => onRows(declare("gather", { buckets: 16, ...given }))

type MadeOf<E> = E extends "model" ? Model : Report
type ProgramCall<I extends InputFields, O extends OptionFields, E, Main extends keyof I> = [Main] extends [never]
  ? (args: Simplify<Given<O> & Inputs<I>>) => MadeOf<E>
  : (...args: Arguments<Simplify<Given<O> & Omit<Inputs<I>, Main>>>) => (main: Inputs<I>[Main]) => MadeOf<E>

/** Datasets and models → a model or a report: runs in its own process, with a scratch folder that survives a kill. */
const program = <
  const I extends InputFields,
  const E extends "model" | "report",
  Options extends OptionFields = None,
  Main extends keyof I & string = never
>(given: {
  readonly name: `${string}.${string}`
  readonly options?: Options
  readonly inputs: I
  /** The input that `.pipe()` fills. */
  readonly main?: Main
  readonly emits: E
  readonly reasons?: ReadonlyArray<string>
  readonly impure?: string
  readonly run: (context: ProgramContext<Inputs<I>, Decoded<Options>>) => Promise<ProgramResult>
}): ProgramCall<I, Options, E, Main> & { readonly declaration: Declaration } => {
  const declaration = declare("program", { main: undefined, ...given })
  const made = (args: object | undefined, piped: object) => {
    const call = divide(declaration, args as never)
    return makeHandle(given.emits as "model", { ...call, inputs: { ...call.inputs, ...piped } })
  }
  const { main } = given
  return Object.assign(
    main === undefined
      ? (args?: object) => made(args, {})
      : (args?: object) => (piped: unknown) => made(args, isHandle(piped) ? { [main]: piped } : {}),
    { declaration }
  ) as never
}

export const Stage = { source, map, filter, expand, select, gather, program } as const
