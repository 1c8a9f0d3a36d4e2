// train.pTuning: trains virtual tokens through a small network over a frozen model, on conversations.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { trainAdapter } from "./adapting.ts"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.pTuning",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    /** Virtual tokens before every text, which take as many positions of the model. */
    virtualTokens: opt(Schema.Int, 20),
    /** Width of the network's inner layers; the model's if left out. */
    encoderHidden: opt.maybe(Schema.Int),
    learningRate: opt(Schema.Finite, 5e-3),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) =>
    trainAdapter(context, (engine, model, options) => {
      const { virtualTokens: tokens, encoderHidden, seed } = options
      return engine.createPTuning(model, { tokens, seed, ...(encoderHidden !== undefined && { encoderHidden }) })
    })
})

/**
 * P-tuning (Liu et al. 2021): virtual tokens before every text, made by three dense layers that are learned with them while
 * the model stays frozen. What the layers make of them is saved, the layers are not. On conversations (`data`) or a token
 * table (`tokens`). The folder is an adapter in PEFT layout with its model in `base`; it cannot be merged.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.pTuning({ base, data, virtualTokens: 4, steps: 2 })
 * // → { steps: 2, trainedParameters: 880, … }
 */
export const pTuning: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
