// quality.c4Lines: takes out of a text the lines that C4 does not keep.
import * as Schema from "effect/Schema"
import { Stage } from "#sluice"
import { cleanLines, lineOptions, textOf } from "./line-cleaning.ts"

/**
 * Replaces `text` by the lines that C4's rules keep (Raffel et al. 2020, section 2.2, as datatrove 0.10 defines them), and
 * counts the others in `removedLines`: lines with no sentence end, of fewer than three words, with a word of more than 1,000
 * characters, with "javascript" or words of a cookie notice; citation marks as in Wikipedia go. A text may end up empty:
 * `quality.c4` with the same options drops it before.
 *
 * @example
 * import { quality } from "#stages"
 * rows({ text: "Home\nThe gate opens at dawn.[3]\nThis site uses cookies." }).pipe(quality.c4Lines())
 * // → { text: "The gate opens at dawn.", removedLines: 2 }
 */
export const c4Lines = Stage.map({
  name: "quality.c4Lines",
  needs: { text: Schema.String },
  adds: { text: Schema.String, removedLines: Schema.Int },
  options: lineOptions,
  apply: ({ text }, rules) => {
    const { kept, lines } = cleanLines(text, rules)
    return { text: textOf(kept), removedLines: lines - kept.length }
  }
})
