// dedup.semantic on the engine: the same rows however they are cut and by how many workers, and only what changed is embedded.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { writeEncoder } from "../model/encoder/small-encoder.ts"
import { seeded } from "../text/text-batch.ts"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"
import { computedOf, digestsOf } from "./temp-run.ts"

const engine = new Engine()
const root = mkdtempSync(join(tmpdir(), "sluice-semantic-"))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})

const next = seeded(5)
const words = ["the", "gate", "opened", "at", "dawn", "sluice", "weir", "water", "wheel", "turning", "unable", "don"]
const lines = Array.from({ length: 60 }, () =>
  Array.from({ length: 2 + Math.floor(next() * 8) }, () => words[Math.floor(next() * words.length)]).join(" ")
)

const run = async (store: string, workers: number, sets: { readonly [target: string]: string } = {}) => {
  const file = join(repository, "test/run/fixtures/semantic.ts")
  const answer = await engine.ask({ root, file, storeRoot: join(root, store), workers, sets })
  if (answer.error !== undefined) throw new Error(`${answer.error.message}\n${answer.error.stack}`)
  return answer
}

const cut = { "ingest.text.partitionBytes": "500" }

it("gives the same however rows are cut and by how many workers", async () => {
  writeEncoder(join(root, "model"), "mean")
  writeFileSync(join(root, "lines.txt"), lines.join("\n"))
  const first = await run("a", 2, cut)
  const kept = first.rows!["out"]!.columns["text"]!.length
  expect(kept).toBeGreaterThan(10)
  expect(kept).toBeLessThan(new Set(lines).size)
  expect(digestsOf(await run("b", 1))).toEqual(digestsOf(first))
})

it("embeds what changed, and nothing for another threshold", async () => {
  writeFileSync(join(root, "lines.txt"), lines.with(30, "wheel wheel weir don dawn").join("\n"))
  const edited = await run("a", 2, cut)
  expect(computedOf(edited)["dedup.semantic"]).toBe(1)
  const looser = await run("a", 2, { ...cut, "dedup.semantic.threshold": "0.9" })
  expect(computedOf(looser)["dedup.semantic"]).toBe(0)
  const texts = [edited, looser].map(({ rows }) => rows!["out"]!.columns["text"]!.length)
  expect(texts[1]).toBeLessThan(texts[0]!)
})

it("ends with a model that is none", async () => {
  writeFileSync(join(root, "no-model.json"), "{}")
  const file = join(repository, "test/run/fixtures/semantic.ts")
  const sets = { model: "no-model.json" }
  const { error } = await engine.ask({ root, file, storeRoot: join(root, "d"), workers: 1, sets })
  expect(error).toMatchObject({
    code: "SLUICE_BAD_INPUT",
    message: expect.stringContaining("config.json cannot be read")
  })
})
