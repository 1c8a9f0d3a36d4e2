// train.sft and train.lora for real, on a dozen conversations over one tiny model.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { loadAdapter, loadModel } from "#sluice/model"
import { base } from "../../../stages/train/base.ts"
import { lora } from "../../../stages/train/lora.ts"
import { sft } from "../../../stages/train/sft.ts"
import { idBytes } from "../../../stages/train/token-columns.ts"
import type { TrainingData } from "../../../stages/train/training-data.ts"
import { dataset, digests, runProgram, Scratch } from "./program-run.ts"
import { conversations, documents, tinyModel } from "./small-corpus.ts"
import { tokenTable } from "./token-table.ts"

const scratch = new Scratch()
let start = { folder: "", digest: "" }
let table: Awaited<ReturnType<typeof tokenTable>> = []

beforeAll(async () => {
  const inputs = { data: dataset(documents) }
  const options = { ...tinyModel, steps: 60, learningRate: 0.01 }
  const { out } = await runProgram(base, { inputs, options, out: scratch.next(), work: scratch.next() })
  start = { folder: out, digest: "" }
  table = [...(await tokenTable(out, conversations)), silent, long]
})
afterAll(() => scratch[Symbol.dispose]())

const options = { epochs: 8, batch: 1, context: 64, warmup: 1, learningRate: 0.03, checkpointEvery: 3 }
const silent = { id: "silent", row: { ids: idBytes(Int32Array.of(3, 4, 5)), mask: new Uint8Array(3) } }
const long = { id: "long", row: { ids: idBytes(new Int32Array(65).fill(3)), mask: new Uint8Array(65).fill(1) } }

const tune = (stage: typeof sft | typeof lora, work = scratch.next(), onProgress?: (done: number) => void) =>
  runProgram(stage, {
    inputs: { base: start, tokens: dataset(table) },
    options,
    out: scratch.next(),
    work,
    ...(onProgress && { onProgress })
  })

describe.each([
  ["train.sft", sft],
  ["train.lora", lora]
] as const)("%s", (_, stage) => {
  test("learns, accounts for every row, and gives the same bytes when killed and resumed", async () => {
    const whole = await tune(stage)
    const data = whole.data as TrainingData
    expect(data.closingLoss).toBeLessThan(data.firstLoss - 0.3)
    expect(data.rows).toEqual({ used: 12, skipped: { "nothing-supervised": 1, "too-long": 1 } })
    expect(whole.fates.get("tokens")!.size).toBe(14)
    expect(whole.fates.get("tokens")!.get("silent")).toBe("nothing-supervised")
    expect(whole.fates.get("tokens")!.get("long")).toBe("too-long")
    expect(whole.progress.at(-1)!.slice(0, 2)).toEqual([data.steps, data.steps])
    expect(whole.samples).toHaveLength(3)

    const work = scratch.next()
    const killed = tune(stage, work, (done) => {
      if (done === 5) throw new Error("killed")
    })
    await expect(killed).rejects.toThrow("killed")
    const resumed = await tune(stage, work)
    expect(resumed.progress[0]![0]).toBe(4)
    expect(digests(resumed.out)).toEqual(digests(whole.out))
  })
})

test("train.sft leaves a complete model with every weight trained", async () => {
  const { out, data } = await tune(sft)
  const before = loadModel(start.folder)
  const after = loadModel(out)
  expect(after.config).toEqual(before.config)
  for (const [name, { data: weights }] of after.weights)
    expect(weights, name).not.toEqual(before.weights.get(name)!.data)
  expect((data as TrainingData).trainedParameters).toBe((data as TrainingData).parameters)
})

test("train.lora leaves an adapter in PEFT layout beside an untouched copy of the base", async () => {
  const { out, data } = await tune(lora)
  const config = JSON.parse(readFileSync(join(out, "adapter_config.json"), "utf8"))
  expect(config).toMatchObject({ peft_type: "LORA", r: 8, lora_alpha: 16, target_modules: ["q_proj", "v_proj"] })
  const adapter = loadAdapter(out)
  expect([...adapter.weights.keys()]).toContain("model.layers.1.self_attn.v_proj.lora_B.weight")
  expect(digests(join(out, "base"))).toEqual(digests(start.folder))
  expect((data as TrainingData).trainedParameters).toBe(2 * (8 * 32 + 32 * 8 + 8 * 32 + 16 * 8))
})

test("an adapter can be the base of the next tuning: its correction is added into the weights", async () => {
  const adapter = await tune(lora)
  const inputs = { base: { folder: adapter.out, digest: "" }, tokens: dataset(table.slice(0, 12)) }
  const given = { inputs, options: { ...options, steps: 2 }, work: scratch.next() }
  const { data, out } = await runProgram(lora, { ...given, out: scratch.next() })
  expect((data as TrainingData).firstLoss).toBeLessThan((adapter.data as TrainingData).firstLoss - 0.3)
  expect((data as TrainingData).steps).toBe(2)
  expect(loadModel(join(out, "base")).weights.get("model.layers.0.self_attn.q_proj.weight")!.data).not.toEqual(
    loadModel(start.folder).weights.get("model.layers.0.self_attn.q_proj.weight")!.data
  )
})

describe("validation", () => {
  const held = () => table.slice(8, 12)
  const over = (more: object, validation = [dataset(held())]) =>
    runProgram(sft, {
      inputs: { base: start, tokens: dataset(table.slice(0, 8)), validation },
      options: { ...options, epochs: 12, validateEvery: 4, learningRate: 0.05, schedule: "constant", ...more },
      out: scratch.next(),
      work: scratch.next()
    })

  test("is measured, the best weights are kept, and overfitting is told", async () => {
    const { data, out, metrics, fates } = await over({}, [dataset([...held(), silent, long])])
    expect(Object.fromEntries(fates.get("validation")!)).toMatchObject({
      [held()[0]!.id]: "used",
      silent: "nothing-supervised",
      long: "too-long"
    })
    expect(fates.get("validation")!.size).toBe(6)
    const { validation, steps } = data as TrainingData
    expect(validation!.curve.map(([step]) => step)).toEqual(
      Array.from({ length: Math.ceil(steps / 4) }, (_, at) => Math.min(steps, 4 * (at + 1)))
    )
    expect(validation!.lowest).toBe(Math.min(...validation!.curve.map(([, loss]) => loss)))
    expect(validation!.overfit).toBeCloseTo(validation!.last - validation!.lowest, 12)
    expect(validation!.keptStep).toBe(validation!.lowestStep)
    expect(metrics.filter(([name]) => name === "validationLoss")).toHaveLength(validation!.curve.length)
    const last = await over({ keepBest: false })
    expect((last.data as TrainingData).validation!.keptStep).toBe(steps)
    expect(digests(last.out)["model.safetensors"]).not.toBe(digests(out)["model.safetensors"])
  })

  test("ends a run that gets no better", async () => {
    const { validation } = (await over({})).data as TrainingData
    expect(validation!.overfit).toBeGreaterThan(0.01)
    const early = (await over({ patience: 1 })).data as TrainingData
    expect(early.steps).toBeLessThan(validation!.curve.at(-1)![0])
  })
})

test("what a trainer can be told changes what is learnt", async () => {
  const one = async (more: object) => {
    const { data } = await runProgram(sft, {
      inputs: { base: start, tokens: dataset(table.slice(0, 8)) },
      options: { ...options, epochs: 2, ...more },
      out: scratch.next(),
      work: scratch.next()
    })
    return data as TrainingData
  }
  const plain = await one({})
  for (const more of [
    { schedule: "linear" },
    { schedule: "constant" },
    { accumulate: 2 },
    { maxGradNorm: 0.1 },
    { labelSmoothing: 0.1 },
    { neftune: 5 }
  ]) {
    expect((await one(more)).curve, JSON.stringify(more)).not.toEqual(plain.curve)
  }
  expect((await one({ accumulate: 2 })).steps).toBe(plain.steps / 2)
  expect((await one({ checkpointing: true })).firstLoss).toBeCloseTo(plain.firstLoss, 5)
  expect((await one({ batch: 2 })).firstLoss).toBeCloseTo((await one({ accumulate: 2 })).firstLoss, 5)
})

test("samples are shown while a model trains", async () => {
  const { samples, data } = await runProgram(sft, {
    inputs: { base: start, tokens: dataset(table.slice(0, 4)) },
    options: { ...options, steps: 4, sampleEvery: 2 },
    out: scratch.next(),
    work: scratch.next()
  })
  expect((data as TrainingData).steps).toBe(4)
  expect(samples).toHaveLength(9)
})
