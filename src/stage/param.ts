// Parameters of a pipeline: values that `--set NAME=VALUE` gives, in the place of options.
import type * as Schema from "effect/Schema"

const paramBrand: unique symbol = Symbol.for("sluice/param") as never

/** A named parameter of a pipeline, set with `--set NAME=VALUE`; stands in an option's place until the graph is built. */
export interface Param {
  readonly [paramBrand]: true
  readonly name: string
  readonly schema: Schema.Top
  readonly fallback: unknown
}

/**
 * Declares a pipeline parameter: `ingest.jsonl({ path: param("input", Schema.String, "data/*.jsonl") })`.
 *
 * @example
 * // faq.jsonl
 * //   {"question": "When?", "answer": "At dawn."}
 * import * as Schema from "effect/Schema"
 * import { param } from "#sluice"
 * import { ingest } from "#stages"
 * const row = Schema.Struct({ question: Schema.String, answer: Schema.String })
 * // sluice run PIPELINE --set input=other.jsonl reads another file
 * ingest.jsonl({ path: param("input", Schema.String, "faq.jsonl"), row })
 * // → { question: "When?", answer: "At dawn." }
 */
export const param = <S extends Schema.Top>(name: string, schema: S, fallback: NoInfer<S["Type"]>): S["Type"] =>
  ({ [paramBrand]: true, name, schema, fallback }) as never

export const isParam = (value: unknown): value is Param =>
  typeof value === "object" && value !== null && paramBrand in value
