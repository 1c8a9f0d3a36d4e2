// quality.dclmLines: takes out of a text the lines that DCLM's recipe does not keep.
import * as Schema from "effect/Schema"
import { Stage } from "#sluice"
import { dclmLines as linesLeft } from "./dclm-line-cleaning.ts"

/**
 * Replaces `text` by what the line rules of DCLM's recipe leave (allenai/datamap-rs,
 * configs/all_dressed/all_dressed_config.yaml): lines more than half in capitals, all digits, counters of a social network
 * ("12 likes"), or of fewer than two words go; so do "items in cart", "Read more..." at the end and "Sign-in" at the
 * beginning of a line; of three and more line feeds two stay. `quality.dclm` drops what loses too many words by it.
 *
 * @example
 * import { quality } from "#stages"
 * rows({ text: "NORTH GATE\n12 likes\nThe gate opens at dawn. Read more..." }).pipe(quality.dclmLines())
 * // → { text: "The gate opens at dawn." }
 */
export const dclmLines = Stage.map({
  name: "quality.dclmLines",
  needs: { text: Schema.String },
  adds: { text: Schema.String },
  apply: ({ text }) => ({ text: linesLeft(text) })
})
