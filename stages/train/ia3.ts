// train.ia3: trains factors of keys, values and the feed-forward layer of a frozen model on conversations.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { trainAdapter } from "./adapting.ts"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.ia3",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    /** Linear layers that get factors, by the last parts of their names. */
    targets: opt(Schema.Array(Schema.String), ["k_proj", "v_proj", "down_proj"]),
    /** Those of `targets` that are scaled at their input, as in the feed-forward layer; the others at their output. */
    feedForward: opt(Schema.Array(Schema.String), ["down_proj"]),
    /** Modules that are trained whole and kept in the adapter, by ends of their names, such as `lm_head` or `norm`. */
    modulesToSave: opt(Schema.Array(Schema.String), []),
    learningRate: opt(Schema.Finite, 5e-2),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) =>
    trainAdapter(context, (engine, model, options) => {
      const { targets, feedForward, modulesToSave } = options
      return engine.createIa3(model, { targets, feedForward, modulesToSave })
    })
})

/**
 * IA³ (Liu et al. 2022): learned factors, one for each output of a layer of attention and each input of a feed-forward
 * layer, over a frozen model: the fewest numbers of all methods. On conversations (`data`) or a token table (`tokens`). The
 * folder is an adapter in PEFT layout with its model in `base`; `train.merge` multiplies it into the weights.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.ia3({ base, data, steps: 2 })
 * // → { steps: 2, trainedParameters: 400, … }
 */
export const ia3: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
