// The report of a real run: its data comes from the store alone, and its page is whole, well-formed and needs nothing else.
import { execFileSync } from "node:child_process"
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, expect, test } from "vitest"
import { writeReport } from "../../src/dash/report.ts"
import { gatherReport, type ReportData } from "../../src/dash/report-data.ts"
import type { PipelineRef } from "../../src/run/node-record.ts"
import { Store } from "../../src/store/store.ts"
import { checkPage } from "./page-check.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-report-"))
const hostile = "<script>alert('row')</script> & \"quoted\" words"

const script = fileURLToPath(new URL("./small-run.ts", import.meta.url))
const store = new Store(join(root, ".sluice"))

const run = (): PipelineRef => {
  execFileSync(process.execPath, [script, root], { stdio: "pipe" })
  return store.ref<PipelineRef>("small")!
}

let ref: PipelineRef
let data: ReportData

beforeAll(async () => {
  mkdirSync(join(root, "data", "deep"), { recursive: true })
  const lines = (name: string, count: number) =>
    Array.from({ length: count }, (_, at) => (at % 4 === 0 ? `${name} ${at}` : `${name} line ${at} ${hostile}`))
  writeFileSync(join(root, "data", "a.txt"), `${lines("a", 40).join("\n")}\n`)
  writeFileSync(join(root, "data", "deep", "b.txt"), `${lines("b", 20).join("\n")}\n`)
  ref = run()
  data = await gatherReport(store, ref)
})

afterAll(() => rmSync(root, { recursive: true, force: true }))

test("nodes carry their totals, reasons and what they emit", () => {
  expect(data.nodes.map(({ name, emits }) => [name, emits])).toEqual([
    ["small.lines", "dataset"],
    ["small.long", "dataset"],
    ["split.by", "dataset"],
    ["small.train", "model"],
    ["small.train#2", "model"],
    ["small.evaluate", "report"],
    ["small.note", "report"]
  ])
  const long = data.nodes.find(({ name }) => name === "small.long")!
  expect(long.totals).toEqual({ in: 60, kept: 45, dropped: 15, merged: 0, failed: 0, out: 45 })
  expect(long.reasons).toEqual({ "too-short": 15 })
  expect(data.sets).toEqual({ "small.long.minWords": "3" })
})

test("edges carry rows by part, and none where a model or report passes", () => {
  const rows = (from: string, to: string) => data.edges.find((edge) => edge.from === from && edge.to === to)!.rows
  expect(rows("small.lines", "small.long")).toBe(60)
  expect(rows("small.train", "small.evaluate")).toBeNull()
  expect(rows("split.by", "small.train")! + rows("split.by", "small.evaluate")!).toBe(45)
})

test("trainings give the curves of their ledger, rows used and documents behind them", () => {
  const train = data.trainings[1]!
  expect(train.node).toBe("small.train#2")
  expect(train.curves.map(({ name, points }) => [name, points.length])).toEqual([
    ["loss", 5],
    ["learningRate", 5]
  ])
  expect(train.curves[0]!.points[3]).toEqual([4, 1])
  expect(train.documents).toBe(2)
  expect(train.rows.skipped).toEqual({ "left-out": 1 })
  expect(train.exampleRow).toMatch(/^[0-9a-f]{32}$/)
})

test("an evaluation is told as such, another report as its data", () => {
  expect(data.evaluations.map(({ node }) => node)).toEqual(["small.evaluate"])
  const { evaluation } = data.evaluations[0]!
  expect(Object.keys(evaluation.models.second!)).toEqual(["perplexity", "f1"])
  expect(Object.keys(evaluation.comparisons[0]!.disagreements)).toEqual(["exactMatch"])
  expect(data.otherReports).toEqual([{ node: "small.note", data: { note: "<i>not an evaluation</i>" } }])
})

test("the audit names folders, reasons and a training row", () => {
  const source = data.audit.sources[0]!
  expect(source).toMatchObject({ node: "small.lines", patterns: ["data/**/*.txt"], files: 2, records: 60, rows: 60 })
  expect(source.folders).toEqual([
    { folder: "data", files: 1, records: 40 },
    { folder: "data/deep", files: 1, records: 20 }
  ])
  expect(data.audit.losses[0]).toEqual({ node: "small.long", reason: "too-short", rows: 15, share: 0.25 })
  expect(data.audit.example?.id).toBe(data.trainings[1]!.exampleRow)
})

test("the same ref gives the same data, and a second run differs in its run alone", async () => {
  expect(await gatherReport(store, ref)).toEqual(data)
  const again = run()
  const { lastRun, times, ...content } = await gatherReport(store, again)
  const { lastRun: before, times: earlier, ...same } = data
  expect(content).toEqual(same)
  expect(Object.values(before!.nodes).every(({ verdict }) => verdict === "run")).toBe(true)
  expect(Object.values(lastRun!.nodes).every(({ verdict }) => verdict === "hit")).toBe(true)
  expect(Object.keys(times.nodes)).toEqual(Object.keys(earlier.nodes))
})

test("the page is written under the store, whole and escaped", async () => {
  const path = await writeReport(store, ref)
  expect(path).toBe(join(root, ".sluice", "reports", "small.html"))
  const page = readFileSync(path, "utf8")
  const { embedded, text, elements } = checkPage(page)
  expect(embedded).toEqual(JSON.parse(JSON.stringify(data)))
  expect(elements.get("script")).toBe(2)
  expect(elements.has("img")).toBe(false)
  expect(page).not.toContain(root)
  for (const heading of [
    "Pipeline",
    "Funnel",
    "Training",
    "Comparison",
    "Before and after",
    "Other reports",
    "Data audit"
  ])
    expect(text).toContain(heading)
  expect(text).toContain("The gate passed.")
  expect(text).toContain("an interval that excludes 0")
  expect(text).toContain(hostile)
  expect(text).toContain(`sluice trace small ${data.audit.example!.id}`)
  expect(text).toContain("sluice drops small small.long --reason too-short")
  expect(text).toContain(data.outputs[0]!.digest)
})

test("another path can be given", async () => {
  const path = join(root, "elsewhere", "page.html")
  expect(await writeReport(store, ref, { path })).toBe(path)
  expect(readFileSync(path, "utf8")).toMatch(/^<!doctype html>/)
})

test("a ref whose result is gone is an error that says what to type", async () => {
  const broken = { ...ref, nodes: { ...ref.nodes, "small.long": "0".repeat(64) } }
  await expect(gatherReport(store, broken)).rejects.toMatchObject({
    code: "SLUICE_DAMAGED",
    hint: "sluice run small"
  })
})
