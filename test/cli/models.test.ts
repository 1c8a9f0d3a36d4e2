// sluice steps and sluice chat over a real training: the ledger, a spike with the row behind it, and answers.
import { spawn } from "node:child_process"
import { readFileSync } from "node:fs"
import { join, resolve } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { saveModel } from "../../src/model/index.ts"
import { checkPage } from "../dash/page-check.ts"
import { tinyModel } from "../model/tiny-model.ts"
import { type Json, makeProject, type TestProject } from "./project.ts"

const pipeline = `
import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { ingest, synth, train } from "#stages"
const row = Schema.Struct({ question: Schema.String, answer: Schema.String })
const chats = ingest.jsonl({ path: "faq.jsonl", row }).pipe(synth.toChat())
const base = train.pretrained({ path: "models/tiny" })
const shared = { data: chats, epochs: 2, batch: 1, context: 96, warmup: 1 }
const tuned = train.sft({ base, ...shared, learningRate: 0.02 })
const adapter = train.lora({ base, ...shared, rank: 2 })
export default pipeline("faq", { chats, base, tuned, adapter })
`

const usual = Array.from({ length: 40 }, (_, at) => ({ question: `When ${at}?`, answer: "At dawn, at dawn, at dawn." }))
const odd = { question: "When?", answer: "zQ9#xK!vW7@pL$%jH" }
const rows = [...usual.slice(0, 17), odd, ...usual.slice(17)]

let project: TestProject

beforeAll(async () => {
  project = makeProject({
    "pipelines/faq.ts": pipeline,
    "faq.jsonl": rows.map((row) => JSON.stringify(row)).join("\n")
  })
  saveModel(join(project.root, "models/tiny"), tinyModel(3, { tieEmbeddings: true }))
  const { code, err } = await project.raw("run", "faq", "--workers", "1")
  expect([code, err]).toEqual([0, expect.anything()])
}, 120_000)
afterAll(() => project.close())

it("steps lists every step with its rows, or as many as are asked for", async () => {
  const steps = await project.json("steps", "faq/tuned")
  expect(steps.map(({ step }: Json) => step)).toEqual(Array.from({ length: 42 }, (_, at) => at + 1))
  expect(new Set(steps.flatMap(({ rowIds }: Json) => rowIds)).size).toBe(41)
  const { out } = await project.sluice("steps", "faq/tuned", "--rows", "5")
  const lines = out.trim().split("\n")
  expect(lines[0]).toMatch(/^ *step +loss +grad norm +lr +tokens +supervised +rows$/)
  expect(lines.slice(1, -1).map((line) => Number(line.trim().split(/ +/)[0]))).toEqual([1, 11, 22, 32, 42])
  expect(lines.at(-1)).toMatch(/^ {2}42 steps, [\d,]+ tokens; 37 not shown \(--rows, --json\)$/)
})

it("a spike leads to the line of the file that made it", async () => {
  const spikes = await project.json("steps", "faq/tuned", "--spikes")
  expect(spikes).toHaveLength(1)
  expect(spikes[0].loss).toBeGreaterThan(2 * spikes[0].usual)
  expect(spikes[0].rows).toEqual([
    { id: expect.stringMatching(/^[0-9a-f]{32}$/), sources: [expect.objectContaining({ path: "faq.jsonl", line: 18 })] }
  ])
  const { out } = await project.sluice("steps", "faq/tuned", "--spikes")
  expect(out).toMatch(/^step \d+ {2}loss [\d.]+, usually [\d.]+ \(\d+ spreads\), gradient norm [\d.]+\n/)
  expect(out).toContain("faq.jsonl line 18")
  expect(out).toContain("→ sluice trace faq <short>")
})

it("the report leads from a spike to the same line", async () => {
  const [{ path }] = await project.json("report", "faq")
  const page = readFileSync(path, "utf8")
  const { trainings } = JSON.parse(/id="report-data">([^<]*)</.exec(page)![1]!)
  const [spike] = trainings[0].spikes
  expect(spike.loss).toBeGreaterThan(2 * spike.usual)
  expect(spike.shown).toEqual([{ id: expect.stringMatching(/^[0-9a-f]{32}$/), places: ["faq.jsonl line 18"] }])
  const { text } = checkPage(page)
  expect(text).toContain("Loss spikes")
  expect(text).toContain(`faq.jsonl line 18 sluice trace faq ${spike.shown[0].id}`)
})

it("chat answers by a model of a run, its folder, and an adapter", async () => {
  const ask = ["--prompt", "When 3?", "--max-tokens", "12"]
  const [tuned] = await project.json("chat", "faq/tuned", ...ask)
  expect(tuned).toMatchObject({ model: "faq/tuned", prompt: "When 3?", answer: expect.stringContaining("dawn") })
  expect(tuned.tokens).toBeLessThanOrEqual(12)
  const { out } = await project.sluice("chat", "faq/tuned", ...ask)
  expect(out).toBe(`${tuned.answer}\n`)
  const [shown] = await project.json("show", "faq", "tuned")
  expect((await project.json("chat", shown.path, ...ask))[0].answer).toBe(tuned.answer)
  expect((await project.json("chat", "faq/adapter", ...ask))[0].tokens).toBeGreaterThan(0)
  expect((await project.json("chat", "faq/adapter", ...ask, "--base", "models/tiny"))[0].tokens).toBeGreaterThan(0)
})

it("without a terminal each line is a turn, and the model sees those before", async () => {
  const child = spawn(
    process.execPath,
    [resolve(import.meta.dirname, "../../bin/sluice.js"), "chat", "models/tiny", "--max-tokens", "4", "--json"],
    { cwd: project.root }
  )
  let said = ""
  child.stdout.on("data", (chunk: Buffer) => {
    said += chunk.toString()
  })
  child.stdin.end("one\n\ntwo\n/new\none\n/exit\nnever\n")
  await new Promise((done) => child.on("close", done))
  const turns = said
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
  expect(turns.map(({ prompt }) => prompt)).toEqual(["one", "two", "one"])
  expect(turns[2].answer).toBe(turns[0].answer)
})

it("a seed decides what is drawn; a text is gone on with", async () => {
  const ask = async (...flags: ReadonlyArray<string>) =>
    (await project.json("chat", "models/tiny", "--prompt", "The", "--max-tokens", "8", ...flags))[0].answer
  const drawn = await ask("--temperature", "1", "--seed", "4")
  expect(await ask("--temperature", "1", "--seed", "4")).toBe(drawn)
  expect(await ask("--temperature", "1", "--seed", "5")).not.toBe(drawn)
  expect(await ask("--raw")).not.toBe(await ask())
})

it.each([
  [
    ["chat", "faq", "--prompt", "a"],
    "faq has several models among its outputs",
    "its models: train.pretrained, train.sft, train.lora, base, tuned, adapter"
  ],
  [["chat", "faq/tune", "--prompt", "a"], 'faq has no model "tune"; did you mean "tuned"?', ""],
  [["chat", "pipelines", "--prompt", "a"], "pipelines is no model", "it holds faq.ts"],
  [["chat", "nowhere", "--prompt", "a"], 'there is no pipeline "nowhere"', ""],
  [
    ["chat", "models/tiny", "--prompt", "a", "--top-p", "2"],
    "topP 2 must be above 0 and at most 1",
    "SLUICE_BAD_SAMPLING"
  ],
  [["steps", "faq/base"], "has no step ledger", "steps.parquet is written by"]
])("sluice %j is one error", async (args, message, more) => {
  const { code, err } = await project.sluice(...args)
  expect(code).toBe(1)
  expect(err).toContain(message)
  expect(err).toContain(more)
})
