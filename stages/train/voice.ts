// Lets a trained model speak: short greedy continuations, shown while a run is watched and kept nowhere.
import type { ProgramContext } from "#sluice"
import type { TrainResult } from "#sluice/model"
import type { Engine } from "./training.ts"

interface Prompt {
  readonly text: string
  readonly ids: Int32Array
}

/** Continues each prompt by up to 32 tokens and reports both as a sample. */
export const speak = async (
  context: Pick<ProgramContext<unknown, unknown>, "sample" | "threads" | "device">,
  engine: Engine,
  { model, adapter }: Pick<TrainResult, "model" | "adapter">,
  prompts: ReadonlyArray<Prompt>
): Promise<void> => {
  const maxNewTokens = 32
  const positions = model.config.maxPositions - engine.takenPositions(adapter)
  const short = prompts.filter(({ ids }) => ids.length > 0 && ids.length + maxNewTokens <= positions)
  const answers = await engine.generate(
    model,
    short.map(({ ids }) => ids),
    { maxNewTokens, threads: context.threads, device: context.device, ...(adapter && { adapter }) }
  )
  short.forEach(({ text }, at) => {
    context.sample(`${text} → ${model.tokenizer.decode(answers[at]!.ids, { skipSpecial: true }).trim()}`)
  })
}
