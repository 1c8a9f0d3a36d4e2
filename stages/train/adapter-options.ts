// The options and inputs that every stage that trains an adapter over a frozen model has.
import * as Schema from "effect/Schema"
import { input, opt } from "#sluice"
import { sequenceReasons } from "./conversation.ts"
import { sequenceColumns } from "./token-columns.ts"

/** Tokens a row of a batch holds if not given. */
export const defaultContext = 256

export const adapterInputs = { base: input.model(), tokens: input.dataset(sequenceColumns) }

export const adapterReasons = sequenceReasons

export const adapterOptions = {
  /** Passes over the conversations, unless `steps` says how many steps to take. */
  epochs: opt(Schema.Int, 1),
  steps: opt.maybe(Schema.Int),
  /** Tokens a row of a batch holds; a longer row is left out. */
  context: opt(Schema.Int, defaultContext),
  batch: opt(Schema.Int, 2),
  /** Steps over which the learning rate rises to its peak; it falls to 0 along a cosine after them. */
  warmup: opt(Schema.Int, 5),
  weightDecay: opt(Schema.Finite, 0),
  seed: opt(Schema.Int, 0),
  /** Steps between checkpoints; a killed run goes on from the last one. */
  checkpointEvery: opt.knob(Schema.Int, 50)
}
