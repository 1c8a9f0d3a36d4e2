// sluice card over a real training: the base's name and licence, the licences of files behind the rows, counts, scores.
import { existsSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import { saveModel } from "../../src/model/index.ts"
import { loadAdapter } from "../../src/model/adapter-folder.ts"
import { tinyModel } from "../model/tiny-model.ts"
import { makeProject, type TestProject } from "./project.ts"

const pipeline = `
import * as Schema from "effect/Schema"
import { pipeline } from "#sluice"
import { dedup, evaluate, ingest, synth, train } from "#stages"
const row = Schema.Struct({ question: Schema.String, answer: Schema.String })
const chats = ingest.jsonl({ path: "faq/**/*.jsonl", row }).pipe(dedup.exact({ by: "question" }), synth.toChat())
const exam = ingest.jsonl({ path: "exam.jsonl", row }).pipe(synth.toChat())
const base = train.pretrained({ path: "models/tiny" })
const tuned = train.lora({ base, data: chats, context: 96, steps: 3, rank: 2 })
const again = train.sft({ base: tuned, data: exam, context: 96, steps: 2 })
const shared = { models: { base, tuned }, bootstrap: 50, maxNewTokens: 4 }
const report = evaluate.suite({ ...shared, on: exam }).pipe(evaluate.gate({ metric: "tuned/f1", atLeast: 0 }))
const seen = evaluate.suite({ ...shared, on: chats })
export default pipeline("faq", { chats, base, tuned, again, report, seen })
`

const lines = (from: number, count: number): string =>
  Array.from({ length: count }, (_, at) =>
    JSON.stringify({ question: `When ${from + at}?`, answer: "At dawn | at noon." })
  ).join("\n")

let project: TestProject

beforeAll(async () => {
  project = makeProject({
    "pipelines/faq.ts": pipeline,
    "faq/mit/package.json": '{ "license": "MIT" }',
    "faq/mit/deep/a.jsonl": lines(0, 5),
    "faq/old/package.json": '{ "license": { "type": "ISC" } }',
    "faq/old/b.jsonl": `${lines(0, 1)}\n${lines(5, 2)}`,
    "faq/c.jsonl": lines(7, 1),
    "exam.jsonl": lines(20, 3)
  })
  saveModel(join(project.root, "models/tiny"), tinyModel(3, { tieEmbeddings: true }))
  project.write("models/tiny/README.md", "---\nmodel_name: Tiny\nlicense: cc-by-4.0\n---\nSmall.\n")
  const { code, err } = await project.raw("run", "faq", "--workers", "1")
  expect([code, err]).toEqual([0, expect.anything()])
}, 120_000)
afterAll(() => project.close())

it("a card has the base, the data with licences and losses of rows, hyperparameters and scores", async () => {
  const { out } = await project.raw("card", "faq/tuned")
  expect(out).toMatch(/^---\nlicense: "cc-by-4\.0"\nlibrary_name: peft\npipeline_tag: text-generation\n/)
  expect(out).toContain(
    "An adapter in PEFT layout over Tiny, trained on 8 rows in 3 steps. The base's licence: cc-by-4.0."
  )
  expect(out).toContain(
    ["| ingest.jsonl | MIT | 1 | 5 |", "| ingest.jsonl | ISC | 1 | 2 |", "| ingest.jsonl | not known | 1 | 1 |"].join(
      "\n"
    )
  )
  expect(out).toContain("| ingest.jsonl | 9 | 9 |  |\n| dedup.exact | 9 | 8 | 1 duplicate |")
  expect(out).toContain("\n| steps | 3 |\n")
  expect(out).toContain("\n| rank | 2 |\n")
  expect(out).toContain("3 examples, none of them from a file that training rows come from; 95 % intervals.")
  expect(out).toContain("8 examples, 8 of them from a file that training rows come from; 95 % intervals.")
  expect(out).toContain("| score | tuned | base |")
  expect(out).toMatch(/Passed: tuned has token F1/)
  const [row] = /(?<=sluice trace faq )[0-9a-f]{32}/.exec(out)!
  expect((await project.json("trace", "faq", row!))[0].usedBy.map(({ node }: { node: string }) => node)).toContain(
    "train.lora"
  )
})

it("a model trained from a trained one lists the data of both", async () => {
  const [{ card }] = (await project.json("card", "faq/again")) as [{ readonly card: string }]
  expect(card.match(/^### train\.\w+/gm)).toEqual([
    "### train.lora",
    "### train.sft",
    "### train.lora",
    "### train.sft"
  ])
  expect(card).toContain("library_name: transformers")
  expect(card).toContain("A model trained from Tiny, trained on 3 rows in 2 steps.")
})

it("--out is the model with its card, and does not overwrite", async () => {
  const { code } = await project.raw("card", "faq/tuned", "--out", "mine")
  expect(code).toBe(0)
  const place = join(project.root, "mine")
  expect(readFileSync(join(place, "README.md"), "utf8")).toBe((await project.raw("card", "faq/tuned")).out)
  expect(loadAdapter(place)).toMatchObject({ kind: "lora", config: { rank: 2 } })
  expect(existsSync(join(place, "base/config.json"))).toBe(true)
  const again = await project.sluice("card", "faq/tuned", "--out", "mine")
  expect(again.code).toBe(1)
  expect(again.err).toContain("mine exists")
})

it("a model that no run made has no lineage to tell", async () => {
  const { code, err } = await project.sluice("card", "models/tiny")
  expect(code).toBe(1)
  expect(err).toContain("models/tiny was made by no run")
})
