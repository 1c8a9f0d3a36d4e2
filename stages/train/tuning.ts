// What every tuning on a token table does: takes its rows, trains, lets the model speak, saves what came of it.
import type { Dataset, Model, ProgramContext } from "#sluice"
import type { Adapter, CausalModel, TokenSequence, TrainResult } from "#sluice/model"
import { heldOut, type Sequence, sequenceExamples, somePrompts } from "./conversation.ts"
import { chooseProbes } from "./probes.ts"
import { measureSignals, tryBefore } from "./signals.ts"
import { openModel } from "./starting-point.ts"
import { type Engine, runTraining, type TrainingOptions } from "./training.ts"
import { speak } from "./voice.ts"

export interface TuningOptions extends TrainingOptions {
  readonly epochs: number
  readonly steps: number | undefined
  /** Tokens of a row at most. */
  readonly context: number
  /** Prompts that the model is tried on before and after. */
  readonly probes: number
}

export interface TuningInputs {
  readonly base: Model
  readonly tokens: Dataset<Sequence>
  readonly validation?: ReadonlyArray<Dataset<Sequence>>
  readonly retained?: ReadonlyArray<Dataset<{ readonly text: string }>>
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
  await engine.checkPrecision(options.precision, context.device)
  const model = openModel(engine, inputs.base.folder)
  const examples = sequenceExamples(await inputs.tokens.read(), options.context)
  const validation = await heldOut(inputs.validation, options.context)
  const prompts = somePrompts(model.tokenizer, examples, 3)
  const made = adapter?.(engine, model)
  const taken = engine.takenPositions(made)
  const trials = {
    model,
    probes: chooseProbes(model, validation ?? examples, options.probes, taken),
    retained: await retainedTexts(context, engine, model),
    taken,
    count: options.probes,
    seed: options.seed
  }
  const start = options.probes === 0 ? undefined : await tryBefore(context, engine, trials)
  const { result, data, answers } = await runTraining(context, engine, {
    model,
    ...(made && { adapter: made }),
    input: "tokens",
    examples,
    ...(validation && { validation }),
    ...(start && { measure: (tuned, trained) => measureSignals(context, engine, trials, start, tuned, trained) }),
    sample: (trained) => speak(context, engine, trained, prompts),
    length: options.context,
    packing: "bfd",
    epochs: options.epochs,
    steps: options.steps
  })
  await save({ engine, model, result })
  for (const { prompt, after } of answers.slice(0, 3)) context.sample(`${prompt} → ${after}`)
  if (answers.length === 0) await speak(context, engine, result, prompts)
  return { data }
}

/** The texts that are to be kept as sequences, every token of them counted; says of each whether it is used. */
const retainedTexts = async <Options extends TuningOptions>(
  { inputs, options, used, skipped }: ProgramContext<TuningInputs, Options>,
  engine: Engine,
  { tokenizer }: CausalModel
): Promise<ReadonlyArray<TokenSequence>> => {
  const tables = await Promise.all((inputs.retained ?? []).map((table) => table.read()))
  const texts = tables.flat().flatMap(({ id, row }) => {
    const { problem, ids, mask } = engine.tokenizeText(tokenizer, row.text, {
      maxTokens: options.context,
      truncate: "keep-start"
    })
    if (problem === "" && options.probes > 0) return [{ rowId: id, ids, mask }]
    skipped("retained", id, problem === "" ? "not-measured" : "empty")
    return []
  })
  if (tables.length > 0)
    used(
      "retained",
      texts.map(({ rowId }) => rowId)
    )
  return texts
}
