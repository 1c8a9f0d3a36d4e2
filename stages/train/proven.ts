// train.proven: leaves rows with a problem out of a token table, each under its reason; too many of them end the run.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"

/** Why a row of a token table is left out; those of `excused` say nothing of template and data, the others count. */
const reasons = [
  "empty",
  "too-long",
  "same-answers",
  "template-refuses",
  "template-not-prefix-preserving",
  "nothing-supervised",
  "end-of-turn-not-supervised",
  "prompt-ids-differ",
  "supervised-text-differs",
  "special-token-in-content",
  "double-beginning"
] as const

/** Share of the rows that may fail the mask proof if not given. */
export const fewViolations = 0.05

const excused: ReadonlySet<string> = new Set(["empty", "too-long", "same-answers"])

/**
 * Drops the rows of a token table that have a `problem`, under that reason. Where more than `maxViolations` of the rows fail
 * the mask proof the node fails, for then the data and the template do not fit; the error has the first row and its evidence.
 * Rows that were cut are counted in a warning. `train.tokens` and its siblings end with it.
 *
 * @example
 * import { train } from "#stages"
 * const kept = { text: "dawn", problem: "", detail: "", cut: 0 }
 * rows(kept, { text: "", problem: "empty", detail: "no text", cut: 0 }).pipe(train.proven())
 * // → { text: "dawn", problem: "", detail: "", cut: 0 }
 * // dropped: 1 empty
 */
export const proven = Stage.select({
  name: "train.proven",
  needs: { problem: Schema.String, detail: Schema.String, cut: Schema.Int },
  prepares: { problem: Schema.String, detail: Schema.String, cut: Schema.Int },
  prepare: (row) => row,
  reasons,
  options: {
    /** Share of the rows that may fail the mask proof, in [0, 1]. */
    maxViolations: opt(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 1 })), fewViolations)
  },
  readsIds: true,
  resolve: ({ rows }, { maxViolations }, verdicts) => {
    const { problem, detail, cut } = rows.columns
    let failed = 0
    let first = -1
    let shortened = 0
    let tokens = 0
    for (let row = 0; row < rows.rows; row++) {
      if (cut[row]! > 0) {
        shortened++
        tokens += cut[row]!
      }
      if (problem[row] === "") continue
      verdicts.drop(row, problem[row] as (typeof reasons)[number])
      if (excused.has(problem[row]!)) continue
      if (first < 0) first = row
      failed++
    }
    if (failed > maxViolations * rows.rows) {
      throw new Error(
        `the loss mask is wrong in ${failed} of ${rows.rows} rows, more than maxViolations ${maxViolations}; ` +
          `the first is row ${rows.id(first)}: ${problem[first]}, ${detail[first]}`
      )
    }
    if (shortened > 0) verdicts.warn(`${shortened} of ${rows.rows} rows were cut, by ${tokens} tokens in all`)
  }
})
