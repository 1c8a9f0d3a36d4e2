// train.base: trains a tokenizer on the texts and a small Llama-layout model from scratch on the same texts.
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { scaledToWidth } from "./initial-scale.ts"
import { runTraining } from "./training.ts"
import { precisionOption } from "./tuning-options.ts"
import { speak } from "./voice.ts"

/**
 * A byte-level BPE tokenizer and a causal language model from random weights, both from `text`. Documents are cut into
 * pieces of `context` tokens, each ending with an end-of-text token, and packed. The folder is in Hugging Face layout,
 * with the step ledger beside the weights.
 *
 * Rows left out: `empty` (no text), `not-reached` (no step saw them before `steps` ended), `step-skipped` (those that
 * did were skipped, their gradients beyond f16).
 *
 * @example
 * import { train } from "#stages"
 * const data = rows({ text: "The sluice opens at dawn." }, { text: "" })
 * train.base({ data, vocabulary: 280, layers: 1, hidden: 16, intermediate: 32, context: 16, steps: 3 })
 * // → { steps: 3, rows: { used: 1, skipped: { empty: 1 } }, … }
 */
export const base = Stage.program({
  name: "train.base",
  inputs: { data: input.dataset({ text: Schema.String }) },
  emits: "model",
  reasons: ["empty", "not-reached", "step-skipped"],
  options: {
    /** Tokens of the vocabulary, 259 of which are bytes and marks. */
    vocabulary: opt(Schema.Int, 4096),
    layers: opt(Schema.Int, 2),
    hidden: opt(Schema.Int, 128),
    heads: opt(Schema.Int, 4),
    kvHeads: opt(Schema.Int, 2),
    intermediate: opt(Schema.Int, 384),
    /** Tokens a row of a batch holds, and the longest piece of a document. */
    context: opt(Schema.Int, 128),
    steps: opt(Schema.Int, 600),
    /** Rows of `context` tokens per step. */
    batch: opt(Schema.Int, 4),
    learningRate: opt(Schema.Finite, 6e-3),
    /** Steps over which the learning rate rises to its peak; it falls to 0 along a cosine after them. */
    warmup: opt(Schema.Int, 20),
    weightDecay: opt(Schema.Finite, 0.1),
    /** AdamW's memory of squared gradients; a run of hundreds of steps wants a shorter one than 0.999. */
    beta2: opt(Schema.Finite, 0.99),
    ...precisionOption,
    seed: opt(Schema.Int, 0),
    /** Steps between checkpoints; a killed run goes on from the last one. */
    checkpointEvery: opt.knob(Schema.Int, 50)
  },
  run: async (context) => {
    const { inputs, options, out } = context
    const engine = await import("#sluice/model")
    await engine.checkPrecision(options.precision, context.device)
    const rows = await inputs.data.read()
    const tokenizer = engine.trainTokenizer({
      texts: rows.map(({ row }) => row.text),
      vocabSize: options.vocabulary
    })
    const model = engine.createModel(
      tokenizer,
      {
        hiddenSize: options.hidden,
        intermediateSize: options.intermediate,
        layers: options.layers,
        heads: options.heads,
        kvHeads: options.kvHeads,
        tieEmbeddings: false
      },
      options.seed
    )
    const examples = rows.map(({ id, row }) => {
      if (row.text.trim() === "") return { id, content: row.text, skipped: "empty" }
      return { id, content: row.text, sequence: { rowId: id, ...engine.renderText(tokenizer, row.text) } }
    })
    const { result, data } = await runTraining(context, engine, {
      model: scaledToWidth(model),
      examples,
      length: options.context,
      packing: "bfd_split",
      steps: options.steps,
      beta2: options.beta2
    })
    engine.saveModel(out, result.model)
    const openings = rows.slice(0, 3).map(({ row }) => row.text.slice(0, 60))
    await speak(
      context,
      engine,
      result,
      openings.map((text) => ({ text, ids: tokenizer.encode(text) }))
    )
    return { data }
  }
})
