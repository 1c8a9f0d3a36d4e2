// What a stage's author declares, as the engine sees it: seven kinds, their functions, columns, options and reasons.
import type * as Schema from "effect/Schema"
import type { InputFields } from "./input.ts"
import type { OptionFields } from "./option.ts"

/** Columns by name; the contract of what a function reads or writes. */
export type Fields = { readonly [name: string]: Schema.Top }
/** The columns that a row may lack. */
export type OptionalKeys<F extends Fields> = {
  [K in keyof F]: F[K] extends { readonly "~type.optionality": "optional" } ? K : never
}[keyof F]
/** The row type of columns; `& {}` makes the compiler's messages show its members and not this name. */
export type RowOf<F extends Fields> = [OptionalKeys<F>] extends [never]
  ? { readonly [K in keyof F]: F[K]["Type"] } & {}
  : Schema.Struct.Type<F>

/**
 * A row plus columns, as one mapped type: intersections would grow with every stage of a chain. Where the row has these
 * columns already it is the row itself, for the compiler walks down every mapped type below and gives up at a hundred.
 */
export type Plus<Row, Adds> = [Row, Adds] extends [Adds, Pick<Row, keyof Adds & keyof Row>]
  ? Row
  : {
      readonly [K in keyof Row | keyof Adds]: K extends keyof Adds ? Adds[K] : K extends keyof Row ? Row[K] : never
    }

export type Kind = "source" | "map" | "filter" | "expand" | "select" | "gather" | "program"

/** Where a stage is defined: the fingerprint starts there. */
export interface CallSite {
  readonly file: string
  readonly line: number
  readonly column: number
}

// biome-ignore lint/suspicious/noExplicitAny: the engine calls the author's functions with rows it has typed by `needs`.
type AnyFunction = (...args: any[]) => any

interface Base {
  readonly kind: Kind
  /** `family.verb` */
  readonly name: string
  readonly site: CallSite
  readonly options: OptionFields
  readonly inputs: InputFields
  readonly needs: Fields
  readonly reasons: ReadonlyArray<string>
  /** Why the stage may read the clock, the network or the file system; such a stage is never a hit from an earlier run. */
  readonly impure: string | undefined
}

/** Columns of a source that an option's schema says, and those that stand beside them whatever it says. */
export interface ChosenRows {
  readonly option: string
  readonly beside?: Fields
}

export interface SourceDeclaration extends Base {
  readonly kind: "source"
  readonly emits: Fields | ChosenRows
  /** Glob patterns or paths of the input files. */
  readonly list: AnyFunction
  /** Cuts a file's bytes into records. */
  readonly frame: AnyFunction
  /** Turns one record into a row, or throws an Error that says what is wrong with it. */
  readonly parse: AnyFunction
  /** The same for many records, where the columns are plain. */
  readonly parseBatch: AnyFunction | undefined
  /** True where `parse` reads the record's path; then a renamed file parses anew. */
  readonly readsPath: boolean
}

export interface MapDeclaration extends Base {
  readonly kind: "map"
  readonly adds: Fields
  /** Whether `apply` calls a model, and may return an Effect. */
  readonly calls: boolean
  readonly apply: AnyFunction | undefined
  readonly applyBatch: AnyFunction | undefined
}

export interface FilterDeclaration extends Base {
  readonly kind: "filter"
  readonly measures: Fields | undefined
  readonly measureOptions: OptionFields
  readonly measure: AnyFunction | undefined
  readonly measureBatch: AnyFunction | undefined
  readonly decide: AnyFunction
}

export interface ExpandDeclaration extends Base {
  readonly kind: "expand"
  readonly emits: Fields
  /** Whether `apply` calls a model, and may return an Effect. */
  readonly calls: boolean
  readonly apply: AnyFunction
}

export interface SelectDeclaration extends Base {
  readonly kind: "select"
  readonly prepares: Fields
  /** Columns that `resolve` gives to all rows. */
  readonly adds: Fields
  /** The options that `prepare` sees; a change of the others prepares nothing again. */
  readonly prepareOptions: OptionFields
  readonly prepare: AnyFunction | undefined
  readonly prepareBatch: AnyFunction | undefined
  readonly resolve: AnyFunction
  /** Names of the parts that the rows are divided among; empty for a select that keeps or drops. */
  readonly parts: ReadonlyArray<string>
  /** Whether the verdicts depend on row ids (without, union) and not on prepared columns alone. */
  readonly readsIds: boolean
  /** Whether the verdicts depend on prepared values; where they only compare them, digests do and no value is read. */
  readonly readsValues: boolean | AnyFunction
}

export interface GatherDeclaration extends Base {
  readonly kind: "gather"
  readonly emits: Fields
  readonly buckets: number
  readonly key: AnyFunction
  readonly apply: AnyFunction
}

export interface ProgramDeclaration extends Base {
  readonly kind: "program"
  /** The name of the input that `.pipe()` fills, if any. */
  readonly main: string | undefined
  readonly emits: "model" | "report"
  readonly run: AnyFunction
  /** The options that `judge` sees; a change of them runs nothing again. */
  readonly judgeOptions: OptionFields
  /** What stands against the data that `run` gave. */
  readonly judge: AnyFunction | undefined
}

export type Declaration =
  | SourceDeclaration
  | MapDeclaration
  | FilterDeclaration
  | ExpandDeclaration
  | SelectDeclaration
  | GatherDeclaration
  | ProgramDeclaration
