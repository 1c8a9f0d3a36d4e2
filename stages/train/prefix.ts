// train.prefix: trains keys and values that stand before those of every layer of a frozen model.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { trainAdapter } from "./adapting.ts"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.prefix",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    /** Keys and values before those of each layer, which take as many positions of the model. */
    virtualTokens: opt(Schema.Int, 20),
    /** Learns them through two dense layers, which are not saved: slower steps, a steadier start. */
    projection: opt(Schema.Boolean, false),
    /** Width of those layers inside; that of a layer's keys if left out. */
    encoderHidden: opt.maybe(Schema.Int),
    learningRate: opt(Schema.Finite, 2e-2),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) =>
    trainAdapter(context, (engine, model, options) => {
      const { virtualTokens: tokens, projection, encoderHidden, seed } = options
      const settings = { tokens, projection, seed }
      return engine.createPrefix(model, { ...settings, ...(encoderHidden !== undefined && { encoderHidden }) })
    })
})

/**
 * Prefix tuning (Li and Liang 2021): learned keys and values before those of every layer, which each token of a text sees,
 * while the model stays frozen. On conversations (`data`) or a token table (`tokens`). The folder is an adapter in PEFT
 * layout with its model in `base`; it cannot be merged.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.prefix({ base, data, virtualTokens: 4, steps: 2 })
 * // → { steps: 2, trainedParameters: 64, … }
 */
export const prefix: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
