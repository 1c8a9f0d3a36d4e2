// evaluate.suite and evaluate.gate for real, over a tiny base, a fine-tuned copy of it and an adapter.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { Chat, loadModel, perplexity, scoreSequences } from "#sluice/model"
import type { Evaluation } from "../../../stages/evaluate/evaluation.ts"
import { gate } from "../../../stages/evaluate/gate.ts"
import { suite } from "../../../stages/evaluate/suite.ts"
import { base, lora, sft } from "../../../stages/train/index.ts"
import { parquetRows } from "../train/parquet-rows.ts"
import { dataset, digests, type ProgramRun, runProgram, Scratch } from "../train/program-run.ts"
import { conversations, documents, tinyModel } from "../train/small-corpus.ts"
import { tokenTable } from "../train/token-table.ts"

const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())

const rows = [
  ...conversations,
  { id: "open", row: { messages: [{ role: "user", content: "Hello?" }] } },
  {
    id: "long",
    row: { messages: [{ role: "user", content: "the ".repeat(3000) }, ...conversations[0]!.row.messages.slice(1)] }
  }
]
let models: { readonly [name: string]: { readonly folder: string; readonly digest: string } } = {}
let whole: ProgramRun

const evaluate = (options: object = {}, given = models, work = scratch.next()) =>
  runProgram(suite, {
    inputs: { models: given, on: dataset(rows) },
    options: { maxNewTokens: 24, bootstrap: 200, samples: 2, ...options },
    out: scratch.next(),
    work
  })

beforeAll(async () => {
  const run = async (stage: typeof base | typeof sft | typeof lora, inputs: object, options: object) => {
    const { out } = await runProgram(stage, {
      inputs: { ...inputs },
      options,
      out: scratch.next(),
      work: scratch.next()
    })
    return { folder: out, digest: "" }
  }
  const start = await run(base, { data: dataset(documents) }, { ...tinyModel, steps: 40, learningRate: 0.01 })
  const inputs = { base: start, tokens: dataset(await tokenTable(start.folder, conversations)) }
  const options = { epochs: 20, batch: 2, context: 64, warmup: 1, learningRate: 0.01 }
  models = { tuned: await run(sft, inputs, options), base: start, adapter: await run(lora, inputs, options) }
  whole = await evaluate()
})

describe("evaluate.suite", () => {
  test("scores every model on the same examples, the tuned one best", () => {
    const data = whole.data as Evaluation
    expect(Object.keys(data.models)).toEqual(["base", "adapter", "tuned"])
    expect(data).toMatchObject({ examples: 12, baseline: "base", skipped: { "no-answer": 1, "too-long": 1 } })
    const { base, adapter, tuned } = data.models
    expect(tuned!.perplexity.estimate).toBeLessThan(base!.perplexity.estimate)
    expect(adapter!.perplexity.estimate).toBeLessThan(base!.perplexity.estimate)
    expect(tuned!.f1.estimate).toBeGreaterThan(base!.f1.estimate)
    for (const { estimate, low, high } of [tuned!.perplexity, tuned!.bitsPerByte, tuned!.f1, tuned!.exactMatch]) {
      expect(low).toBeLessThanOrEqual(estimate)
      expect(high).toBeGreaterThanOrEqual(estimate)
    }
    expect(tuned!.bytes).toBe(
      conversations.reduce((sum, { row }) => sum + Buffer.byteLength(row.messages[1]!.content), 0)
    )
  })

  test("perplexity is that of the reference answers' tokens, end mark included", async () => {
    const model = loadModel(models.tuned!.folder)
    const chat = await Chat.open(model.tokenizer)
    const sequences = conversations.map(({ id, row }) => ({ rowId: id, ...chat.render(row.messages) }))
    const expected = perplexity(await scoreSequences(model, sequences))
    expect((whole.data as Evaluation).models.tuned!.perplexity.estimate).toBeCloseTo(expected, 4)
  })

  test("compares every two models, the baseline second", () => {
    const { comparisons } = whole.data as Evaluation
    expect(comparisons.map(({ first, second }) => `${first} ${second}`)).toEqual([
      "adapter base",
      "tuned base",
      "tuned adapter"
    ])
    const { models } = whole.data as Evaluation
    const [, tuned] = comparisons
    expect(tuned!.sameTokens).toBe(true)
    expect(tuned!.nllPerToken.estimate).toBeCloseTo(
      models.tuned!.nllPerToken.estimate - models.base!.nllPerToken.estimate,
      12
    )
    expect(tuned!.nllPerToken.high).toBeLessThan(0)
    expect(tuned!.f1.estimate).toBeCloseTo(models.tuned!.f1.estimate - models.base!.f1.estimate, 12)
  })

  test("keeps the outcome of every example and model, keyed by row id", async () => {
    const outcomes = await parquetRows(join(whole.out, "examples.parquet"))
    expect(outcomes).toHaveLength(36)
    expect(outcomes.slice(0, 12).map(({ id }) => id)).toEqual(conversations.map(({ id }) => id))
    expect(outcomes[12]).toMatchObject({ model: "adapter" })
    const { nll, tokens, perplexity } = outcomes[0] as Record<string, number>
    expect(perplexity).toBeCloseTo(Math.exp(nll! / tokens!), 9)
    expect(JSON.parse(readFileSync(join(whole.out, "report.json"), "utf8"))).toEqual(whole.data)
  })

  test("accounts for every row, reports metrics and samples", () => {
    const fates = whole.fates.get("on")!
    expect(fates.size).toBe(14)
    expect([fates.get("open"), fates.get("long"), fates.get("c00")]).toEqual(["no-answer", "too-long", "used"])
    expect(whole.metrics.map(([name]) => name)).toContain("tuned/perplexity")
    expect(whole.samples[0]).toMatch(
      /^question: What does the anvil do\?\nreference: The anvil shapes hot iron\.\nbase: /
    )
    expect(whole.progress.at(-1)!.slice(0, 2)).toEqual([3, 3])
  })

  test("quotes examples at equal distances, each with what every model made of it", () => {
    const { samples, models } = whole.data as Evaluation
    expect(samples.map(({ id }) => id)).toEqual(["c00", "c06"])
    for (const { answers, scores } of samples) {
      expect(Object.keys(answers)).toEqual(Object.keys(models))
      expect(Object.keys(scores)).toEqual(Object.keys(models))
      for (const { perplexity, f1 } of Object.values(scores)) {
        expect(perplexity).toBeGreaterThan(1)
        expect(f1 >= 0 && f1 <= 1).toBe(true)
      }
    }
  })

  test("gives the same bytes again, whatever order the models are named in, and after a kill", async () => {
    const { base, adapter, tuned } = models as Record<string, { folder: string; digest: string }>
    const work = scratch.next()
    expect(digests((await evaluate({}, { adapter: adapter!, base: base!, tuned: tuned! }, work)).out)).toEqual(
      digests(whole.out)
    )
    expect(digests((await evaluate({}, models, work)).out)).toEqual(digests(whole.out))
  })

  test("a limit leaves rows out and says so", async () => {
    const { fates, data } = await evaluate({ limit: 5, baseline: "tuned" })
    expect([...fates.get("on")!.values()].filter((fate) => fate === "over-limit")).toHaveLength(7)
    expect(data).toMatchObject({ examples: 5, baseline: "tuned" })
    expect((data as Evaluation).comparisons[0]).toMatchObject({ first: "adapter", second: "tuned" })
  })

  test("errors", async () => {
    await expect(evaluate({ baseline: "other" })).rejects.toThrow(
      'evaluate.suite: baseline "other" is none of the models adapter, base, tuned'
    )
    await expect(evaluate({ maxNewTokens: 100_000 })).rejects.toThrow(
      "evaluate.suite: none of 14 rows can be evaluated"
    )
  })
})

describe("evaluate.gate", () => {
  const put = (options: object, data: unknown = whole.data) =>
    runProgram(gate, {
      inputs: { report: { folder: whole.out, data } },
      options,
      out: scratch.next(),
      work: scratch.next()
    })

  test("opens where one model beats another, and passes the report on with the verdict", async () => {
    const { passed, data, out } = await put({ better: "tuned", than: "base" })
    expect(passed).toBe(true)
    const { gates, ...rest } = data as Evaluation
    expect(rest).toEqual(whole.data)
    expect(gates).toEqual([
      { passed: true, sentence: expect.stringMatching(/^tuned has answer perplexity .*, better\.$/) }
    ])
    expect(JSON.parse(readFileSync(join(out, "report.json"), "utf8"))).toEqual(data)
    expect(digests(out)["examples.parquet"]).toBe(digests(whole.out)["examples.parquet"])
  })

  test("stays shut where it does not, and keeps the verdicts of gates before it", async () => {
    const first = await put({ metric: "tuned/perplexity", atMost: 1e6 })
    const second = await put({ better: "base", than: "tuned" }, first.data)
    expect([first.passed, second.passed]).toEqual([true, false])
    expect((second.data as Evaluation).gates!.map(({ passed }) => passed)).toEqual([true, false])
  })

  test.each([[{}], [{ better: "tuned" }], [{ than: "base" }], [{ better: "tuned", than: "base", atLeast: 1 }]])(
    "%j is neither form",
    async (options) => {
      await expect(put(options)).rejects.toThrow(
        'evaluate.gate takes either { metric: "MODEL/METRIC", atLeast or atMost } or { better, than, metric }'
      )
    }
  )
})
