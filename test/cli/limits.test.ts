// A tuning with limits and sources, from the command line: what stops it, what is kept, and where its figures are shown.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { saveModel } from "../../src/model/index.ts"
import { checkPage } from "../dash/page-check.ts"
import { tinyModel } from "../model/tiny-model.ts"
import { makeProject, type TestProject } from "./project.ts"

const pipeline = `
import * as Schema from "effect/Schema"
import { pipeline, split } from "#sluice"
import { evaluate, ingest, synth, train } from "#stages"
const row = Schema.Struct({ question: Schema.String, answer: Schema.String, site: Schema.String })
const chats = ingest.jsonl({ path: "faq.jsonl", row }).pipe(synth.toChat())
const held = chats.pipe(split({ by: "question", test: 0.2, seed: 3 }))
const base = train.pretrained({ path: "models/tiny" })
const tuned = train.sft({
  base,
  data: held.train,
  validation: held.test,
  source: "site",
  mixture: { weights: { forum: 2 } },
  limits: { forgetting: 1.01 },
  epochs: 3,
  batch: 1,
  context: 96,
  warmup: 1,
  learningRate: 0.02
})
const report = evaluate.suite({ models: { base, tuned }, on: held.test, maxNewTokens: 8, bootstrap: 20 })
export default pipeline("faq", { tuned, report })
`

const rows = Array.from({ length: 30 }, (_, at) => ({
  question: `When ${at}?`,
  answer: at === 21 ? "zQ9#xK!vW7@pL$%jH" : "At dawn, at dawn, at dawn.",
  site: at % 3 === 0 ? "forum" : "manual"
}))

let project: TestProject

beforeAll(() => {
  project = makeProject({
    "pipelines/faq.ts": pipeline,
    "faq.jsonl": rows.map((one) => JSON.stringify(one)).join("\n")
  })
  saveModel(join(project.root, "models/tiny"), tinyModel(3, { tieEmbeddings: true }))
})
afterAll(() => project.close())

it("a model beyond a limit is kept, and the run says the figure, the bound and what to do, with exit 3", async () => {
  const { code, err, out } = await project.sluice("run", "faq", "--workers", "1")
  expect(code).toBe(3)
  expect(err).toContain("faq: train.sft did not pass")
  expect(err).toMatch(
    /train\.sft: forgetting [\d.]+ is above limits\.forgetting 1\.01: 8 texts that the base writes itself/
  )
  expect(err).toMatch(/everything is kept: (npx )?sluice report faq shows it; other limits are judged without/)
  expect(out).toContain("train.sft")
  const shown = await project.json("show", "faq", "tuned")
  expect(shown[0]).toMatchObject({ passed: false, objections: [expect.stringContaining("limits.forgetting 1.01")] })
  expect(shown[0].data.signals.forgetting).toBeGreaterThan(1.01)
  expect((await project.sluice("show", "faq", "tuned")).out).toContain("✗ forgetting")
  expect((await project.json("chat", "faq/tuned", "--prompt", "When?", "--max-tokens", "3"))[0].tokens).toBeLessThan(4)
})

it("another limit is judged at once: nothing is trained or evaluated again", async () => {
  const set = ["--set", 'train.sft.limits={"forgetting":1e9,"misalignment":1}']
  const plan = await project.sluice("plan", "faq", ...set)
  expect(plan.out).toContain("limits")
  const events = await project.json("run", "faq", "--workers", "1", ...set)
  const finished = events.at(-1)
  expect(finished).toMatchObject({ event: "finished", passed: true })
  const node = (name: string) => finished.nodes.find((one: { readonly name: string }) => one.name === name)
  expect(node("train.sft")).toMatchObject({ passed: true, objections: [], rows: { computed: 0 } })
  expect(node("evaluate.suite")).toMatchObject({ verdict: "hit" })
  const back = await project.sluice(
    "run",
    "faq",
    "--workers",
    "1",
    "--set",
    'train.sft.limits={"collapse":0,"overfitting":0}'
  )
  expect([0, 3]).toContain(back.code)
  expect(events.some(({ event }: { readonly event: string }) => event === "metric")).toBe(false)
})

it("steps tells what each source contributed, and of each step its part", async () => {
  const { out } = await project.sluice("steps", "faq/tuned", "--rows", "2")
  expect(out).toMatch(/source +rows +seen +tokens +supervised +share +loss +validation/)
  expect(out).toMatch(/forum +\d+ +\d+ .* % +[\d.]+ → [\d.]+ +[\d.]+ → [\d.]+/)
  const steps = await project.json("steps", "faq/tuned")
  for (const { sources, supervised } of steps) {
    const parts = Object.values(sources) as ReadonlyArray<{ readonly supervised: number }>
    expect(parts.reduce((sum, part) => sum + part.supervised, 0)).toBe(supervised)
  }
})

it("the card and the report show sources, signals beside their limits, and answers before and after", async () => {
  const { out } = await project.raw("card", "faq/tuned")
  expect(out).toContain(
    "| source | rows | tokens | share of the loss's tokens | loss, first → last | on held-out rows |"
  )
  expect(out).toMatch(
    /\| forgetting \| [\d.]+ \| (none|[\d.]+) \| perplexity [\d.]+ → [\d.]+ on 8 texts of the base's own \|/
  )
  const [{ path }] = await project.json("report", "faq")
  const page = readFileSync(path, "utf8")
  const { text } = checkPage(page)
  expect(text).toContain("What each source contributed")
  expect(text).toContain("Signals of failure")
  expect(text).toContain("loss on rows held out")
  expect(text).toMatch(/prompts?, answered before and after/)
  const data = JSON.parse(/id="report-data">([^<]*)</.exec(page)![1]!)
  const [training] = data.trainings
  expect(training.sources.map(({ source }: { readonly source: string }) => source)).toEqual(["forum", "manual"])
  expect(training.curves.map(({ name }: { readonly name: string }) => name)).toEqual([
    "loss",
    "gradNorm",
    "learningRate"
  ])
  expect(training.curves[0].held.length).toBeGreaterThan(1)
  expect(training.probes.length).toBeGreaterThan(1)
})
