// Inputs beyond the one that is piped: what a select compares against, what a program trains on.
import type { Fields, RowOf } from "./declaration.ts"
import type { Dataset, Model, Report } from "./handle.ts"

export interface InputSpec<Value> {
  readonly kind: "dataset" | "model" | "report"
  readonly many: "one" | "list" | "record"
  readonly needs: Fields
  readonly value?: Value
}

/** An input that may be left out; a select then sees no table of it. */
export interface OptionalInput<Value> extends InputSpec<Value> {
  readonly optional: true
}

// biome-ignore lint/suspicious/noExplicitAny: the bound of a declaration's inputs must accept every handle type.
export type InputFields = { readonly [name: string]: InputSpec<any> }
type OptionalNames<I> = { [K in keyof I]: I[K] extends { readonly optional: true } ? K : never }[keyof I]
/** What an input is given. */
export type InputOf<S> = S extends InputSpec<infer V> ? V : never
export type Inputs<I extends InputFields> = [OptionalNames<I>] extends [never]
  ? { readonly [K in keyof I]: InputOf<I[K]> }
  : { readonly [K in Exclude<keyof I, OptionalNames<I>>]: InputOf<I[K]> } & {
      readonly [K in OptionalNames<I>]?: InputOf<I[K]>
    }

const none: Fields = {}

/**
 * Declares an input of a select or a program by kind and by the columns it must have.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { input, Stage } from "#sluice"
 * const equal = Stage.program({
 *   name: "evaluate.equal",
 *   inputs: { left: input.dataset({ text: Schema.String }), right: input.dataset({ text: Schema.String }) },
 *   emits: "report",
 *   run: async ({ inputs: { left, right }, used }) => {
 *     const [a, b] = await Promise.all([left.read(), right.read()])
 *     used("left", a.map(({ id }) => id))
 *     used("right", b.map(({ id }) => id))
 *     return { data: { equal: a.every(({ row }, at) => row.text === b[at]?.row.text) } }
 *   }
 * })
 * equal({ left: rows({ text: "dawn" }), right: rows({ text: "dusk" }) }) // → { equal: false }
 */
export const input = {
  dataset: <F extends Fields>(needs: F): InputSpec<Dataset<RowOf<F>>> => ({ kind: "dataset", many: "one", needs }),
  datasets: <F extends Fields>(needs: F): InputSpec<ReadonlyArray<Dataset<RowOf<F>>>> => ({
    kind: "dataset",
    many: "list",
    needs
  }),
  /** Datasets that may be left out. */
  someDatasets: <F extends Fields>(needs: F): OptionalInput<ReadonlyArray<Dataset<RowOf<F>>>> => ({
    kind: "dataset",
    many: "list",
    needs,
    optional: true
  }),
  model: (): InputSpec<Model> => ({ kind: "model", many: "one", needs: none }),
  models: (): InputSpec<{ readonly [name: string]: Model }> => ({ kind: "model", many: "record", needs: none }),
  report: (): InputSpec<Report> => ({ kind: "report", many: "one", needs: none }),
  reports: (): InputSpec<{ readonly [name: string]: Report }> => ({ kind: "report", many: "record", needs: none })
} as const
