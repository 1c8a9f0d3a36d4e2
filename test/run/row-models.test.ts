// Models that row functions ask: made by the pipeline or named by a path, their content in keys, the least computed after an edit.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterAll, expect, it } from "vitest"
import type { Answer } from "./engine.ts"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"
import { computedOf, digestsOf } from "./temp-run.ts"

const engine = new Engine()
const root = mkdtempSync(join(tmpdir(), "sluice-models-"))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

const write = (path: string, text: string) => {
  mkdirSync(dirname(join(root, path)), { recursive: true })
  writeFileSync(join(root, path), text)
}
const request = (given: object) => ({
  root,
  file: join(repository, "test/run/fixtures/row-models.ts"),
  storeRoot: join(root, "store"),
  workers: 2,
  ...given
})
const run = async (given: object = {}): Promise<Answer> => {
  const answer = await engine.ask(request(given))
  if (answer.error !== undefined) throw new Error(`${answer.error.message}\n${answer.error.stack}`)
  return answer
}
const texts = ({ rows }: Answer, output: string) => rows![output]!.columns["text"]
const verdictOf = (answer: Answer, node: string) => answer.nodes!.find(({ name }) => name === node)!.verdict
let cold = 0
const asCold = async (answer: Answer) =>
  expect(digestsOf(answer)).toEqual(digestsOf(await run({ storeRoot: join(root, `cold${cold++}`), workers: 1 })))

it("reuse rows as far as the model's content allows", async () => {
  write("lines.txt", "dawn\nmorning\nno\nafternoon\nevening\nnight\n")
  write("model/most.txt", "2")
  write("model/.hidden", "this is no part of it")
  const { plan } = await engine.ask(request({ plan: true }))
  expect(plan!.map(({ name, verdict }) => [name, verdict])).toContainEqual(["test.shares", "run"])
  const first = await run()
  expect(texts(first, "kept")).toEqual(["dawn", "morning", "evening", "night"])
  expect(texts(first, "some")).toEqual(["dawn", "morning"])
  await asCold(first)
  const again = await run()
  expect(new Set(again.nodes!.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))

  // A row that does not change what is learnt: it alone is measured.
  write("lines.txt", "dawn\nmorning\nno\nafternoon\nevening\nnightly\n")
  const edited = await run()
  expect(computedOf(edited)).toMatchObject({ "test.learn": 5, "test.shares": 1, "test.first": 1 })
  await asCold(edited)

  // One that does: all rows are measured by the new model, and no row above it is read again.
  write("lines.txt", "dawn\nmorning\nno\nafternoon\nevening\nnightly\nafternoon tea\n")
  const { plan: planned } = await engine.ask(request({ plan: true }))
  expect(planned!.find(({ name }) => name === "test.shares")).toMatchObject({ rows: { open: true } })
  const relearnt = await run()
  expect(computedOf(relearnt)).toMatchObject({ "test.long": 1, "test.learn": 6, "test.shares": 6 })
  await asCold(relearnt)

  // Another threshold measures nothing.
  const replayed = await run({ sets: { "test.shares.atMost": "0.5" } })
  expect(computedOf(replayed)).toMatchObject({ "test.shares": 0 })
  expect(texts(replayed, "kept")).toEqual(["dawn"])
})

it("count by the content of their folder, wherever it lies", async () => {
  write("lines.txt", "dawn\nmorning\nevening\nafternoon tea\n")
  write("model/most.txt", "2")
  await run()
  write("other/most.txt", "2")
  const moved = await run({ sets: { model: "other" } })
  expect(verdictOf(moved, "test.first")).toBe("hit")
  write("other/more.txt", "3")
  const grown = await run({ sets: { model: "other" } })
  expect(computedOf(grown)["test.first"]).toBeGreaterThan(0)
  const one = await run({ sets: { model: "other/more.txt" } })
  expect(texts(one, "some")).toEqual(["dawn", "morning"])
})

it("that are not there, or cannot be set, are errors", async () => {
  const { error } = await engine.ask(request({ sets: { model: "nowhere" } }))
  expect(error).toMatchObject({ code: "SLUICE_BAD_OPTION", message: "--set model: nowhere cannot be read" })
  const set = await engine.ask(request({ sets: { "test.shares.model": "other" } }))
  expect(set.error?.message).toContain("test.shares.model is made by the pipeline")
})
