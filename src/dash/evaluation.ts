// Reads the evaluation that a report's files hold: models with scores and intervals, paired comparisons, samples, gates.
import * as Option from "effect/Option"
import * as Schema from "effect/Schema"

const Interval = Schema.Struct({ estimate: Schema.Finite, low: Schema.Finite, high: Schema.Finite })
const Difference = Schema.Struct({
  estimate: Schema.Finite,
  low: Schema.Finite,
  high: Schema.Finite,
  p: Schema.Finite
})
const Disagreement = Schema.Struct({
  estimate: Schema.Finite,
  firstOnly: Schema.Finite,
  secondOnly: Schema.Finite,
  p: Schema.Finite
})
const Names = Schema.Record(Schema.String, Schema.Unknown)

const Stored = Schema.Struct({
  examples: Schema.Finite,
  skipped: Schema.optional(Schema.Record(Schema.String, Schema.Finite)),
  baseline: Schema.optional(Schema.String),
  settings: Schema.optional(Names),
  models: Schema.Record(Schema.String, Names),
  comparisons: Schema.optional(Schema.Array(Names)),
  samples: Schema.optional(
    Schema.Array(
      Schema.Struct({
        id: Schema.String,
        question: Schema.String,
        reference: Schema.String,
        answers: Schema.Record(Schema.String, Schema.String),
        scores: Schema.optional(Schema.Record(Schema.String, Schema.Record(Schema.String, Schema.Finite)))
      })
    )
  ),
  gates: Schema.optional(Schema.Array(Schema.Struct({ passed: Schema.Boolean, sentence: Schema.String })))
})

export type Interval = typeof Interval.Type
export type Difference = typeof Difference.Type
/** Examples that only one of two models answers rightly. */
export type Disagreement = typeof Disagreement.Type

/** Two models on the same examples; figures are first − second. */
export interface PairedComparison {
  readonly first: string
  readonly second: string
  readonly sameTokens: boolean
  readonly differences: { readonly [metric: string]: Difference }
  readonly disagreements: { readonly [metric: string]: Disagreement }
}

export interface Evaluation {
  readonly examples: number
  readonly skipped: { readonly [reason: string]: number }
  readonly baseline: string | null
  readonly settings: { readonly [name: string]: unknown }
  readonly models: { readonly [model: string]: { readonly [metric: string]: Interval } }
  readonly comparisons: ReadonlyArray<PairedComparison>
  readonly samples: ReadonlyArray<{
    readonly id: string
    readonly question: string
    readonly reference: string
    readonly answers: { readonly [model: string]: string }
    /** Of each model on this example; older reports lack them. */
    readonly scores?: { readonly [model: string]: { readonly [score: string]: number } } | undefined
  }>
  readonly gates: ReadonlyArray<{ readonly passed: boolean; readonly sentence: string }>
}

const pick = <A>(
  decode: (value: unknown) => Option.Option<A>,
  values: { readonly [name: string]: unknown }
): { readonly [name: string]: A } =>
  Object.fromEntries(
    Object.entries(values).flatMap(([name, value]) => {
      const found = Option.getOrUndefined(decode(value))
      return found === undefined ? [] : [[name, found] as const]
    })
  )

const readStored = Schema.decodeUnknownOption(Stored)
const readInterval = Schema.decodeUnknownOption(Interval)
const readDifference = Schema.decodeUnknownOption(Difference)
const readDisagreement = Schema.decodeUnknownOption(Disagreement)

const comparison = (values: { readonly [name: string]: unknown }): ReadonlyArray<PairedComparison> => {
  const { first, second, sameTokens } = values
  if (typeof first !== "string" || typeof second !== "string") return []
  const differences = pick(readDifference, values)
  return [
    { first, second, sameTokens: sameTokens !== false, differences, disagreements: pick(readDisagreement, values) }
  ]
}

/** The evaluation in a report's data, or null where the data is something else. */
export const readEvaluation = (data: unknown): Evaluation | null => {
  const stored = Option.getOrUndefined(readStored(data))
  if (stored === undefined) return null
  return {
    examples: stored.examples,
    skipped: stored.skipped ?? {},
    baseline: stored.baseline ?? null,
    settings: stored.settings ?? {},
    models: Object.fromEntries(
      Object.entries(stored.models).map(([name, scores]) => [name, pick(readInterval, scores)])
    ),
    comparisons: (stored.comparisons ?? []).flatMap(comparison),
    samples: stored.samples ?? [],
    gates: stored.gates ?? []
  }
}
