// Mixtures in a tuning: which rows a training sees and how often, what it says of each source, and the same after a kill.
import { join } from "node:path"
import { afterAll, beforeAll, expect, test } from "vitest"
import { base } from "../../../stages/train/base.ts"
import { lora } from "../../../stages/train/lora.ts"
import { idBytes } from "../../../stages/train/token-columns.ts"
import type { TrainingData } from "../../../stages/train/training-data.ts"
import { parquetRows } from "./parquet-rows.ts"
import { dataset, digests, runProgram, Scratch } from "./program-run.ts"
import { conversations, documents, tinyModel } from "./small-corpus.ts"
import { tokenTable } from "./token-table.ts"

const scratch = new Scratch()
let start = { folder: "", digest: "" }
let table: ReadonlyArray<{
  readonly id: string
  readonly row: { readonly ids: Uint8Array; readonly mask: Uint8Array; readonly source: string }
}> = []

beforeAll(async () => {
  const inputs = { data: dataset(documents) }
  const options = { ...tinyModel, steps: 20, learningRate: 0.01 }
  const { out } = await runProgram(base, { inputs, options, out: scratch.next(), work: scratch.next() })
  start = { folder: out, digest: "" }
  const rows = await tokenTable(out, conversations)
  table = rows.map(({ id, row }, at) => ({ id, row: { ...row, source: at < 9 ? "uses" : "places" } }))
})
afterAll(() => scratch[Symbol.dispose]())

const silent = {
  id: "silent",
  row: { ids: idBytes(Int32Array.of(3, 4, 5)), mask: new Uint8Array(3), source: "places" }
}

const tune = (more: object = {}, work = scratch.next(), onProgress?: (done: number) => void) =>
  runProgram(lora, {
    inputs: { base: start, tokens: dataset([...table, silent]), validation: [dataset(table.slice(7, 11))] },
    options: { epochs: 2, batch: 1, context: 64, warmup: 1, checkpointEvery: 2, validateEvery: 4, ...more },
    out: scratch.next(),
    work,
    ...(onProgress && { onProgress })
  })

test("the loss of each source is told, in training and on validation", async () => {
  const { data, out } = await tune()
  const { sources, tokens, supervisedTokens, rows } = data as TrainingData
  expect(sources!.map(({ source, rows, seen }) => [source, rows, seen])).toEqual([
    ["places", 3, 6],
    ["uses", 9, 18]
  ])
  expect(rows).toEqual({ used: 12, skipped: { "nothing-supervised": 1 } })
  const sum = (of: (one: NonNullable<typeof sources>[number]) => number) =>
    sources!.reduce((total, one) => total + of(one), 0)
  expect(sum((one) => one.tokens)).toBe(tokens)
  expect(sum((one) => one.supervisedTokens)).toBe(supervisedTokens)
  expect(sum((one) => one.share)).toBeCloseTo(1, 12)
  for (const { firstLoss, lastLoss, validation } of sources!) {
    expect(lastLoss).toBeLessThan(firstLoss!)
    expect(validation!.last).toBeLessThan(validation!.first)
  }
  const steps = await parquetRows(join(out, "steps.parquet"))
  const parts = await parquetRows(join(out, "sources.parquet"))
  for (const { step, supervised, loss } of steps) {
    const own = parts.filter((part) => part.step === step)
    expect(own.reduce((all, part) => all + (part.supervised as number), 0)).toBe(supervised)
    const mean = own.reduce((all, part) => all + (part.loss as number) * (part.supervised as number), 0)
    expect(mean / (supervised as number)).toBeCloseTo(loss as number, 4)
  }
  const measured = await parquetRows(join(out, "validation.parquet"))
  expect(new Set(measured.map(({ source }) => source))).toEqual(new Set(["", "places", "uses"]))
  expect(measured.filter(({ source }) => source === "").map(({ step, loss }) => [step, loss])).toEqual(
    (data as TrainingData).validation!.curve
  )
})

test("a mixture repeats and leaves out rows, says which, and gives the same bytes when killed and resumed", async () => {
  const mixture = { mixture: { weights: { places: 3 } } }
  const whole = await tune(mixture)
  const { sources, rows } = whole.data as TrainingData
  // 9 : 3 rows by the weights 1 : 3 are 6 : 6 of the 12 there are.
  expect(sources!.map(({ source, rows, seen }) => [source, rows, seen])).toEqual([
    ["places", 3, 12],
    ["uses", 6, 12]
  ])
  expect(rows).toEqual({ used: 9, skipped: { "mixed-out": 3, "nothing-supervised": 1 } })
  const fates = [...whole.fates.get("tokens")!.values()]
  expect(fates.filter((fate) => fate === "mixed-out")).toHaveLength(3)
  const work = scratch.next()
  const killed = tune(mixture, work, (done) => {
    if (done === 5) throw new Error("killed")
  })
  await expect(killed).rejects.toThrow("killed")
  const resumed = await tune(mixture, work)
  expect(resumed.progress[0]![0]).toBe(5)
  expect(digests(resumed.out)).toEqual(digests(whole.out))
  const other = await tune({ ...mixture, seed: 1 })
  expect(other.fates.get("tokens")).not.toEqual(whole.fates.get("tokens"))
})

test.each([
  [{ weights: { uses: 0 } }, [["places", 3]]],
  [
    { temperature: 1e9 },
    [
      ["places", 3],
      ["uses", 6]
    ]
  ]
])("%j", async (mixture, expected) => {
  const { data } = await tune({ mixture })
  expect(
    (data as TrainingData).sources!.filter(({ rows }) => rows > 0).map(({ source, rows }) => [source, rows])
  ).toEqual(expected)
})

test("a weight of a source that no row is from is refused, with those that there are", async () => {
  await expect(tune({ mixture: { weights: { poems: 2 } } })).rejects.toMatchObject({
    code: "SLUICE_BAD_MIXTURE",
    hint: "the sources of these rows are places, uses"
  })
})
