// What every tuning on a token table does: takes its rows, trains, lets the model speak, saves what came of it.
import type { Dataset, Model, ProgramContext } from "#sluice"
import type { Adapter, CausalModel, TrainResult } from "#sluice/model"
import { heldOut, type Sequence, sequenceExamples, somePrompts } from "./conversation.ts"
import { openModel } from "./starting-point.ts"
import { type Engine, runTraining, type TrainingOptions } from "./training.ts"
import { speak } from "./voice.ts"

export interface TuningOptions extends TrainingOptions {
  readonly epochs: number
  readonly steps: number | undefined
  /** Tokens of a row at most. */
  readonly context: number
}

export interface TuningInputs {
  readonly base: Model
  readonly tokens: Dataset<Sequence>
  readonly validation?: ReadonlyArray<Dataset<Sequence>>
}

/** A model as it was opened, and what training made of it. */
export interface Tuned {
  readonly engine: Engine
  readonly model: CausalModel
  readonly result: TrainResult
}

/** Trains the weights of a model, or of the `adapter` that is made for it, and `save`s them. */
export const tune = async <Options extends TuningOptions>(
  context: ProgramContext<TuningInputs, Options>,
  save: (tuned: Tuned) => void | Promise<void>,
  adapter?: (engine: Engine, model: CausalModel) => Adapter
) => {
  const { inputs, options } = context
  const engine = await import("#sluice/model")
  const model = openModel(engine, inputs.base.folder)
  const examples = sequenceExamples(await inputs.tokens.read(), options.context)
  const validation = await heldOut(inputs.validation, options.context)
  const prompts = somePrompts(model.tokenizer, examples, 3)
  const { result, data } = await runTraining(context, engine, {
    model,
    ...(adapter && { adapter: adapter(engine, model) }),
    input: "tokens",
    examples,
    ...(validation && { validation }),
    sample: (trained) => speak(context, engine, trained, prompts),
    length: options.context,
    packing: "bfd",
    epochs: options.epochs,
    steps: options.steps
  })
  await save({ engine, model, result })
  await speak(context, engine, result, prompts)
  return { data }
}
