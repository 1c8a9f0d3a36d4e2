// train.lora: trains a low-rank adapter over a frozen model on conversations, with the loss on the answers alone.
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { conversationExamples, conversationReasons, Messages, somePrompts } from "./conversation.ts"
import { baseFolder, keepBase, openModel } from "./starting-point.ts"
import { runTraining } from "./training.ts"
import { speak } from "./voice.ts"

/**
 * LoRA (Hu et al. 2021): y = W x + (alpha / rank) · B A x with W frozen. The folder is an adapter in PEFT layout; the
 * model it corrects lies in its `base` folder, so that the result can be used alone.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.lora({ base, data, rank: 2, targets: ["q_proj"], steps: 2 })
 * // → { steps: 2, trainedParameters: 64, … }
 */
export const lora = Stage.program({
  name: "train.lora",
  inputs: { base: input.model(), data: input.dataset({ messages: Messages }) },
  emits: "model",
  reasons: conversationReasons,
  options: {
    rank: opt(Schema.Int, 8),
    alpha: opt(Schema.Finite, 16),
    /** Linear layers that get an adapter, by the last part of their names. */
    targets: opt(Schema.Array(Schema.String), ["q_proj", "v_proj"]),
    /** Passes over the conversations, unless `steps` says how many steps to take. */
    epochs: opt(Schema.Int, 1),
    steps: opt.maybe(Schema.Int),
    /** Tokens a row of a batch holds; a longer conversation is left out. */
    context: opt(Schema.Int, 256),
    batch: opt(Schema.Int, 2),
    learningRate: opt(Schema.Finite, 2e-2),
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
    const { rank, alpha, targets, seed } = options
    const { result, data } = await runTraining(context, engine, {
      model,
      adapter: engine.createLora(model, { rank, alpha, targets, seed }),
      examples: conversationExamples(engine, model.tokenizer, rows, options),
      length: options.context,
      packing: "bfd",
      epochs: options.epochs,
      steps: options.steps
    })
    engine.saveAdapter(out, result.adapter!, baseFolder)
    await keepBase(engine, inputs.base.folder, model, join(out, baseFolder))
    await speak(context, engine, result, somePrompts(engine, model.tokenizer, rows, 3))
    return { data }
  }
})
