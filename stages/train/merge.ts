// train.merge: adds an adapter into the weights of its model and proves that the sum is the same model.
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { baseFolder } from "./starting-point.ts"

/**
 * An adapter that `train.lora` or `train.ia3` left, added into its model's weights: a complete model, as fast as before. A
 * tied output head that the adapter changes gets a matrix of its own. Scores of next tokens over texts of random tokens are
 * compared before it is kept; a difference above `tolerance` is an error. Virtual tokens, prefixes and bottlenecks are no
 * change of weights and cannot be merged.
 *
 * @example
 * import { synth, train } from "#stages"
 * const base = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.merge({ adapter: train.lora({ base, data, rank: 2, steps: 2 }) })
 * // → { kind: "lora", texts: 4, … }
 */
export const merge = Stage.program({
  name: "train.merge",
  inputs: { adapter: input.model() },
  emits: "model",
  options: {
    /** The largest difference that two scores may have. */
    tolerance: opt(Schema.Finite, 1e-3),
    seed: opt(Schema.Int, 0)
  },
  run: async ({ inputs, options, out, threads }) => {
    const engine = await import("#sluice/model")
    const { folder } = inputs.adapter
    if (!existsSync(join(folder, "adapter_config.json"))) {
      throw new engine.ModelError(
        "SLUICE_CANNOT_MERGE",
        `${folder} is a complete model; there is no adapter to merge.`,
        { folder },
        "name a stage that trains an adapter, such as train.lora"
      )
    }
    const model = engine.loadModel(join(folder, baseFolder))
    const adapter = engine.loadAdapter(folder)
    const merged = engine.mergeAdapter(model, adapter)
    const texts = engine.randomTexts(model.config, { count: 4, length: 32, seed: options.seed })
    const difference = await engine.proveMerge(model, adapter, merged, texts, { tolerance: options.tolerance, threads })
    engine.saveModel(out, merged)
    const untied = model.config.tieEmbeddings && !merged.config.tieEmbeddings
    return { data: { kind: adapter.kind, texts: texts.length, difference, untied } }
  }
})
