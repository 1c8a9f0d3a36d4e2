// quality.style: drops answers written in another style than the others.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { styleDistance, styleOf, usualStyle } from "./style-profile.ts"

/**
 * Keeps the rows whose column `by` (default `answer`) is written as most others are. Fifteen features of style (lengths of text,
 * sentences and words, lists, headings, code, marks, emoji, persons, contractions) are measured; the median and the spread of
 * each over all rows are what is usual; a row whose distance from that, in spreads, is more than `maxDistance` is
 * dropped. 1 is as far as a row is in the mean. Editing the bound measures nothing again. About 20 µs a row.
 *
 * @example
 * import { quality } from "#stages"
 * const calm = ["north", "south", "east", "west"].map((gate) => ({ answer: `The ${gate} gate opens at dawn.` }))
 * rows(...calm, { answer: "# WOW!!!\n- you'll **LOVE** it 🎉🎉🎉" }).pipe(quality.style())
 * // → { answer: "The north gate opens at dawn." }
 * // → { answer: "The south gate opens at dawn." }
 * // → { answer: "The east gate opens at dawn." }
 * // → { answer: "The west gate opens at dawn." }
 * // dropped: 1 other-style
 */
export const style = Stage.select({
  name: "quality.style",
  needs: { by: Schema.String },
  prepareOptions: { by: opt.column("answer") },
  options: { maxDistance: opt(Schema.Finite, 3) },
  prepares: { style: Schema.Array(Schema.Finite) },
  reasons: ["other-style"],
  prepare: ({ by }) => ({ style: styleOf(by) }),
  resolve: ({ rows }, { maxDistance }, verdicts) => {
    const styles = Array.from({ length: rows.rows }, (_, row) => rows.columns.style[row]!)
    const usual = usualStyle(styles)
    styles.forEach((one, row) => {
      if (styleDistance(one, usual) > maxDistance) verdicts.drop(row, "other-style")
    })
  }
})
