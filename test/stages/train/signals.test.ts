// Tunings that go wrong, for real: one that overfits and forgets, one that collapses, one that never ends its answers.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, test } from "vitest"
import { base } from "../../../stages/train/base.ts"
import { judgeSignals } from "../../../stages/train/limits.ts"
import { lora } from "../../../stages/train/lora.ts"
import { sft } from "../../../stages/train/sft.ts"
import type { ProbeAnswer } from "../../../stages/train/signals.ts"
import type { TrainingData } from "../../../stages/train/training-data.ts"
import { dataset, digests, runProgram, Scratch } from "./program-run.ts"
import { conversations, documents, tinyModel } from "./small-corpus.ts"
import { tokenTable } from "./token-table.ts"

const scratch = new Scratch()
let start = { folder: "", digest: "" }
let table: Awaited<ReturnType<typeof tokenTable>> = []

beforeAll(async () => {
  const inputs = { data: dataset(documents) }
  const options = { ...tinyModel, steps: 300, learningRate: 0.01 }
  const { out } = await runProgram(base, { inputs, options, out: scratch.next(), work: scratch.next() })
  start = { folder: out, digest: "" }
  table = await tokenTable(out, conversations)
})
afterAll(() => scratch[Symbol.dispose]())

interface Given {
  readonly stage?: typeof sft | typeof lora
  readonly inputs?: object
  readonly work?: string
  readonly onProgress?: (done: number) => void
}

const tune = async (more: object, { stage = sft, inputs = {}, work = scratch.next(), onProgress }: Given = {}) => {
  const run = await runProgram(stage, {
    inputs: { base: start, tokens: dataset(table.slice(0, 8)), validation: [dataset(table.slice(8))], ...inputs },
    options: { batch: 1, context: 64, warmup: 1, keepBest: false, checkpointEvery: 3, ...more },
    out: scratch.next(),
    work,
    ...(onProgress && { onProgress })
  })
  const data = run.data as TrainingData
  return { ...run, data, signals: data.signals! }
}

/** A tuning that does what it is to do: it learns answers of the form that it is shown. */
const mild = { learningRate: 0.003, epochs: 8 }

test("a mild tuning: the form is learnt, little is forgotten, answers are as different as the data's", async () => {
  const { signals, out } = await tune(mild)
  expect(signals.overfitting).toBeLessThan(0.1)
  expect(signals.collapse).toBeLessThan(0.3)
  expect(signals.misalignment).toBe(0)
  expect(signals.answers!.misaligned.before).toBeGreaterThan(0.5)
  expect(signals.answers!.faults).toEqual({})
  expect(signals.forgetting).toBeLessThan(4)
  expect(signals.retained).toMatchObject({ of: "own", texts: 8 })
  const answers = JSON.parse(readFileSync(join(out, "answers.json"), "utf8")) as ReadonlyArray<ProbeAnswer>
  expect(answers.map(({ id }) => id)).toEqual(table.slice(8).map(({ id }) => id))
  for (const { prompt, reference, before, after, fault } of answers) {
    expect(prompt).toMatch(/^user\n(What|Where)/)
    expect(reference).toMatch(/^The \w+ /)
    expect(after).not.toBe(before)
    expect(fault).toBeNull()
  }
})

test("one that goes on for too long at too high a rate overfits and forgets, as the texts given say too", async () => {
  const wild = { learningRate: 0.01, epochs: 30 }
  const { signals } = await tune(wild)
  expect(signals.overfitting).toBeGreaterThan(0.3)
  expect(signals.forgetting).toBeGreaterThan(5)
  expect(signals.answers!.entropy.after).toBeLessThan(signals.answers!.entropy.before)
  const given = await tune(wild, { inputs: { retained: [dataset([...documents, { id: "void", row: { text: "" } }])] } })
  expect(given.signals.retained).toMatchObject({ of: "retained", texts: 12 })
  expect(given.signals.forgetting).toBeGreaterThan(5)
  expect(given.signals.forgetting).toBeCloseTo(
    given.signals.retained!.perplexity.after / given.signals.retained!.perplexity.before,
    10
  )
  expect(Object.fromEntries(given.fates.get("retained")!)).toMatchObject({ d00: "used", void: "empty" })
  expect(given.fates.get("retained")!.size).toBe(13)
})

test("one whose rate is far too high collapses: prompts get the same answer", async () => {
  const { signals } = await tune({ learningRate: 0.1, epochs: 12 })
  expect(signals.collapse).toBeGreaterThan(0.4)
  expect(signals.answers!.repeated.after).toBeGreaterThan(signals.answers!.repeated.data)
  expect(signals.answers!.diversity.after).toBeLessThan(signals.answers!.diversity.data / 2)
})

test("one that learns too little does not end its answers", async () => {
  const { signals, out } = await tune({ learningRate: 1e-4, steps: 1, rank: 2 }, { stage: lora })
  expect(signals.misalignment).toBeGreaterThan(0.5)
  expect(signals.answers!.faults["unended"]).toBeGreaterThan(1)
  expect(signals.forgetting).toBeCloseTo(1, 1)
  const answers = JSON.parse(readFileSync(join(out, "answers.json"), "utf8")) as ReadonlyArray<ProbeAnswer>
  expect(answers.filter(({ fault }) => fault !== null)).toHaveLength(4 * signals.misalignment!)
})

test("killed and resumed it is measured the same, and the base is tried once", async () => {
  const whole = await tune(mild, { stage: lora })
  const work = scratch.next()
  const killed = tune(mild, {
    stage: lora,
    work,
    onProgress: (done) => {
      if (done === 5) throw new Error("killed")
    }
  })
  await expect(killed).rejects.toThrow("killed")
  const before = readFileSync(join(work, "before.json"), "utf8")
  const resumed = await tune(mild, { stage: lora, work })
  expect(readFileSync(join(work, "before.json"), "utf8")).toBe(before)
  expect(digests(resumed.out)).toEqual(digests(whole.out))
  expect(resumed.data).toEqual(whole.data)
})

test("without probes nothing is tried; where all is supervised there are no prompts", async () => {
  const none = await tune({ ...mild, probes: 0 }, { inputs: { retained: [dataset(documents)] } })
  expect(none.data.signals).toBeUndefined()
  expect(new Set(none.fates.get("retained")!.values())).toEqual(new Set(["not-measured"]))
  expect(none.samples).toHaveLength(3)
  const whole = table.map(({ id, row: { ids, mask } }) => ({ id, row: { ids, mask: mask.map(() => 1) } }))
  const { signals } = await tune(mild, { inputs: { tokens: dataset(whole), validation: undefined } })
  expect(signals).toMatchObject({ overfitting: null, collapse: null, misalignment: null, answers: null })
  expect(signals.forgetting).toBeGreaterThan(0)
})

describe("limits", () => {
  const limits = { overfitting: 0.1, forgetting: 1.5, collapse: 0.3, misalignment: 0.25 }

  test("there are none unless they are given", async () => {
    const { data } = await tune(mild)
    expect(judgeSignals(data, { limits: undefined })).toBeUndefined()
    expect(judgeSignals(data, { limits: {} })).toBeUndefined()
    expect(judgeSignals(data, { limits: { misalignment: 0, forgetting: data.signals!.forgetting! } })).toEqual([])
  })

  test("a sentence for each that is exceeded: the figure, the bound, what lies behind, what to do", async () => {
    const { data, signals } = await tune({ learningRate: 0.1, epochs: 12 })
    const said = judgeSignals(data, { limits })!
    expect(said).toHaveLength(3)
    expect(said[0]).toMatch(
      /^overfitting [\d.]+ is above limits\.overfitting 0\.1: the loss on validation rose from .* at step \d+ to .*; train for fewer steps/
    )
    expect(said[1]).toMatch(
      /^forgetting \d+ is above limits\.forgetting 1\.5: 8 texts that the base writes itself have a perplexity of [\d.]+, before/
    )
    expect(said[2]).toMatch(
      /^collapse [\d.]+ is above limits\.collapse 0\.3: answers to 4 prompts have a diversity of [\d.]+, those of the data [\d.]+;/
    )
    const { overfitting } = signals
    expect(judgeSignals(data, { limits: { overfitting: overfitting! } })).toEqual([])
    const unended = await tune({ learningRate: 1e-4, steps: 1, rank: 2 }, { stage: lora })
    expect(judgeSignals(unended.data, { limits: { misalignment: 0.25 } })![0]).toMatch(
      /^misalignment [\d.]+ is above limits\.misalignment 0\.25: of 4 answers .*\d unended; see answers\.json/
    )
  })

  test("one of what was not measured is not kept", async () => {
    const { data } = await tune(mild, { inputs: { validation: undefined } })
    expect(judgeSignals(data, { limits: { overfitting: 1 } })).toEqual([
      "limits.overfitting is 1, but overfitting was not measured: give rows as validation"
    ])
    const none = await tune({ ...mild, probes: 0 })
    expect(judgeSignals(none.data, { limits: { overfitting: 5 } })).toEqual([])
    expect(judgeSignals(none.data, { limits: { forgetting: 5 } })).toHaveLength(1)
  })
})
