// What every stage that trains an adapter over a frozen model does, and leaves.
import { join } from "node:path"
import type { Dataset, Model, ProgramContext } from "#sluice"
import type { Adapter, CausalModel } from "#sluice/model"
import { heldOut, type Sequence, sequenceExamples, somePrompts } from "./conversation.ts"
import { baseFolder, keepBase, openModel } from "./starting-point.ts"
import { type Engine, runTraining } from "./training.ts"
import { speak } from "./voice.ts"

interface AdapterOptions {
  readonly epochs: number
  readonly steps: number | undefined
  readonly context: number
  readonly batch: number
  readonly learningRate: number
  readonly warmup: number
  readonly weightDecay: number
  readonly seed: number
  readonly checkpointEvery: number
}

interface AdapterInputs {
  readonly base: Model
  readonly tokens: Dataset<Sequence>
  readonly validation?: ReadonlyArray<Dataset<Sequence>>
}

/** Trains the adapter that `create` makes for the opened model; leaves it in PEFT layout with the model in `base`. */
export const trainAdapter = async <Options extends AdapterOptions>(
  context: ProgramContext<AdapterInputs, Options>,
  create: (engine: Engine, model: CausalModel, options: Options) => Adapter
) => {
  const { inputs, options, out } = context
  const engine = await import("#sluice/model")
  const model = openModel(engine, inputs.base.folder)
  const examples = sequenceExamples(await inputs.tokens.read(), options.context)
  const validation = await heldOut(inputs.validation, options.context)
  const prompts = somePrompts(model.tokenizer, examples, 3)
  const { result, data } = await runTraining(context, engine, {
    model,
    adapter: create(engine, model, options),
    input: "tokens",
    examples,
    ...(validation && { validation }),
    sample: (trained) => speak(context, engine, trained, prompts),
    length: options.context,
    packing: "bfd",
    epochs: options.epochs,
    steps: options.steps
  })
  engine.saveAdapter(out, result.adapter!, baseFolder, model.config)
  await keepBase(engine, inputs.base.folder, model, join(out, baseFolder))
  await speak(context, engine, result, prompts)
  return { data }
}
