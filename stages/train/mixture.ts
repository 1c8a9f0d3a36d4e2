// How a tuning is told where its rows are from, and how much of each source it is to see.
import * as Schema from "effect/Schema"
import type { Example, Engine } from "./training.ts"

/** A mixture as an option. */
export const Mixture = Schema.Struct({
  weights: Schema.optionalKey(Schema.Record(Schema.String, Schema.Finite.check(Schema.isGreaterThanOrEqualTo(0)))),
  temperature: Schema.optionalKey(Schema.Finite.check(Schema.isGreaterThan(0)))
})

/** How sources are mixed. */
export interface SourceMixture {
  /** Factors of single sources, 1 where none is given; 0 leaves a source out. */
  readonly weights?: { readonly [source: string]: number }
  /** T of n^(1/T): 1 keeps sources by their size, a large one makes them equal (1). */
  readonly temperature?: number
}

/** How a tuning is told of sources: a mixture needs the column that names them. */
export type Mixing<Source extends string> =
  | {
      /** The column that says where a row is from; the loss is then told for each source, on `validation` too. */
      readonly source: Source
      /** How much of each source is seen, as it is if left out. */
      readonly mixture?: SourceMixture
    }
  | { readonly source?: never; readonly mixture?: never }

/** Why a row is not trained on though it could be. */
export const mixedOut = "mixed-out"

/**
 * Examples as a mixture has them: some of them more than once, others marked as left out. Those that cannot be trained on
 * count for nothing. Throws `SLUICE_BAD_MIXTURE`.
 */
export const mixExamples = (
  engine: Engine,
  examples: ReadonlyArray<Example>,
  mixture: SourceMixture | undefined,
  seed: number
): { readonly examples: ReadonlyArray<Example>; readonly sequences: ReadonlyArray<Required<Example>["sequence"]> } => {
  const all = examples.flatMap(({ sequence }) => (sequence === undefined ? [] : [sequence]))
  if (mixture === undefined) return { examples, sequences: all }
  const isTrainable = ({ mask }: (typeof all)[number]): boolean => mask.indexOf(1, 1) > 0
  const trainable = all.filter(isTrainable)
  const places = engine.mixSources(
    trainable.map(({ source }) => source ?? ""),
    { ...mixture, seed }
  )
  const sequences = places.map((place) => trainable[place]!)
  const left = new Set(trainable).difference(new Set(sequences))
  return {
    examples: examples.map((example) =>
      example.sequence !== undefined && left.has(example.sequence) ? { ...example, skipped: mixedOut } : example
    ),
    sequences: [...sequences, ...all.filter((sequence) => !isTrainable(sequence))]
  }
}
