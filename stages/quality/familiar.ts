// quality.familiar: drops texts that a language model finds too surprising, or too predictable, by perplexity per token.
import * as Schema from "effect/Schema"
import { keep, opt, Stage, type TextColumn } from "#sluice"

/**
 * Measures how surprising a causal language model finds each text of the column `by` (default `text`): `perplexity`, exp of the mean
 * −ln p of its tokens, so that long and short texts compare, over the first `maxTokens` tokens. Drops those above `maxPerplexity`
 * (gibberish, another language, broken encoding) and below `minPerplexity` (boilerplate, one line over and over); the
 * defaults, 1 to 100, are those of Data-Juicer's filter by an LLM. What is high depends on the model and its tokenizer: look at the
 * histogram first, another bound measures nothing again. `quality.perplexity` reports on answers after their questions.
 *
 * `model` is made by a train stage of the same pipeline, or the path of a folder in Hugging Face or PEFT layout. Its content and
 * the machine's instruction set are in the key. A text is scored in a run of its own, so that it has the same score in any
 * partition.
 *
 * @example
 * import { quality, train } from "#stages"
 * const text = "The sluice opens at dawn. The sluice opens at dawn."
 * const model = train.base({ data: rows({ text }), layers: 1, hidden: 16, vocabulary: 270, steps: 60, seed: 1 })
 * rows({ text }, { text: "xq zzv wkk jj qqxz" }, { text: "" }).pipe(quality.familiar({ model }))
 * // → { text: "The sluice opens at dawn. The sluice opens at dawn." }
 * // dropped: 1 too-perplexing, 1 too-short
 */
export const familiar = Stage.filter({
  name: "quality.familiar",
  needs: { by: Schema.String },
  measures: { perplexity: Schema.Finite, tokens: Schema.Int },
  measureOptions: {
    by: opt.column("text"),
    model: opt.model(),
    maxTokens: opt(Schema.Int.check(Schema.isBetween({ minimum: 2, maximum: 1_000_000 })), 512)
  },
  measureBatch: async ({ rows, columns }, { model, maxTokens }) => {
    const { bytes, offsets } = columns["by"] as TextColumn
    const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
    const texts = Array.from({ length: rows }, (_, row) => text.toString("utf8", offsets[row], offsets[row + 1]))
    const scores = await model.score(texts, maxTokens)
    const number = (integer: boolean, values: Float64Array) =>
      ({ type: "number", integer, values, valid: undefined }) as const
    return {
      rows,
      columns: {
        perplexity: number(
          false,
          Float64Array.from(scores, ({ logProb, tokens }) => (tokens === 0 ? 0 : Math.exp(-logProb / tokens)))
        ),
        tokens: number(
          true,
          Float64Array.from(scores, ({ tokens }) => tokens)
        )
      }
    }
  },
  options: {
    minPerplexity: opt(Schema.Finite, 1),
    maxPerplexity: opt(Schema.Finite, 100),
    /** Texts of fewer counted tokens are dropped; the first of a text is not counted. */
    minTokens: opt(Schema.Int, 1)
  },
  reasons: ["too-perplexing", "too-predictable", "too-short"],
  decide: (m, { minPerplexity, maxPerplexity, minTokens }) => {
    if (m.tokens < minTokens) return "too-short"
    if (m.perplexity > maxPerplexity) return "too-perplexing"
    return m.perplexity < minPerplexity ? "too-predictable" : keep
  }
})
