// The constructors of the kinds whose row function may call a model: map and expand.
import type { Batch } from "./batch.ts"
import { type Asking, callOptions, type Given, type OptionsWith } from "./call-model.ts"
import { declare, onRows } from "./declare.ts"
import type { Fields, RowOf } from "./declaration.ts"
import type { OptionFields } from "./option.ts"
import type { Decoded } from "./option-value.ts"
import type { Common, None, OnRows } from "./stage-call.ts"

/** A stage that calls a model has the option that names it, which it may declare itself, to give a default. */
const withCalls = (given: { readonly calls?: boolean; readonly options?: OptionFields }): object =>
  given.calls === true ? { ...given, options: { ...callOptions, ...given.options } } : { calls: false, ...given }

/**
 * 1 → 1 row: computes new columns, or replaces columns of the same name.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { Stage } from "#sluice"
 * const length = Stage.map({
 *   name: "text.length",
 *   needs: { text: Schema.String },
 *   adds: { length: Schema.Int },
 *   apply: ({ text }) => ({ length: text.length })
 * })
 * rows({ text: "dawn" }).pipe(length()) // → { text: "dawn", length: 4 }
 */
export const map = <
  Needs extends Fields,
  Adds extends Fields,
  Options extends OptionFields = None,
  const Calls extends boolean = false
>(
  given: Common<Needs, Options, never> & {
    readonly adds: Adds
    /** Whether `apply` calls the model that the option `model` names; it may then return an Effect. */
    readonly calls?: Calls
    readonly apply?: (
      row: RowOf<Needs>,
      options: Decoded<OptionsWith<Calls, Options>>,
      ...asking: Asking<Calls>
    ) => Given<Calls, NoInfer<RowOf<Adds>>>
    /** The same on a whole batch, a promise where it asks a model; must agree with `apply` where both are given. */
    readonly applyBatch?: Calls extends true
      ? never
      : (batch: Batch, options: Decoded<Options>) => Batch | Promise<Batch>
  }
): OnRows<OptionsWith<Calls, Options>, None, Needs, Adds> => onRows(declare("map", withCalls(given)))

/**
 * 1 → n rows: children keep their parent's other columns; a parent without children needs a reason.
 *
 * @example
 * import * as Schema from "effect/Schema"
 * import { Stage } from "#sluice"
 * const lines = Stage.expand({
 *   name: "text.lines",
 *   needs: { text: Schema.String },
 *   emits: { line: Schema.String },
 *   reasons: ["empty"],
 *   apply: ({ text }) => (text === "" ? "empty" : text.split("\n").map((line) => ({ line })))
 * })
 * rows({ text: "dawn\ndusk" }, { text: "" }).pipe(lines())
 * // → { text: "dawn\ndusk", line: "dawn" }
 * // → { text: "dawn\ndusk", line: "dusk" }
 * // dropped: 1 empty
 */
export const expand = <
  Needs extends Fields,
  Emits extends Fields,
  const Reasons extends string = never,
  Options extends OptionFields = None,
  const Calls extends boolean = false
>(
  given: Common<Needs, Options, Reasons> & {
    readonly emits: Emits
    /** Whether `apply` calls the model that the option `model` names; it may then return an Effect. */
    readonly calls?: Calls
    readonly apply: (
      row: RowOf<Needs>,
      options: Decoded<OptionsWith<Calls, Options>>,
      ...asking: Asking<Calls>
    ) => Given<Calls, NoInfer<ReadonlyArray<RowOf<Emits>> | Reasons>>
  }
): OnRows<OptionsWith<Calls, Options>, None, Needs, Emits> => onRows(declare("expand", withCalls(given)))
