// The types of what the stage constructors return: functions from options and inputs to handles.
import type * as Schema from "effect/Schema"
import type { Declaration, Fields, OptionalKeys, Plus, RowOf } from "./declaration.ts"
import type { Dataset, Model, Report } from "./handle.ts"
import type { InputFields, InputOf, Inputs } from "./input.ts"
import type { OptionFields } from "./option.ts"
import type { ColumnKeys, DefaultColumn, Given } from "./option-value.ts"

export type None = Record<never, never>
/** The same type written out: `& {}` makes the compiler's messages show its members and not this name. */
export type Simplify<T> = { readonly [K in keyof T]: T[K] } & {}
type Named<K, O, N> = K extends keyof O ? (O[K] extends { readonly kind: "column" } ? N : K) : K
/** The columns a call reads or writes, by their names in the dataset: a column option renames the need of its name. */
type Renamed<F extends Fields, O, N extends string> = [OptionalKeys<F>] extends [never]
  ? { readonly [K in keyof F as Named<K, O, N> & string]: F[K]["Type"] } & {}
  : Simplify<
      { readonly [K in Exclude<keyof F, OptionalKeys<F>> as Named<K, O, N> & string]: F[K]["Type"] } & {
        readonly [K in OptionalKeys<F> as Named<K, O, N> & string]?: F[K]["Type"]
      }
    >
type ColumnOptions<O extends OptionFields, N> = { readonly [K in ColumnKeys<O>]?: N }
type Arguments<Options> = None extends Options ? readonly [options?: Options] : readonly [options: Options]

export type OnRows<O extends OptionFields, More, Needs extends Fields, Out extends "same" | Fields> = {
  <N extends string = DefaultColumn<O>>(
    ...args: Arguments<Simplify<Given<O> & ColumnOptions<O, N> & More>>
  ): <Row extends Renamed<Needs, O, N>>(
    dataset: Dataset<Row>
  ) => Dataset<Out extends Fields ? Plus<Row, Renamed<Out, O, N>> : Row>
  readonly declaration: Declaration
}

export interface Common<Needs extends Fields, Options extends OptionFields, Reasons extends string> {
  readonly name: `${string}.${string}`
  readonly needs: Needs
  readonly options?: Options
  /** The closed list of reasons for which a row may be dropped. */
  readonly reasons?: ReadonlyArray<Reasons>
  /** Why this stage may read the clock, the network or the file system; it then never counts as unchanged. */
  readonly impure?: string
}

type RowsKeys<O extends OptionFields> = { [K in keyof O]: O[K]["kind"] extends "rows" ? K : never }[keyof O]
export type SourceCall<O extends OptionFields, E> = E extends { readonly option: string; readonly beside: infer B }
  ? <S extends Schema.Top = Schema.Struct<None>>(
      options: Simplify<Omit<Given<O>, RowsKeys<O>> & { readonly [K in RowsKeys<O>]?: S }>
    ) => Dataset<Simplify<Omit<S["Type"], keyof B> & (B extends Fields ? RowOf<B> : None)>>
  : E extends Fields
    ? (...args: Arguments<Simplify<Given<O>>>) => Dataset<RowOf<E>>
    : <S extends Schema.Top>(
        options: Simplify<Omit<Given<O>, RowsKeys<O>> & { readonly [K in RowsKeys<O>]: S }>
      ) => Dataset<Simplify<S["Type"]>>

/** A gather gives rows of its own; nothing of the rows it read stays. */
export type GatherCall<Needs extends Fields, Emits extends Fields, O extends OptionFields> = {
  (...args: Arguments<Simplify<Given<O>>>): <Row extends RowOf<Needs>>(dataset: Dataset<Row>) => Dataset<RowOf<Emits>>
  readonly declaration: Declaration
}

type MadeOf<E> = E extends "model" ? Model : Report
/** An input of a program whose column options name columns: those are asked for by their names in the dataset. */
type NamedInput<V, O extends OptionFields, N extends string> =
  V extends Dataset<infer Row>
    ? Dataset<{ readonly [K in keyof Row as K extends ColumnKeys<O> ? N : K]-?: Row[K] }>
    : V extends ReadonlyArray<infer E>
      ? ReadonlyArray<NamedInput<E, O, N>>
      : V
type NamedInputs<I extends InputFields, O extends OptionFields, N extends string> = {
  readonly [K in keyof Inputs<I>]: NamedInput<Inputs<I>[K], O, N>
}
export type ProgramCall<I extends InputFields, O extends OptionFields, E, Main extends keyof I> = [Main] extends [never]
  ? [ColumnKeys<O>] extends [never]
    ? (args: Simplify<Given<O> & Inputs<I>>) => MadeOf<E>
    : <N extends string = never>(args: Simplify<Given<O> & ColumnOptions<O, N> & NamedInputs<I, O, N>>) => MadeOf<E>
  : (...args: Arguments<Simplify<Given<O> & Omit<Inputs<I>, Main>>>) => (main: InputOf<I[Main]>) => MadeOf<E>
