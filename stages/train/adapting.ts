// What every stage that trains an adapter over a frozen model does, and leaves.
import { join } from "node:path"
import type { ProgramContext } from "#sluice"
import type { Adapter, CausalModel } from "#sluice/model"
import { baseFolder, keepBase } from "./starting-point.ts"
import type { Engine } from "./training.ts"
import { tune, type TuningInputs, type TuningOptions } from "./tuning.ts"

/** Trains the adapter that `create` makes for the opened model; leaves it in PEFT layout with the model in `base`. */
export const trainAdapter = <Options extends TuningOptions>(
  context: ProgramContext<TuningInputs, Options>,
  create: (engine: Engine, model: CausalModel, options: Options) => Adapter
) => {
  const { inputs, options, out } = context
  return tune(
    context,
    async ({ engine, model, result }) => {
      engine.saveAdapter(out, result.adapter!, baseFolder, model.config)
      await keepBase(engine, inputs.base.folder, model, join(out, baseFolder))
    },
    (engine, model) => create(engine, model, options)
  )
}
