// train.pretrained: a model that was trained elsewhere, from a folder in Hugging Face layout or a GGUF file.
import { existsSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"

/**
 * A model to start from, read from `path` (relative to the project's root): a folder in Hugging Face layout, with
 * safetensors of F32, F16 or BF16 in one file or several, or a GGUF file. Llama (with SmolLM), Qwen 2, Qwen 3,
 * Mistral, Gemma (the first) and GPT-2 can be computed. Nothing is fetched. The files' content is in the key, their place is
 * not. The weights are read once to see that all are there, have the shapes that the configuration asks for, and are finite
 * numbers, and that the tokenizer fits them. What is written to the folder while it is read ends the run.
 *
 * @example
 * import { existsSync } from "node:fs"
 * import { createModel, saveModel, trainTokenizer } from "#sluice/model"
 * import { synth, train } from "#stages"
 * const tokenizer = trainTokenizer({ texts: [], vocabSize: 259 })
 * const shape = { hiddenSize: 16, intermediateSize: 32, layers: 1, heads: 2, kvHeads: 1, tieEmbeddings: true }
 * const folder = `${import.meta.dirname}/models/small`
 * if (!existsSync(folder)) saveModel(folder, createModel(tokenizer, shape))
 * const base = train.pretrained({ path: "models/small" })
 * const data = rows({ question: "When?", answer: "At dawn." }).pipe(synth.toChat())
 * train.lora({ base, data, rank: 2, targets: ["q_proj"], steps: 2 })
 * // → { steps: 2, trainedParameters: 64, … }
 */
export const pretrained = Stage.program({
  name: "train.pretrained",
  inputs: {},
  emits: "model",
  options: {
    /** A folder or a GGUF file. */
    path: opt.path({ hint: "get" }),
    /** What to type to get it, for the error where it is not there. */
    get: opt.knob(Schema.String, "")
  },
  run: async ({ options: { path }, out }) => {
    const engine = await import("#sluice/model")
    if (existsSync(join(path, "adapter_config.json"))) {
      throw new engine.ModelError(
        "SLUICE_BAD_MODEL_FOLDER",
        `${path} is an adapter; a model is needed.`,
        { path },
        "name the folder of the model that it corrects"
      )
    }
    const model = engine.loadModel(path)
    const { config, weights, tokenizer } = model
    engine.copyModel(path, model, out)
    const parameters = [...weights.values()].reduce((total, { data }) => total + data.length, 0)
    const { layers, hiddenSize, heads, kvHeads, vocabSize, maxPositions, tieEmbeddings } = config
    return {
      data: {
        parameters,
        layers,
        hidden: hiddenSize,
        heads,
        kvHeads,
        vocabulary: vocabSize,
        context: maxPositions,
        tiedEmbeddings: tieEmbeddings,
        tokens: tokenizer.vocabSize,
        chatTemplate: tokenizer.settings["chat_template"] !== undefined
      }
    }
  }
})
