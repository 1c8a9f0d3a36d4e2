// Cutting what is said again: the column that says what to cut, and the stages that cut it and drop what then is too short.
import * as Schema from "effect/Schema"
import { type Dataset, keep, opt, type Plus, Stage } from "#sluice"
import { countWords, sentences } from "#sluice/text"

/** A part of a text, in UTF-16 code units, that stands in another place too; `of` is the id of the row that keeps it. */
const Cut = Schema.Struct({ from: Schema.Int, to: Schema.Int, of: Schema.String })
export const Cuts = Schema.Array(Cut)
export type Cut = typeof Cut.Type

/** Cuts in the order of their starts without what an earlier one has already. */
export const disjoint = (cuts: ReadonlyArray<Cut>): ReadonlyArray<Cut> => {
  const apart: Array<Cut> = []
  for (const { from, to, of } of cuts) {
    const last = apart.at(-1)
    const start = Math.max(from, last?.to ?? 0)
    if (start >= to) continue
    if (last !== undefined && last.of === of && last.to === start) apart[apart.length - 1] = { ...last, to }
    else apart.push({ from: start, to, of })
  }
  return apart
}

/** The parts of a text that are left. */
export const without = (text: string, cuts: ReadonlyArray<Cut>): string => {
  let left = ""
  let at = 0
  for (const { from, to } of cuts) {
    left += text.slice(at, from)
    at = to
  }
  return cuts.length === 0 ? text : (left + text.slice(at)).trimStart()
}

/**
 * Leaves out of a column (default `text`) what the column `cuts` names: parts in ascending order that do not overlap, in UTF-16
 * code units. `dedup.sentences` and `dedup.substring` end with it.
 *
 * @example
 * import { dedup } from "#stages"
 * rows({ text: "Dawn. Dusk. Noon.", cuts: [{ from: 6, to: 12, of: "" }] }).pipe(dedup.cut())
 * // → { text: "Dawn. Noon.", … }
 */
export const cut = Stage.map({
  name: "dedup.cut",
  needs: { by: Schema.String, cuts: Cuts },
  options: { by: opt.column("text") },
  adds: { by: Schema.String },
  apply: ({ by, cuts }) => ({ by: without(by, cuts) })
})

/**
 * Drops a row that was cut, so says its column `cuts`, when fewer than `minWords` words or `minSentences` sentences of it are
 * left. `dedup.sentences` and `dedup.substring` end with it.
 *
 * @example
 * import { dedup } from "#stages"
 * const cuts = [{ from: 0, to: 9, of: "" }]
 * rows({ text: "Dawn.", cuts }, { text: "Dusk.", cuts: cuts.slice(1) }).pipe(dedup.remainder({ minWords: 2 }))
 * // → { text: "Dusk.", cuts: [] }
 * // dropped: 1 little-left
 */
export const remainder = Stage.filter({
  name: "dedup.remainder",
  needs: { by: Schema.String, cuts: Cuts },
  measureOptions: { by: opt.column("text") },
  options: { minWords: opt(Schema.Int, 1), minSentences: opt(Schema.Int, 0) },
  measures: { cuts: Schema.Int, words: Schema.Int, sentences: Schema.Int },
  measure: ({ by, cuts }) => ({
    cuts: cuts.length,
    words: cuts.length === 0 ? 0 : countWords(by),
    sentences: cuts.length === 0 ? 0 : sentences(by).length
  }),
  reasons: ["little-left"],
  decide: (left, { minWords, minSentences }) =>
    left.cuts > 0 && (left.words < minWords || left.sentences < minSentences) ? "little-left" : keep
})

export interface Least {
  /** The fewest words that a row that was cut must have left. */
  readonly minWords?: number
  /** The fewest sentences. */
  readonly minSentences?: number
}

/** A dedup stage that cuts: the column `by` names is shortened, and `cuts` says what was taken out and which row has it. */
export type Cutting<Options> = <By extends string = "text">(
  options?: Options & Least & { readonly by?: By }
) => <Row extends { readonly [P in By]: string }>(
  dataset: Dataset<Row>
) => Dataset<Plus<Row, { readonly cuts: ReadonlyArray<Cut> }>>

/** What a chain is made of: the stage that finds, those behind it, and the defaults that it gives them. */
export interface Chained {
  readonly declaration: typeof cut.declaration
  readonly behind: ReadonlyArray<typeof cut.declaration>
  readonly defaults: Required<Least>
}

/** The chain that cuts: `find` gives the column `cuts`, then the text is cut, then what is too short is dropped. */
export const cutting = <Options>(
  find: ((options: never) => (dataset: never) => Dataset<unknown>) & Pick<Chained, "declaration">,
  least: Required<Least>
): Cutting<Options> & Chained =>
  Object.assign(chain<Options>(find, least), {
    declaration: find.declaration,
    behind: [cut.declaration, remainder.declaration],
    defaults: least
  })

const chain =
  <Options>(find: (options: never) => (dataset: never) => Dataset<unknown>, least: Required<Least>): Cutting<Options> =>
  (options) => {
    const { minWords = least.minWords, minSentences = least.minSentences, ...finds } = options ?? {}
    const by = (finds as { readonly by?: string }).by ?? "text"
    return (dataset) => {
      const found = find({ ...finds, by } as never)(dataset as never) as Dataset<{
        text: string
        cuts: ReadonlyArray<Cut>
      }>
      return found.pipe(cut({ by } as never), remainder({ by, minWords, minSentences } as never)) as never
    }
  }
