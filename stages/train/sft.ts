// train.sft: fine-tunes all weights of a model on conversations, with the loss on the answers alone.
import * as Schema from "effect/Schema"
import { input, type Model, opt, Stage } from "#sluice"
import { sequenceExamples, sequenceReasons, somePrompts, type TuningData, withTokens } from "./conversation.ts"
import { openModel } from "./starting-point.ts"
import { sequenceColumns } from "./token-columns.ts"
import { runTraining } from "./training.ts"
import { speak } from "./voice.ts"

/** Tokens a row of a batch holds if not given. */
const defaultContext = 256

const program = Stage.program({
  name: "train.sft",
  inputs: { base: input.model(), tokens: input.dataset(sequenceColumns) },
  emits: "model",
  reasons: sequenceReasons,
  options: {
    /** Passes over the conversations, unless `steps` says how many steps to take. */
    epochs: opt(Schema.Int, 1),
    steps: opt.maybe(Schema.Int),
    /** Tokens a row of a batch holds; a longer row is left out. */
    context: opt(Schema.Int, defaultContext),
    batch: opt(Schema.Int, 2),
    learningRate: opt(Schema.Finite, 2e-3),
    warmup: opt(Schema.Int, 5),
    weightDecay: opt(Schema.Finite, 0),
    seed: opt(Schema.Int, 0),
    /** Steps between checkpoints; a killed run goes on from the last one. */
    checkpointEvery: opt.knob(Schema.Int, 50)
  },
  run: async (context) => {
    const { inputs, options, out } = context
    const engine = await import("#sluice/model")
    const model = openModel(engine, inputs.base.folder)
    const examples = sequenceExamples(await inputs.tokens.read(), options.context)
    const { result, data } = await runTraining(context, engine, {
      model,
      input: "tokens",
      examples,
      length: options.context,
      packing: "bfd",
      epochs: options.epochs,
      steps: options.steps
    })
    engine.saveModel(out, result.model)
    await speak(context, engine, result, somePrompts(model.tokenizer, examples, 3))
    return { data }
  }
})

type Options = Omit<Parameters<typeof program>[0], "tokens"> & TuningData

/**
 * Supervised fine-tuning of every weight, on conversations (`data`) or on a token table (`tokens`). Of conversations
 * `train.tokens` makes the table: rendered by the model's own template, the last answer and its end-of-turn mark
 * supervised, which is proven row by row; make it once where several tunings take it. The folder is a complete model.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.sft({ base, data, steps: 2 })
 * // → { steps: 2, rows: { used: 1, skipped: {} }, … }
 */
export const sft: ((options: Options) => Model) & Pick<typeof program, "declaration"> = Object.assign(
  (options: Options) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
