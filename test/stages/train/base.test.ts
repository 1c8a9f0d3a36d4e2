// train.base for real, on a few kilobytes: what it writes, what it says of each row, and that its bytes can be had again.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, expect, test } from "vitest"
import { loadModel, readSafetensors } from "#sluice/model"
import { base } from "../../../stages/train/base.ts"
import type { TrainingData } from "../../../stages/train/training-data.ts"
import { parquetRows } from "./parquet-rows.ts"
import { dataset, digests, runProgram, Scratch } from "./program-run.ts"
import { documents, tinyModel } from "./small-corpus.ts"

const scratch = new Scratch()
afterAll(() => scratch[Symbol.dispose]())

const options = { ...tinyModel, steps: 20, learningRate: 0.01 }
const rows = [...documents, { id: "blank", row: { text: " \n" } }]

const train = (over: object = {}, work = scratch.next(), onProgress?: (done: number) => void) =>
  runProgram(base, {
    inputs: { data: dataset(rows) },
    options: { ...options, ...over },
    out: scratch.next(),
    work,
    ...(onProgress && { onProgress })
  })

const whole = train()

test("learns", async () => {
  const data = (await whole).data as TrainingData
  expect(data.steps).toBe(20)
  expect(data.firstLoss).toBeCloseTo(Math.log(320), 0)
  expect(data.closingLoss).toBeLessThan(data.firstLoss - 1)
  expect(data.curve[0]).toEqual([1, data.firstLoss])
  expect(data.curve.at(-1)).toEqual([20, data.finalLoss])
})

test("writes a model in Hugging Face layout, with the options and the ledger beside it", async () => {
  const { out, data } = await whole
  expect(Object.keys(digests(out))).toEqual([
    "config.json",
    "generation_config.json",
    "model.safetensors",
    "rows.parquet",
    "steps.parquet",
    "tokenizer.json",
    "tokenizer_config.json",
    "training.json"
  ])
  const model = loadModel(out)
  expect(model.config).toMatchObject({ layers: 2, hiddenSize: 32, heads: 4, kvHeads: 2, vocabSize: 320 })
  expect([...readSafetensors(join(out, "model.safetensors")).keys()]).toContain("model.layers.1.mlp.down_proj.weight")
  const recorded = JSON.parse(readFileSync(join(out, "training.json"), "utf8"))
  expect(recorded).toMatchObject({ ...(data as object), options: { steps: 20, seed: 0 } })
  expect(recorded.options).not.toHaveProperty("checkpointEvery")
})

test("accounts for every row once, in its report and in the ledger", async () => {
  const { out, fates } = await whole
  const steps = await parquetRows(join(out, "steps.parquet"))
  expect(steps.map(({ step }) => step)).toEqual(Array.from({ length: 20 }, (_, at) => at + 1))
  expect(Object.keys(steps[0]!)).toEqual(["step", "rowIds", "tokens", "supervised", "loss", "gradNorm", "learningRate"])
  const seen = new Set(steps.flatMap(({ rowIds }) => rowIds as string[]))
  expect(fates.get("data")).toEqual(
    new Map(rows.toReversed().map(({ id }) => [id, id === "blank" ? "empty" : "used"] as const))
  )
  expect(seen).toEqual(new Set(documents.map(({ id }) => id)))
  const ledger = await parquetRows(join(out, "rows.parquet"))
  expect(ledger.map(({ id }) => id)).toEqual(rows.map(({ id }) => id))
  expect(ledger.at(-1)).toMatchObject({ id: "blank", steps: 0, skipped: "empty" })
  expect(ledger[0]!.digest).toMatch(/^[0-9a-f]{64}$/)
})

test("reports every step and lets the model speak", async () => {
  const { progress, metrics, samples } = await whole
  expect(progress.map(([done, total]) => `${done}/${total}`)).toEqual(
    Array.from({ length: 20 }, (_, at) => `${at + 1}/20`)
  )
  expect(progress[0]![2]).toMatch(/^loss \d\.\d\d$/)
  expect(metrics.filter(([name]) => name === "loss")).toHaveLength(20)
  expect(samples).toHaveLength(3)
})

test("the same inputs give the same bytes, another seed gives others", async () => {
  const first = digests((await whole).out)
  expect(digests((await train()).out)).toEqual(first)
  expect(digests((await train({ seed: 1 })).out)["model.safetensors"]).not.toBe(first["model.safetensors"])
})

test("a killed run goes on from its checkpoint and ends in the same bytes", async () => {
  const work = scratch.next()
  const killed = train({}, work, (done) => {
    if (done === 10) throw new Error("killed")
  })
  await expect(killed).rejects.toThrow("killed")
  expect(existsSync(join(work, "checkpoints", "step-00000008"))).toBe(true)
  const resumed = await train({}, work)
  expect(resumed.progress[0]![0]).toBe(9)
  expect(digests(resumed.out)).toEqual(digests((await whole).out))
  expect(resumed.fates.get("data")).toEqual((await whole).fates.get("data"))
})

test("rows that no step reaches are not counted as used", async () => {
  const { fates, data } = await train({ steps: 1, batch: 1 })
  const reached = [...fates.get("data")!.values()]
  expect(reached.filter((fate) => fate === "not-reached").length).toBeGreaterThan(0)
  expect((data as TrainingData).rows.used).toBe(reached.filter((fate) => fate === "used").length)
})
