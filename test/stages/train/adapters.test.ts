// Every stage that trains an adapter, for real on a dozen conversations over one tiny model, and the merging of adapters.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { loadAdapter, loadModel, nextTokenLogits } from "#sluice/model"
import * as stages from "#stages"
import { base } from "../../../stages/train/base.ts"
import { bottleneck } from "../../../stages/train/bottleneck.ts"
import { ia3 } from "../../../stages/train/ia3.ts"
import { lora } from "../../../stages/train/lora.ts"
import { merge } from "../../../stages/train/merge.ts"
import { pTuning } from "../../../stages/train/p-tuning.ts"
import { prefix } from "../../../stages/train/prefix.ts"
import { prompt } from "../../../stages/train/prompt.ts"
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
  table = await tokenTable(out, conversations)
})
afterAll(() => scratch[Symbol.dispose]())

const common = { steps: 20, batch: 4, context: 64, warmup: 1 }

const cases = [
  { title: "LoRA", stage: lora, options: {}, type: "LORA" },
  {
    title: "LoRA in full",
    stage: lora,
    options: {
      targets: "all-linear",
      rankStabilised: true,
      dropout: 0.1,
      rankPattern: { "layers.0.self_attn.q_proj": 2 },
      alphaPattern: { down_proj: 4 }
    },
    type: "LORA"
  },
  {
    title: "LoRA on embeddings, with biases and the head",
    stage: lora,
    options: { targets: ["embed_tokens", "q_proj"], bias: "all", modulesToSave: ["lm_head"] },
    type: "LORA"
  },
  { title: "DoRA", stage: lora, options: { dora: true, layers: [1] }, type: "LORA" },
  { title: "IA³", stage: ia3, options: {}, type: "IA3" },
  { title: "IA³ with norms", stage: ia3, options: { modulesToSave: ["norm"] }, type: "IA3" },
  { title: "prompt tuning", stage: prompt, options: { virtualTokens: 4 }, type: "PROMPT_TUNING" },
  {
    title: "prompt tuning from a text",
    stage: prompt,
    options: { virtualTokens: 4, init: "text", text: "A workshop." },
    type: "PROMPT_TUNING"
  },
  { title: "P-tuning", stage: pTuning, options: { virtualTokens: 4 }, type: "P_TUNING" },
  { title: "prefix tuning", stage: prefix, options: { virtualTokens: 4 }, type: "PREFIX_TUNING" },
  {
    title: "prefix tuning, projected",
    stage: prefix,
    options: { virtualTokens: 4, projection: true, encoderHidden: 16 },
    type: "PREFIX_TUNING"
  },
  {
    title: "Houlsby's bottlenecks",
    stage: bottleneck,
    options: { layout: "houlsby", reduction: 4 },
    type: "BOTTLENECK"
  },
  { title: "Pfeiffer's bottlenecks", stage: bottleneck, options: { reduction: 4 }, type: "BOTTLENECK" },
  { title: "parallel bottlenecks", stage: bottleneck, options: { layout: "parallel" }, type: "BOTTLENECK" }
] as const

test("every stage that leaves an adapter has a case", () => {
  const adapting = Object.values(stages.train)
    .map(({ declaration }) => declaration.name)
    .filter((name) => !/(tokens|Tokens|proven|base|pretrained|sft|merge)$/.test(name))
  expect(new Set(cases.map(({ stage }) => stage.declaration.name))).toEqual(new Set(adapting))
})

const run = (stage: (typeof cases)[number]["stage"], options: object, work = scratch.next(), onProgress?: () => void) =>
  runProgram(stage as typeof lora, {
    inputs: { base: start, tokens: dataset(table) },
    options: { ...common, ...options },
    out: scratch.next(),
    work,
    ...(onProgress && { onProgress })
  })

describe.each(cases)("$title", ({ stage, options, type }) => {
  test("learns over a frozen model and leaves an adapter that says what was learnt", async () => {
    const { out, data: found, samples } = await run(stage, options)
    const data = found as TrainingData
    expect(data.steps).toBe(20)
    expect(data.closingLoss).toBeLessThan(data.firstLoss - 0.1)
    expect(data.rows).toEqual({ used: 12, skipped: {} })
    expect(samples).toHaveLength(3)
    expect(digests(join(out, "base"))).toEqual(digests(start.folder))
    const config = JSON.parse(readFileSync(join(out, "adapter_config.json"), "utf8"))
    expect(config).toMatchObject({ peft_type: type, task_type: "CAUSAL_LM", base_model_name_or_path: "base" })
    const model = loadModel(start.folder)
    const ids = Int32Array.from({ length: 12 }, (_, at) => 40 + at)
    const [with1] = await nextTokenLogits(model, [ids], { adapter: loadAdapter(out) })
    const [without] = await nextTokenLogits(model, [ids])
    expect(with1).not.toEqual(without)
  })
})

test("a run that was killed ends with the same bytes, dropout included", async () => {
  const options = { ...cases[1].options, checkpointEvery: 3 }
  const whole = await run(lora, options)
  const work = scratch.next()
  let done = 0
  const killed = run(lora, options, work, () => {
    if (++done === 5) throw new Error("killed")
  })
  await expect(killed).rejects.toThrow("killed")
  expect(digests((await run(lora, options, work)).out)).toEqual(digests(whole.out))
})

describe("train.merge", () => {
  const merged = (folder: string, options = {}) =>
    runProgram(merge, {
      inputs: { adapter: { folder, digest: "" } },
      options,
      out: scratch.next(),
      work: scratch.next()
    })

  test.each(cases.slice(0, 4))("leaves a complete model that scores as $title over its model", async (one) => {
    const { out: adapter } = await run(one.stage, one.options)
    const { out, data } = await merged(adapter)
    const { difference, ...rest } = data as { difference: number }
    expect(rest).toEqual({ kind: one.stage === ia3 ? "ia3" : "lora", texts: 4, untied: false })
    expect(difference).toBeLessThan(1e-4)
    const ids = Int32Array.from({ length: 12 }, (_, at) => 40 + at)
    const [apart] = await nextTokenLogits(loadModel(start.folder), [ids], { adapter: loadAdapter(adapter) })
    const [together] = await nextTokenLogits(loadModel(out), [ids])
    apart!.forEach((value, at) => {
      expect(Math.abs(value - together![at]!)).toBeLessThan(1e-3)
    })
  })

  test("fails above the tolerance, for a method that cannot be merged, and for a model", async () => {
    const { out: adapter } = await run(lora, {})
    await expect(merged(adapter, { tolerance: 1e-12 })).rejects.toMatchObject({ code: "SLUICE_MERGE_DIFFERS" })
    const { out: tuned } = await run(prompt, { virtualTokens: 2, steps: 1 })
    await expect(merged(tuned)).rejects.toMatchObject({ code: "SLUICE_CANNOT_MERGE" })
    await expect(merged(start.folder)).rejects.toMatchObject({ code: "SLUICE_CANNOT_MERGE" })
  })
})
