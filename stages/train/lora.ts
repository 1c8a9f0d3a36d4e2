// train.lora: trains a low-rank adapter over a frozen model on conversations, with the loss on the answers alone.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { trainAdapter } from "./adapting.ts"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.lora",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    rank: opt(Schema.Int, 8),
    alpha: opt(Schema.Finite, 16),
    /** Linear layers that get an adapter, by the last parts of their names, or all but the output head; `embed_tokens` too. */
    targets: opt(Schema.Union([Schema.Array(Schema.String), Schema.Literal("all-linear")]), ["q_proj", "v_proj"]),
    /** Layers that get an adapter, from 0; all if left out. */
    layers: opt.maybe(Schema.Array(Schema.Int)),
    /** Divides alpha by √rank instead of rank (rsLoRA), so that high ranks learn as fast as low ones. */
    rankStabilised: opt(Schema.Boolean, false),
    /** Learns the length of each row of a matrix apart from its direction (DoRA). */
    dora: opt(Schema.Boolean, false),
    /** Chance that an element of a correction's input is zeroed in a step. */
    dropout: opt(Schema.Finite.check(Schema.isBetween({ minimum: 0, maximum: 0.99 })), 0),
    /** Ranks of single modules, by regular expressions of the ends of their paths. */
    rankPattern: opt(Schema.Record(Schema.String, Schema.Int), {}),
    /** Alphas of single modules, likewise. */
    alphaPattern: opt(Schema.Record(Schema.String, Schema.Finite), {}),
    /** Biases of the model that are trained along and kept in the adapter: none, all, or those of the layers that get one. */
    bias: opt(Schema.Literals(["none", "all", "lora_only"]), "none"),
    /** Modules that are trained whole and kept in the adapter, by ends of their names, such as `lm_head` or `norm`. */
    modulesToSave: opt(Schema.Array(Schema.String), []),
    learningRate: opt(Schema.Finite, 2e-2),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) =>
    trainAdapter(context, (engine, model, options) => {
      const { rank, alpha, targets, layers, rankStabilised, dora, dropout, rankPattern, alphaPattern, seed } = options
      const { bias, modulesToSave } = options
      const settings = { rank, alpha, targets, rankStabilised, dora, dropout, rankPattern, alphaPattern, seed }
      return engine.createLora(model, { ...settings, bias, modulesToSave, ...(layers !== undefined && { layers }) })
    })
})

/**
 * LoRA (Hu et al. 2021): y = W x + (alpha / rank) · B A x with W frozen, on conversations (`data`) or a token table
 * (`tokens`), as `train.sft` takes them, with the same `validation`, `source`, `mixture`, `retained` and `limits`. The folder is an adapter in PEFT layout; the
 * model it corrects lies in its `base` folder, so that the result can be used alone. `train.merge` adds it into the weights.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.lora({ base, data, rank: 2, targets: ["q_proj"], steps: 2 })
 * // → { steps: 2, trainedParameters: 64, … }
 */
export const lora: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
