// split, sample, without, union: the selects that every pipeline needs and that know nothing but values and ids.
import * as Schema from "effect/Schema"
import { type Dataset, makeHandle } from "./handle.ts"
import { input } from "./input.ts"
import { opt } from "./option.ts"
import { share } from "./share.ts"
import { Stage } from "./stage.ts"

const splitStage = Stage.select({
  name: "split.by",
  needs: { by: Schema.String },
  options: { by: opt.column("source"), test: opt(Schema.Finite, 0.1), seed: opt(Schema.Int, 0) },
  prepares: { by: Schema.String },
  prepare: ({ by }) => ({ by }),
  resolve: ({ rows }, { test, seed }, verdicts) => {
    const { by } = rows.columns
    for (let row = 0; row < rows.rows; row++) verdicts.assign(row, share(by[row]!, seed) < test ? "test" : "train")
  }
})

/**
 * Divides rows into `train` and `test` by hashing the value of a text column, so that rows with one value (one source
 * document, say) stay together and a part is stable when rows come and go. `test` is a share; what it gives is
 * approximate and reported.
 *
 * @example
 * import { split } from "#sluice"
 * const pairs = rows({ source: "a.md", q: 1 }, { source: "b.md", q: 2 }, { source: "a.md", q: 3 })
 * const held = pairs.pipe(split({ by: "source", test: 0.5, seed: 1 }))
 * held.train // → { source: "b.md", q: 2 }
 * held.test
 * // → { source: "a.md", q: 1 }
 * // → { source: "a.md", q: 3 }
 */
export const split =
  <By extends string>(options: { readonly by: By; readonly test?: number; readonly seed?: number }) =>
  <Row extends { readonly [K in By]: string }>(
    dataset: Dataset<Row>
  ): { readonly train: Dataset<Row>; readonly test: Dataset<Row> } => {
    const declaration = { ...splitStage.declaration, parts: ["train", "test"] } as typeof splitStage.declaration
    const call = { declaration, options: { ...options }, inputs: { rows: dataset } }
    return Object.freeze({ train: makeHandle("dataset", call, "train"), test: makeHandle("dataset", call, "test") })
  }

const sampleStage = Stage.select({
  name: "sample.rows",
  needs: {},
  options: { share: opt.maybe(Schema.Finite), rows: opt.maybe(Schema.Int), seed: opt(Schema.Int, 0) },
  prepares: {},
  reasons: ["not-sampled"],
  resolve: ({ rows }, options, verdicts) => {
    const drawn = new Float64Array(rows.rows)
    for (let row = 0; row < rows.rows; row++) drawn[row] = share(rows.id(row), options.seed)
    const limit = options.share ?? 1
    const kept = Array.from(drawn.keys()).filter((row) => drawn[row]! < limit)
    kept.sort((a, b) => drawn[a]! - drawn[b]!)
    const chosen = new Set(options.rows === undefined ? kept : kept.slice(0, options.rows))
    for (let row = 0; row < rows.rows; row++) if (!chosen.has(row)) verdicts.drop(row, "not-sampled")
  }
})

/**
 * Keeps a share of the rows, or a number of them, chosen by hashing row ids: stable when other rows come and go.
 *
 * @example
 * import { sample } from "#sluice"
 * rows({ page: 1 }, { page: 2 }, { page: 3 }, { page: 4 }).pipe(sample({ rows: 2, seed: 7 }))
 * // → { page: 2 }
 * // → { page: 4 }
 * // dropped: 2 not-sampled
 */
export const sample = (options: { readonly share?: number; readonly rows?: number; readonly seed?: number }) =>
  ids(sampleStage)(options) as <Row>(dataset: Dataset<Row>) => Dataset<Row>

const withoutStage = Stage.select({
  name: "without.rows",
  needs: {},
  inputs: { other: input.datasets({}) },
  prepares: {},
  reasons: ["in-other"],
  resolve: ({ rows, other }, _options, verdicts) => {
    const seen = new Set<string>()
    for (const table of other) for (let row = 0; row < table.rows; row++) seen.add(table.id(row))
    for (let row = 0; row < rows.rows; row++) if (seen.has(rows.id(row))) verdicts.drop(row, "in-other")
  }
})

/**
 * Drops the rows whose ids occur in another dataset.
 *
 * @example
 * import { sample, without } from "#sluice"
 * const pages = rows({ page: 1 }, { page: 2 }, { page: 3 })
 * const seen = pages.pipe(sample({ rows: 2, seed: 7 }))
 * // → { page: 2 }
 * // → { page: 3 }
 * pages.pipe(without(seen)) // → { page: 1 }
 */
export const without = (other: Dataset<unknown>) =>
  ids(withoutStage)({ other: [other] }) as <Row>(dataset: Dataset<Row>) => Dataset<Row>

const unionStage = Stage.select({
  name: "union.rows",
  needs: {},
  inputs: { more: input.datasets({}) },
  prepares: {},
  resolve: () => {}
})

/**
 * Joins datasets of the same columns, in the order given. Inputs that share row ids are an error.
 *
 * @example
 * import { union } from "#sluice"
 * union(rows({ page: 1 }, { page: 2 }), rows({ page: 3 }))
 * // → { page: 1 }
 * // → { page: 2 }
 * // → { page: 3 }
 */
export const union = <Row>(first: Dataset<Row>, ...more: ReadonlyArray<Dataset<Row>>): Dataset<Row> =>
  ids(unionStage)({ more } as never)(first) as Dataset<Row>

type Call = (options: object) => (dataset: Dataset<unknown>) => Dataset<unknown>

/** Marks a stage's verdicts as depending on row ids. */
function ids(stage: { readonly declaration: object }): Call {
  const declaration = { ...stage.declaration, readsIds: true }
  return (given) => (dataset) => {
    const { other, more, ...options } = given as { other?: never; more?: never }
    const inputs = { rows: dataset, ...(other ? { other } : {}), ...(more ? { more } : {}) }
    return makeHandle("dataset", { declaration: declaration as never, options, inputs })
  }
}
