// A filter whose work is next to nothing: what is left is the engine's.
import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"

/** Keeps numbers that are not below `floor`. */
export const above = Stage.filter({
  name: "bench.above",
  needs: { n: Schema.Int },
  options: { floor: opt(Schema.Int) },
  reasons: ["below"],
  decide: ({ n }, { floor }) => (n < floor ? "below" : keep)
})
