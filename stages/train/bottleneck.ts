// train.bottleneck: trains small networks between the layers of a frozen model, on conversations.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { trainAdapter } from "./adapting.ts"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.bottleneck",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    /**
     * `houlsby`: after attention and after the feed-forward layer. `pfeiffer`: after the feed-forward layer. `parallel`:
     * beside it.
     */
    layout: opt(Schema.Literals(["houlsby", "pfeiffer", "parallel"]), "pfeiffer"),
    /** The hidden size divided by the width of the bottleneck: 16, or 2 for `parallel`. */
    reduction: opt.maybe(Schema.Finite),
    /** `swish` for `houlsby`, `relu` for the others. */
    activation: opt.maybe(Schema.Literals(["relu", "swish"])),
    /** Factor of what a network adds: 1, or 4 for `parallel`. */
    scaling: opt.maybe(Schema.Finite),
    learningRate: opt(Schema.Finite, 1e-2),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) =>
    trainAdapter(context, (engine, model, options) => {
      const { layout, reduction, activation, scaling, seed } = options
      return engine.createBottleneck(model, {
        layout,
        seed,
        ...(reduction !== undefined && { reduction }),
        ...(activation !== undefined && { activation }),
        ...(scaling !== undefined && { scaling })
      })
    })
})

/**
 * Bottleneck adapters (Houlsby et al. 2019, Pfeiffer et al. 2020, He et al. 2021): between the layers of a frozen model small
 * networks narrow the states, bend them and widen them again, and add what comes out. On conversations (`data`) or a token
 * table (`tokens`). PEFT has no such adapter: the folder is laid out as PEFT's, with its model in `base`, and only sluice
 * reads it. It cannot be merged.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.bottleneck({ base, data, reduction: 4, steps: 2 })
 * // → { steps: 2, trainedParameters: 148, … }
 */
export const bottleneck: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
