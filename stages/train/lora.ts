// train.lora: trains a low-rank adapter over a frozen model on conversations, with the loss on the answers alone.
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, type Model, opt, Stage } from "#sluice"
import { sequenceExamples, sequenceReasons, somePrompts, type TuningData, withTokens } from "./conversation.ts"
import { baseFolder, keepBase, openModel } from "./starting-point.ts"
import { sequenceColumns } from "./token-columns.ts"
import { runTraining } from "./training.ts"
import { speak } from "./voice.ts"

/** Tokens a row of a batch holds if not given. */
const defaultContext = 256

const program = Stage.program({
  name: "train.lora",
  inputs: { base: input.model(), tokens: input.dataset(sequenceColumns) },
  emits: "model",
  reasons: sequenceReasons,
  options: {
    rank: opt(Schema.Int, 8),
    alpha: opt(Schema.Finite, 16),
    /** Linear layers that get an adapter, by the last part of their names. */
    targets: opt(Schema.Array(Schema.String), ["q_proj", "v_proj"]),
    /** Passes over the conversations, unless `steps` says how many steps to take. */
    epochs: opt(Schema.Int, 1),
    steps: opt.maybe(Schema.Int),
    /** Tokens a row of a batch holds; a longer row is left out. */
    context: opt(Schema.Int, defaultContext),
    batch: opt(Schema.Int, 2),
    learningRate: opt(Schema.Finite, 2e-2),
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
    const { rank, alpha, targets, seed } = options
    const { result, data } = await runTraining(context, engine, {
      model,
      adapter: engine.createLora(model, { rank, alpha, targets, seed }),
      input: "tokens",
      examples,
      length: options.context,
      packing: "bfd",
      epochs: options.epochs,
      steps: options.steps
    })
    engine.saveAdapter(out, result.adapter!, baseFolder)
    await keepBase(engine, inputs.base.folder, model, join(out, baseFolder))
    await speak(context, engine, result, somePrompts(model.tokenizer, examples, 3))
    return { data }
  }
})

type Options = Omit<Parameters<typeof program>[0], "tokens"> & TuningData

/**
 * LoRA (Hu et al. 2021): y = W x + (alpha / rank) · B A x with W frozen, on conversations (`data`) or a token table
 * (`tokens`), as `train.sft` takes them. The folder is an adapter in PEFT layout; the
 * model it corrects lies in its `base` folder, so that the result can be used alone.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.lora({ base, data, rank: 2, targets: ["q_proj"], steps: 2 })
 * // → { steps: 2, trainedParameters: 64, … }
 */
export const lora: ((options: Options) => Model) & Pick<typeof program, "declaration"> = Object.assign(
  (options: Options) => program(withTokens(options, defaultContext)),
  { declaration: program.declaration }
)
