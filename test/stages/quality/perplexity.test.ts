// quality.perplexity for real, under a tiny model trained here; and the spread of scores by hand.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { Chat, loadModel, scoreSequences } from "#sluice/model"
import { type Spread, spreadOf } from "../../../stages/quality/histogram.ts"
import { type PerplexityRow, perplexity } from "../../../stages/quality/perplexity.ts"
import { base } from "../../../stages/train/base.ts"
import { dataset, runProgram, Scratch } from "../train/program-run.ts"
import { documents, tinyModel } from "../train/small-corpus.ts"

const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())

const rows = [
  { id: "a", row: { question: "Where is the saw kept?", answer: "The saw is kept in the shed." } },
  { id: "b", row: { question: "Where is the saw kept?", answer: "Zq xv 0987 jjj!" } },
  { id: "empty", row: { question: "Who?", answer: " " } },
  { id: "long", row: { question: "the ".repeat(300), answer: "Yes." } }
]

test("scores each answer as the engine does, and tells the spread", async () => {
  const { out: folder } = await runProgram(base, {
    inputs: { data: dataset(documents) },
    options: { ...tinyModel, steps: 40, learningRate: 0.01 },
    out: scratch.next(),
    work: scratch.next()
  })
  const run = await runProgram(perplexity, {
    inputs: { model: { folder, digest: "" }, data: dataset(rows) },
    options: { maxTokens: 64, quoted: 1 },
    out: scratch.next(),
    work: scratch.next()
  })
  const told = readFileSync(join(run.out, "rows.jsonl"), "utf8")
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as PerplexityRow)
  expect(told.map(({ id }) => id)).toEqual(["a", "b"])
  expect(run.fates.get("data")!.get("empty")).toBe("empty")
  expect(run.fates.get("data")!.get("long")).toBe("too-long")
  const model = loadModel(folder)
  const chat = await Chat.open(model.tokenizer)
  const sequences = rows.slice(0, 2).map(({ id, row }) => ({
    rowId: id,
    ...chat.render([
      { role: "user", content: row.question },
      { role: "assistant", content: row.answer }
    ])
  }))
  const scores = await scoreSequences(model, sequences)
  told.forEach((row, at) => {
    const { logProb, tokens } = scores[at]!
    expect(row.tokens).toBe(tokens)
    expect(row.perplexity).toBeCloseTo(Math.exp(-logProb / tokens), 3)
    expect(row.bitsPerByte).toBeCloseTo(-logProb / Math.LN2 / Buffer.byteLength(rows[at]!.row.answer), 4)
    expect(row.ratio).toBeCloseTo(row.perplexity / row.alone, 6)
  })
  expect(told[0]!.perplexity).toBeLessThan(told[1]!.perplexity)
  const data = run.data as {
    rows: number
    skipped: object
    perplexity: Spread & { highest: ReadonlyArray<{ id: string }> }
  }
  expect(data).toMatchObject({ rows: 2, skipped: { empty: 1, "too-long": 1 } })
  expect(data.perplexity.highest.map(({ id }) => id)).toEqual(["b"])
}, 120_000)

test("the spread of scores", () => {
  const spread = spreadOf(
    Array.from({ length: 101 }, (_, i) => 100 - i),
    10
  )
  expect(spread).toMatchObject({ count: 101, mean: 50, quantiles: { "0": 0, "0.5": 50, "0.99": 99, "1": 100 } })
  expect(spread.bins.reduce((sum, { count }) => sum + count, 0)).toBe(101)
  expect(spread.bins[0]!.from).toBe(0)
  expect(spread.bins.at(-1)!.to).toBe(100)
  expect(spreadOf([])).toMatchObject({ count: 0, mean: 0, bins: [] })
  expect(spreadOf([7, 7]).bins).toEqual([{ from: 7, to: 7, count: 2 }])
})
