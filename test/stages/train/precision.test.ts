// Trainings in mixed precision as stages: what their data, ledgers and metrics tell, and that a skipped row is no used row.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { loadModel, saveModel } from "#sluice/model"
import { base } from "../../../stages/train/base.ts"
import { lora } from "../../../stages/train/lora.ts"
import { sft } from "../../../stages/train/sft.ts"
import type { TrainingData } from "../../../stages/train/training-data.ts"
import { parquetRows } from "./parquet-rows.ts"
import { dataset, runProgram, Scratch } from "./program-run.ts"
import { conversations, documents, tinyModel } from "./small-corpus.ts"
import { tokenTable } from "./token-table.ts"

const scratch = new Scratch()
/** A model, and the same with so large a gain that gradients times 2¹⁶ are beyond f16. */
let start = { folder: "", digest: "" }
let steep = { folder: "", digest: "" }
let table: Awaited<ReturnType<typeof tokenTable>> = []

const trainBase = (options: object) =>
  runProgram(base, {
    inputs: { data: dataset(documents) },
    options: { ...tinyModel, ...options },
    out: scratch.next(),
    work: scratch.next()
  })

beforeAll(async () => {
  const { out } = await trainBase({ steps: 30, learningRate: 0.01 })
  start = { folder: out, digest: "" }
  const model = loadModel(out)
  const norm = model.weights.get("model.norm.weight")!
  const weights = new Map(model.weights)
  weights.set("model.norm.weight", { ...norm, data: norm.data.map((value) => 100 * value) })
  steep = { folder: scratch.next(), digest: "" }
  saveModel(steep.folder, { ...model, weights })
  table = await tokenTable(out, conversations)
})
afterAll(() => scratch[Symbol.dispose]())

const tune = (stage: typeof sft | typeof lora, from: typeof start, options: object) =>
  runProgram(stage, {
    inputs: { base: from, tokens: dataset(table) },
    options: { batch: 1, context: 64, warmup: 1, learningRate: 0.01, ...options },
    out: scratch.next(),
    work: scratch.next()
  })

test("train.base in f16 follows f32, and says what it trained in", async () => {
  const losses = async (precision: "f32" | "f16") => {
    const { data, out } = await trainBase({ steps: 10, precision })
    expect(JSON.parse(readFileSync(join(out, "training.json"), "utf8")).options.precision).toBe(precision)
    return data as TrainingData
  }
  const [plain, mixed] = [await losses("f32"), await losses("f16")]
  expect(plain.mixedPrecision).toBeUndefined()
  expect(mixed.mixedPrecision).toEqual({ skippedSteps: 0, lossScale: 65_536 })
  expect(Math.abs(mixed.finalLoss / plain.finalLoss - 1)).toBeLessThan(0.01)
  expect(mixed.finalLoss).not.toBe(plain.finalLoss)
})

test.each([
  ["train.sft", sft],
  ["train.lora", lora]
] as const)("%s: steps that overflow are skipped, counted, and told in ledger and metrics", async (_, stage) => {
  const { data, out, metrics, progress } = await tune(stage, steep, { precision: "f16", epochs: 3 })
  const steps = await parquetRows(join(out, "steps.parquet"))
  const skipped = steps.filter((step) => step.skipped === true)
  expect(skipped.length).toBeGreaterThan(1)
  expect(skipped.length).toBeLessThan(steps.length)
  const { mixedPrecision, tokens } = data as TrainingData
  expect(mixedPrecision).toEqual({ skippedSteps: skipped.length, lossScale: steps.at(-1)!.lossScale })
  const sum = (rows: typeof steps) => rows.reduce((total, step) => total + (step.tokens as number), 0)
  expect(tokens).toBe(sum(steps) - sum(skipped))
  const told = (name: string) => metrics.flatMap(([which, value]) => (which === name ? [value] : []))
  expect(told("lossScale")).toEqual(steps.map(({ lossScale }) => lossScale))
  expect(told("gradNorm")).toEqual(steps.filter((step) => step.skipped !== true).map(({ gradNorm }) => gradNorm))
  expect(progress.filter(([, , text]) => text?.endsWith(", skipped"))).toHaveLength(skipped.length)
})

test("a row that only skipped steps saw is not used, and the reason says so", async () => {
  const { fates, data, out } = await tune(sft, steep, { precision: "f16", steps: 6 })
  const steps = await parquetRows(join(out, "steps.parquet"))
  const seenBy = (skipped: boolean) =>
    new Set(steps.filter((step) => step.skipped === skipped).flatMap(({ rowIds }) => rowIds as string[]))
  const [lost, learnt] = [seenBy(true).difference(seenBy(false)), seenBy(false)]
  expect(lost.size).toBeGreaterThan(0)
  for (const { id } of table) {
    const expected = learnt.has(id) ? "used" : lost.has(id) ? "step-skipped" : "not-reached"
    expect(fates.get("tokens")!.get(id), id).toBe(expected)
  }
  const rows = await parquetRows(join(out, "rows.parquet"))
  for (const { id, steps: times, skipped } of rows)
    if (lost.has(id as string)) expect([times, skipped]).toEqual([0, "step-skipped"])
  expect((data as TrainingData).rows.used).toBe(learnt.size)
})

test("in f32 the ledger has the columns it had", async () => {
  const { out } = await tune(sft, start, { steps: 1 })
  const [step] = await parquetRows(join(out, "steps.parquet"))
  const columns = ["step", "rowIds", "tokens", "supervised", "loss", "gradNorm", "learningRate"]
  expect(Object.keys(step!)).toEqual(columns)
})
