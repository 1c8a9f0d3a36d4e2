// quality.trainClassifier and quality.classifier: a model trained by one is read by the other.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { afterAll, expect, test } from "vitest"
import { modelAt } from "#src/run/model-links.ts"
import { PathContents } from "#src/run/path-content.ts"
import { openModel } from "#src/run/row-model.ts"
import { classifier } from "../../../stages/quality/classifier.ts"
import { trainClassifier } from "../../../stages/quality/train-classifier.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, type Filter } from "../declared.ts"
import { dataset, runProgram, Scratch } from "../train/program-run.ts"

const words = {
  good: ["gate", "sluice", "boat", "weir", "keeper", "dawn", "basin", "lock"],
  bad: ["buy", "click", "save", "offer", "now", "free", "win", "deal"]
}
const pick = (list: ReadonlyArray<string>, seed: number) => list[(seed * 7919) % list.length]!
const rows = Array.from({ length: 400 }, (_, i) => {
  const label = i % 2 === 0 ? "good" : "bad"
  const text = [0, 1, 2, 3, 4].map((k) => (k === 2 ? "the" : pick(words[label], i * 5 + k + (i >> 3)))).join(" ")
  return { id: `r${i}`, row: { text: `${text} ${i % 97}`, label } }
})

const train = async (given: ReadonlyArray<(typeof rows)[number]>, options: object = {}) => {
  using scratch = new Scratch()
  const run = await runProgram(trainClassifier, {
    options: { buckets: 1000, maxBytes: 4096, holdOut: 0.25, ...options },
    inputs: { data: dataset(given) },
    out: scratch.next(),
    work: scratch.next()
  })
  return { ...run, file: readFileSync(join(run.out, "classifier.json")) }
}

const root = mkdtempSync(join(tmpdir(), "sluice-classifier-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))
const opened = (name: string, bytes: Uint8Array) => {
  writeFileSync(join(root, name), bytes)
  return openModel(modelAt(root, name, new PathContents(root)))
}

const filter = classifier.declaration as Filter
const defaults = decodedDefaults(filter.options)

test("trains, holds out, reports, and scores", async () => {
  const { data, file, fates, metrics } = await train([...rows, { id: "empty", row: { text: " ", label: "bad" } }])
  const { trained, labels, settings, heldOut } = data as never as {
    readonly trained: number
    readonly labels: ReadonlyArray<string>
    readonly settings: { readonly buckets: number }
    readonly heldOut: { readonly texts: number; readonly accuracy: number; readonly logLoss: number }
  }
  expect(trained + heldOut.texts).toBe(400)
  expect(heldOut.texts).toBeGreaterThan(60)
  expect(labels).toEqual(["bad", "good"])
  expect(settings.buckets).toBe(1024)
  expect(heldOut.accuracy).toBeGreaterThan(0.98)
  expect(fates.get("data")!.get("empty")).toBe("no-text")
  expect(metrics.length).toBeGreaterThan(0)
  const model = opened("gate.json", file)
  const measured = (text: string, wanted = "good") => filter.measure({ text }, { model, keep: wanted })
  const packed = { model: opened("gate.json.gz", gzipSync(file)), keep: "good" }
  expect(filter.measure({ text: "the weir" }, packed)).toEqual(measured("the weir"))
  expect(measured("the boat and the weir")["label"]).toBe("good")
  expect(filter.decide(measured("the boat and the weir"), defaults)).toBe("")
  expect(filter.decide(measured("click now, win"), defaults)).toBe("improbable")
  expect(filter.decide(measured("click now, win", "bad"), { minProbability: 0.9 })).toBe("")
  expect(() => measured("x", "fine")).toThrow('has no label "fine"; its labels are "bad", "good"')
  const texts = ["", "the gate", ...oddTexts(9, 100)]
  const batch = filter.measureBatch!(textBatch("text", texts), { model, keep: "good" })
  for (const name of ["label", "probability"])
    expect(columnValues(batch, name)).toEqual(texts.map((text) => measured(text)[name]))
})

test("the same rows and seed give the same file; equal texts are on one side", async () => {
  const once = await train(rows)
  expect((await train(rows)).file).toEqual(once.file)
  const twice = await train([...rows, ...rows.map(({ id, row }) => ({ id: `${id}b`, row }))])
  expect((twice.data as { trained: number }).trained).toBe(2 * (once.data as { trained: number }).trained)
})

test("one label is none", async () => {
  await expect(train(rows.filter(({ row }) => row.label === "bad"))).rejects.toThrow(
    'a classifier needs two labels at least; the column label has "bad"'
  )
})
