// synth.chunk: a document is cut into pieces that a model can be asked about, at headings and paragraphs.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { chunks } from "./chunks.ts"

/**
 * Cuts `text` (Markdown) into chunks of at most `maxTokens` tokens (counted as words × 4/3) at headings, then paragraphs,
 * then lines or sentences; each chunk is an exact piece of the text. `heading` is the path of headings above it ("npm-ci >
 * Configuration > omit"). `overlap` tokens of whole paragraphs before a chunk are repeated in it, within one section.
 *
 * @example
 * import { synth } from "#stages"
 * const text = "# Gates\n\n## North\n\nOpens at dawn.\n\n## South\n\nStays shut.\n"
 * rows({ text }).pipe(synth.chunk({ maxTokens: 50 }))
 * // → { chunk: "Opens at dawn.", heading: "Gates > North", … }
 * // → { chunk: "Stays shut.", heading: "Gates > South", … }
 */
export const chunk = Stage.expand({
  name: "synth.chunk",
  needs: { text: Schema.String },
  options: { maxTokens: opt(Schema.Int, 200), overlap: opt(Schema.Int, 0) },
  emits: { chunk: Schema.String, heading: Schema.String },
  reasons: ["empty"],
  apply: ({ text }, { maxTokens, overlap }) => {
    const found = chunks(text, maxTokens, overlap)
    return found.length === 0 ? "empty" : found
  }
})
