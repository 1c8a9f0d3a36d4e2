// The values of options: what the caller of a stage writes for them, and what its functions see.
import type { Model } from "./handle.ts"
import type { OptionFields, OptionKind, OptionSpec } from "./option.ts"

type Value<O> = O extends OptionSpec<infer Type, boolean, OptionKind> ? Type : never
/** What a caller writes for an option; a function sees something else of a file or a list. */
type Written<O> = O extends { readonly kind: "file" }
  ? string
  : O extends { readonly kind: "list" }
    ? string | ReadonlyArray<string>
    : O extends { readonly kind: "model" }
      ? string | Model
      : Value<O>
type DataKeys<O extends OptionFields> = {
  [K in keyof O]: O[K] extends OptionSpec<never, boolean, "column"> ? never : O[K]["kind"] extends "column" ? never : K
}[keyof O]
export type ColumnKeys<O extends OptionFields> = { [K in keyof O]: O[K]["kind"] extends "column" ? K : never }[keyof O]
type RequiredKeys<O extends OptionFields> = { [K in keyof O]: O[K]["required"] extends true ? K : never }[keyof O]

/** What the author's functions see: every option but column names (no key holds those), defaults filled in. */
export type Decoded<O extends OptionFields> = { readonly [K in Exclude<keyof O, ColumnKeys<O>>]: Value<O[K]> } & {}

/** What the caller of a stage writes, column names apart. */
export type Given<O extends OptionFields> = {
  readonly [K in Extract<RequiredKeys<O>, DataKeys<O>>]: Written<O[K]>
} & { readonly [K in Exclude<DataKeys<O>, RequiredKeys<O>>]?: Written<O[K]> }

/** The default names of the columns that column options choose. */
export type DefaultColumn<O extends OptionFields> = [ColumnKeys<O>] extends [never]
  ? never
  : O[ColumnKeys<O>] extends OptionSpec<infer Name, boolean, "column">
    ? Name & string
    : never
