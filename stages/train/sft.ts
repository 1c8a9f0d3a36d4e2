// train.sft: fine-tunes all weights of a model on conversations, with the loss on the answers alone.
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { conversationExamples, conversationReasons, Messages, somePrompts } from "./conversation.ts"
import { openModel } from "./starting-point.ts"
import { runTraining } from "./training.ts"
import { speak } from "./voice.ts"

/**
 * Supervised fine-tuning of every weight. Conversations are rendered as ChatML; the last assistant turn and its
 * end-of-turn mark are supervised, which is proven row by row before the first step. The folder is a complete model.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.sft({ base, data, steps: 2 })
 * // → { steps: 2, rows: { used: 1, skipped: {} }, … }
 */
export const sft = Stage.program({
  name: "train.sft",
  inputs: { base: input.model(), data: input.dataset({ messages: Messages }) },
  emits: "model",
  reasons: conversationReasons,
  options: {
    /** Passes over the conversations, unless `steps` says how many steps to take. */
    epochs: opt(Schema.Int, 1),
    steps: opt.maybe(Schema.Int),
    /** Tokens a row of a batch holds; a longer conversation is left out. */
    context: opt(Schema.Int, 256),
    batch: opt(Schema.Int, 2),
    learningRate: opt(Schema.Finite, 2e-3),
    warmup: opt(Schema.Int, 5),
    weightDecay: opt(Schema.Finite, 0),
    /** Share of the rows that may fail the mask proof before the node fails. */
    maxViolations: opt(Schema.Finite, 0.05),
    seed: opt(Schema.Int, 0),
    /** Steps between checkpoints; a killed run goes on from the last one. */
    checkpointEvery: opt.knob(Schema.Int, 50)
  },
  run: async (context) => {
    const { inputs, options, out } = context
    const engine = await import("#sluice/model")
    const model = openModel(engine, inputs.base.folder)
    const rows = await inputs.data.read()
    const { result, data } = await runTraining(context, engine, {
      model,
      examples: conversationExamples(engine, model.tokenizer, rows, options),
      length: options.context,
      packing: "bfd",
      epochs: options.epochs,
      steps: options.steps
    })
    engine.saveModel(out, result.model)
    await speak(context, engine, result, somePrompts(engine, model.tokenizer, rows, 3))
    return { data }
  }
})
