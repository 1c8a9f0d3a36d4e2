// What every stage that trains an adapter over a frozen model shares: its options, its run, and what it leaves.
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { type Dataset, input, type Model, opt, type ProgramContext } from "#sluice"
import type { Adapter, CausalModel } from "#sluice/model"
import {
  type Sequence,
  sequenceExamples,
  sequenceReasons,
  somePrompts,
  type TuningData,
  withTokens
} from "./conversation.ts"
import { baseFolder, keepBase, openModel } from "./starting-point.ts"
import { sequenceColumns } from "./token-columns.ts"
import { type Engine, runTraining } from "./training.ts"
import { speak } from "./voice.ts"

/** Tokens a row of a batch holds if not given. */
const defaultContext = 256

export const adapterInputs = { base: input.model(), tokens: input.dataset(sequenceColumns) }

export const adapterReasons = sequenceReasons

export const adapterOptions = {
  /** Passes over the conversations, unless `steps` says how many steps to take. */
  epochs: opt(Schema.Int, 1),
  steps: opt.maybe(Schema.Int),
  /** Tokens a row of a batch holds; a longer row is left out. */
  context: opt(Schema.Int, defaultContext),
  batch: opt(Schema.Int, 2),
  /** Steps over which the learning rate rises to its peak; it falls to 0 along a cosine after them. */
  warmup: opt(Schema.Int, 5),
  weightDecay: opt(Schema.Finite, 0),
  seed: opt(Schema.Int, 0),
  /** Steps between checkpoints; a killed run goes on from the last one. */
  checkpointEvery: opt.knob(Schema.Int, 50)
}

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
  const { result, data } = await runTraining(context, engine, {
    model,
    adapter: create(engine, model, options),
    input: "tokens",
    examples,
    length: options.context,
    packing: "bfd",
    epochs: options.epochs,
    steps: options.steps
  })
  engine.saveAdapter(out, result.adapter!, baseFolder, model.config)
  await keepBase(engine, inputs.base.folder, model, join(out, baseFolder))
  await speak(context, engine, result, somePrompts(model.tokenizer, examples, 3))
  return { data }
}

/** A program that trains on a token table, as a stage that takes conversations too. */
export const overConversations = <Given extends { readonly tokens: unknown }, Declaration>(
  program: ((options: Given) => Model) & { readonly declaration: Declaration }
): ((options: Omit<Given, "tokens"> & TuningData) => Model) & { readonly declaration: Declaration } =>
  Object.assign(
    (options: Omit<Given, "tokens"> & TuningData) => program(withTokens(options as never, defaultContext)),
    {
      declaration: program.declaration
    }
  )
