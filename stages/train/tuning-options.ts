// The inputs and options that every fine-tuning has, of all weights or of an adapter.
import * as Schema from "effect/Schema"
import { input, opt } from "#sluice"
import { sequenceReasons } from "./conversation.ts"
import { Mixture } from "./mixture.ts"
import { sequenceColumns } from "./token-columns.ts"

/** Tokens a row of a batch holds if not given. */
export const defaultContext = 256

const read = { ...sequenceColumns, source: Schema.optionalKey(Schema.String) }

export const tuningInputs = {
  base: input.model(),
  tokens: input.dataset(read),
  validation: input.someDatasets(read),
  /** Texts of what the model is to keep: how much less likely they become is what it forgets. */
  retained: input.someDatasets({ text: Schema.String })
}

export const tuningReasons = sequenceReasons

const share = Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.99 }))

/** What every training takes. */
export const precisionOption = {
  /**
   * In which matrices are multiplied. "f16" is for GPUs that have it (`sluice doctor` says which): weights, moments, norms,
   * softmax and loss stay f32, a step whose gradients overflow is skipped and counted. The CPU only rounds alike, for checks:
   * it is slower so and takes more memory.
   */
  precision: opt(Schema.Literals(["f32", "f16"]), "f32")
}

export const tuningOptions = {
  /** Passes over the conversations, unless `steps` says how many steps to take. */
  epochs: opt(Schema.Int, 1),
  steps: opt.maybe(Schema.Int),
  /** Tokens a row of a batch holds; a longer row is left out. */
  context: opt(Schema.Int, defaultContext),
  /** Rows of `context` tokens that are computed at once. */
  batch: opt(Schema.Int, 2),
  /** Batches a step adds up before it changes weights: 8 of 1 row give what 1 of 8 gives, in less memory. */
  accumulate: opt(Schema.Int, 1),
  /** Steps over which the learning rate rises to its peak. */
  warmup: opt(Schema.Int, 5),
  /** How the learning rate goes on from there: to 0 along a cosine or a line, or as it is. */
  schedule: opt(Schema.Literals(["cosine", "linear", "constant"]), "cosine"),
  weightDecay: opt(Schema.Finite, 0),
  /** The column that says where a row is from; the loss is then told for each source, on `validation` too. */
  source: opt.maybeColumn(),
  /**
   * How sources are mixed: one of n rows gets a share ∝ weight · n^(1/temperature) of as many rows as there are, drawn from the
   * seed once for all epochs. `weights` are 1 where none is given, 0 leaves a source out; a high `temperature` makes
   * sources equal.
   */
  mixture: opt.maybe(Mixture),
  /** Length to which a longer gradient is cut; 0 cuts none. */
  maxGradNorm: opt(Schema.Finite, 1),
  /** Share of each target that is spread over the vocabulary. */
  labelSmoothing: opt(share, 0),
  /** Strength of noise on embeddings in training (NEFTune; 5 to 15 in its paper). */
  neftune: opt(Schema.Finite, 0),
  /** Whether activations are computed again for gradients instead of being kept: less memory where rows are long, a third more time. */
  checkpointing: opt(Schema.Boolean, false),
  ...precisionOption,
  /** Steps between measurements on `validation`, where it is given; the last step is measured too. */
  validateEvery: opt(Schema.Int, 10),
  /** Measurements without a better loss after which training ends. */
  patience: opt.maybe(Schema.Int),
  /** Whether the weights of the best measurement are kept instead of the last. */
  keepBest: opt(Schema.Boolean, true),
  /**
   * Prompts of `validation`, or else of the rows trained on, that the model answers before and after: forgetting, collapse and
   * misalignment are measured by them, and by as many texts of its own where none are `retained`; 0 measures none of them.
   */
  probes: opt(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 256 })), 8),
  seed: opt(Schema.Int, 0),
  /** Steps between checkpoints; a killed run goes on from the last one. */
  checkpointEvery: opt.knob(Schema.Int, 50),
  /** Steps between samples of what the model says, shown while it trains; 0 shows none before the end. */
  sampleEvery: opt.knob(Schema.Int, 0)
}
