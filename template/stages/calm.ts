// A stage of this project's own: edit it, and only what depends on it runs again.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "sluice"

/** The share of letters that are capitals, 0 to 1. */
const capitalShare = (text: string): number =>
  (text.match(/\p{Lu}/gu)?.length ?? 0) / Math.max(1, text.match(/\p{L}/gu)?.length ?? 0)

/** Drops notes that shout. */
export const calm = Stage.filter({
  name: "notes.calm",
  needs: { text: Schema.String },
  measures: { capitals: Schema.Finite },
  measure: ({ text }) => ({ capitals: capitalShare(text) }),
  options: { atMost: opt(Schema.Finite, 0.3) },
  reasons: ["shouts"],
  decide: ({ capitals }, { atMost }) => (capitals > atMost ? "shouts" : keep)
})
