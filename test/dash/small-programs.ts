// Programs for the report's tests: they leave the files of a training and of an evaluation without doing either.
import { writeFile } from "node:fs/promises"
import { join } from "node:path"
import * as Schema from "effect/Schema"
import { parquetWriteFile } from "hyparquet-writer"
import { input, opt, Stage } from "#sluice"

const steps = [1, 2, 3, 4, 5]

export const train = Stage.program({
  name: "small.train",
  inputs: { data: input.dataset({ text: Schema.String }) },
  emits: "model",
  reasons: ["left-out"],
  options: { seed: opt(Schema.Int, 0) },
  run: async ({ inputs, out, used, skipped }) => {
    const rows = await inputs.data.read()
    used(
      "data",
      rows.slice(1).map(({ id }) => id)
    )
    skipped("data", rows[0]!.id, "left-out")
    parquetWriteFile({
      filename: join(out, "steps.parquet"),
      columnData: [
        { name: "step", type: "INT32", data: steps },
        { name: "loss", type: "DOUBLE", data: steps.map((step) => 4 / step) },
        { name: "learningRate", type: "DOUBLE", data: steps.map((step) => step / 1000) }
      ]
    })
    const data = { steps: 5, firstLoss: 4, finalLoss: 0.8, closingLoss: 0.8, tokens: 50, parameters: 9, curve: [] }
    await writeFile(join(out, "training.json"), JSON.stringify(data))
    return { data }
  }
})

const interval = (estimate: number) => ({ estimate, low: estimate * 0.9, high: estimate * 1.1 })
const scores = (perplexity: number) => ({ tokens: 9, perplexity: interval(perplexity), f1: interval(1 / perplexity) })

export const evaluate = Stage.program({
  name: "small.evaluate",
  inputs: { models: input.models(), on: input.dataset({ text: Schema.String }) },
  emits: "report",
  reasons: [],
  options: {},
  run: async ({ inputs, out, used }) => {
    const rows = await inputs.on.read()
    used(
      "on",
      rows.map(({ id }) => id)
    )
    const data = {
      examples: rows.length,
      skipped: {},
      baseline: "first",
      settings: { bootstrap: 100, seed: 0 },
      models: { first: scores(20), second: scores(10) },
      comparisons: [
        {
          first: "second",
          second: "first",
          sameTokens: true,
          nllPerToken: { estimate: -0.7, low: -0.9, high: -0.5, p: 0.001 },
          f1: { estimate: 0.05, low: -0.01, high: 0.11, p: 0.2 },
          exactMatch: { estimate: 0.5, firstOnly: 1, secondOnly: 0, method: "exact", p: 1 }
        }
      ],
      samples: rows.map(({ id, row }) => ({
        id,
        question: row.text,
        reference: row.text,
        answers: { first: "", second: "</script><img src=x onerror=alert(1)>" }
      })),
      gates: [{ passed: true, sentence: "second beats first & more." }]
    }
    await writeFile(join(out, "report.json"), JSON.stringify(data))
    return { data }
  }
})

export const note = Stage.program({
  name: "small.note",
  inputs: { rows: input.dataset({ text: Schema.String }) },
  main: "rows",
  emits: "report",
  reasons: [],
  options: {},
  run: async ({ inputs, used }) => {
    const rows = await inputs.rows.read()
    used(
      "rows",
      rows.map(({ id }) => id)
    )
    return { data: { note: "<i>not an evaluation</i>" } }
  }
})
