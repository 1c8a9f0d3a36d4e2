// quality.perplexity: how surprising a model finds each answer, by itself and after its question.
import { existsSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { input, opt, Stage } from "#sluice"
import { spreadOf } from "./histogram.ts"

type Engine = typeof import("#sluice/model")

const openModel = (engine: Engine, folder: string) =>
  existsSync(join(folder, "adapter_config.json"))
    ? engine.mergeAdapter(engine.loadModel(join(folder, "base")), engine.loadAdapter(folder))
    : engine.loadModel(folder)

/** What is told of one row. */
export interface PerplexityRow {
  readonly id: string
  readonly tokens: number
  /** exp of the mean −ln p of the answer's tokens after the question. */
  readonly perplexity: number
  /** Of its bits by its UTF-8 bytes, which compares models of different tokenizers. */
  readonly bitsPerByte: number
  /** Perplexity of the answer without its question. */
  readonly alone: number
  /** perplexity / alone: near 1 and above where the question tells nothing of the answer. */
  readonly ratio: number
}

/**
 * Scores each `answer` under a model: its perplexity after its `question`, length-normalised (per token), its bits per byte, its
 * perplexity without the question, and the ratio of the two, the instruction-following difficulty of Li et al. (2023). The report has the
 * spread of each score, quantiles and a histogram, and the rows at both ends; `rows.jsonl` in its folder has a line for each row.
 * It drops nothing: a filter decides on a row by itself and at once, and a model works on many rows together.
 *
 * Rows left out: `empty`, and `too-long` for `maxTokens` or the model.
 *
 * @example
 * import { quality, train } from "#stages"
 * const model = train.base({ data: rows({ text: "The sluice opens at dawn." }), layers: 1, hidden: 16, steps: 1 })
 * const data = rows({ question: "When?", answer: "At dawn." }, { question: "Who?", answer: "" })
 * quality.perplexity({ model, data }) // → { rows: 1, skipped: { empty: 1 }, … }
 */
export const perplexity = Stage.program({
  name: "quality.perplexity",
  inputs: { model: input.model(), data: input.dataset({ question: Schema.String, answer: Schema.String }) },
  emits: "report",
  reasons: ["empty", "too-long"],
  options: {
    /** Longest question and answer together, in tokens. */
    maxTokens: opt(Schema.Int, 1024),
    /** Rows quoted at each end. */
    quoted: opt(Schema.Int, 5)
  },
  run: async ({ inputs, options, out, threads, progress, used, skipped }) => {
    const engine = await import("#sluice/model")
    const model = openModel(engine, inputs.model.folder)
    const chat = await engine.Chat.open(model.tokenizer)
    const limit = Math.min(options.maxTokens, model.config.maxPositions)
    const all = await inputs.data.read()
    const left: Record<string, number> = {}
    const leave = (id: string, reason: "empty" | "too-long") => {
      skipped("data", id, reason)
      left[reason] = (left[reason] ?? 0) + 1
    }
    const rows = all.flatMap(({ id, row: { question, answer } }) => {
      if (answer.trim() === "") {
        leave(id, "empty")
        return []
      }
      const asked = chat.render([
        { role: "user", content: question },
        { role: "assistant", content: answer }
      ])
      const alone = chat.render([{ role: "assistant", content: answer }])
      if (asked.ids.length > limit) {
        leave(id, "too-long")
        return []
      }
      return [{ id, question, answer, asked, alone }]
    })
    used(
      "data",
      rows.map(({ id }) => id)
    )
    const scoreOf = (which: "asked" | "alone") =>
      rows.length === 0
        ? Promise.resolve([])
        : engine.scoreSequences(
            model,
            rows.map((row) => ({ rowId: row.id, ...row[which] })),
            { threads }
          )
    const asked = await scoreOf("asked")
    progress(1, 2)
    const alone = await scoreOf("alone")
    progress(2, 2)
    const nats = ({ logProb, tokens }: { readonly logProb: number; readonly tokens: number }) => -logProb / tokens
    const scored = rows.map(({ id, answer }, at): PerplexityRow => {
      const [after, by] = [nats(asked[at]!), nats(alone[at]!)]
      return {
        id,
        tokens: asked[at]!.tokens,
        perplexity: Math.exp(after),
        bitsPerByte: -asked[at]!.logProb / Math.LN2 / Buffer.byteLength(answer),
        alone: Math.exp(by),
        ratio: Math.exp(after - by)
      }
    })
    writeFileSync(join(out, "rows.jsonl"), scored.map((row) => `${JSON.stringify(row)}\n`).join(""))
    const ends = (score: "perplexity" | "ratio") => {
      const order = scored.map((row, at) => ({ row, at })).sort((a, b) => a.row[score] - b.row[score])
      const shown = ({ row, at }: (typeof order)[number]) => ({
        id: row.id,
        [score]: row[score],
        question: rows[at]!.question.slice(0, 200),
        answer: rows[at]!.answer.slice(0, 200)
      })
      return {
        lowest: order.slice(0, options.quoted).map(shown),
        highest: order.slice(-options.quoted).reverse().map(shown)
      }
    }
    const spread = (score: Exclude<keyof PerplexityRow, "id">) => spreadOf(scored.map((row) => row[score]))
    const data = {
      rows: scored.length,
      skipped: left,
      perplexity: { ...spread("perplexity"), ...ends("perplexity") },
      ratio: { ...spread("ratio"), ...ends("ratio") },
      alone: spread("alone"),
      bitsPerByte: spread("bitsPerByte"),
      tokens: spread("tokens")
    }
    return { data }
  }
})
