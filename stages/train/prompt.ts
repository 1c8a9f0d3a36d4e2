// train.prompt: trains embeddings that stand before every text of a frozen model, on conversations.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { trainAdapter } from "./adapting.ts"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.prompt",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    /** Virtual tokens before every text, which take as many positions of the model. */
    virtualTokens: opt(Schema.Int, 20),
    /** Where they start: at random, at the tokens of `text`, or at tokens drawn from the vocabulary. */
    init: opt(Schema.Literals(["random", "text", "vocabulary"]), "vocabulary"),
    /** The text they start at, its tokens repeated or cut to `virtualTokens`. */
    text: opt.maybe(Schema.String),
    learningRate: opt(Schema.Finite, 5e-2),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) =>
    trainAdapter(context, (engine, model, options) => {
      const { virtualTokens: tokens, init, text, seed } = options
      return engine.createPrompt(model, { tokens, init, seed, ...(text !== undefined && { text }) })
    })
})

/**
 * Prompt tuning (Lester et al. 2021): virtual tokens before every text, whose embeddings are learned while the model stays
 * frozen. On conversations (`data`) or a token table (`tokens`). The folder is an adapter in PEFT layout with its model in
 * `base`; it cannot be merged.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.prompt({ base, data, virtualTokens: 4, steps: 2 })
 * // → { steps: 2, trainedParameters: 64, … }
 */
export const prompt: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
