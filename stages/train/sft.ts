// train.sft: fine-tunes all weights of a model on conversations, with the loss on the answers alone.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { type OverConversations, withTokens } from "./conversation.ts"
import { judgeSignals, limitOptions } from "./limits.ts"
import { tune } from "./tuning.ts"
import { defaultContext, tuningInputs, tuningOptions, tuningReasons } from "./tuning-options.ts"

const program = Stage.program({
  name: "train.sft",
  inputs: tuningInputs,
  emits: "model",
  reasons: tuningReasons,
  options: {
    learningRate: opt(Schema.Finite, 2e-3),
    ...tuningOptions
  },
  judgeOptions: limitOptions,
  judge: judgeSignals,
  run: (context) => tune(context, ({ engine, result }) => engine.saveModel(context.out, result.model))
})

/**
 * Supervised fine-tuning of every weight, on conversations (`data`) or on a token table (`tokens`). Of conversations
 * `train.tokens` makes the table: rendered by the model's own template, the last answer and its end-of-turn mark
 * supervised, which is proven row by row; make it once where several tunings take it. The folder is a complete model. On
 * `validation` the loss is measured as it trains: the best weights are kept, and it can end a run.
 *
 * What can go wrong is measured and in the model's data: overfitting, and on the same prompts and texts before and after
 * forgetting, collapse and misalignment. `retained` are texts of what the model is to keep; it writes some itself where there
 * are none. `limits` say what is too much: the model is kept then, and the run fails.
 *
 * `source` names the column that says where a row is from: the loss is told for each, and `mixture` says how much of each is
 * seen.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * const validation = rows({ question: "Who opens?", answer: "The miller." }).pipe(synth.toChat())
 * train.sft({ base, data, validation, steps: 2 })
 * // → { steps: 2, rows: { used: 1, skipped: {} }, … }
 * const asked = rows({ question: "Where?", answer: "At the mill.", site: "forum" }).pipe(synth.toChat())
 * const mixture = { weights: { forum: 2 }, temperature: 2 }
 * train.sft({ base, data: asked, source: "site", mixture, steps: 2, limits: { forgetting: 3 } })
 * // → { sources: [{ source: "forum", rows: 1, seen: 2, share: 1, … }], signals: { overfitting: null, … }, … }
 */
export const sft: OverConversations<typeof program> & Pick<typeof program, "declaration"> = Object.assign(
  (options: Parameters<OverConversations<typeof program>>[0]) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
