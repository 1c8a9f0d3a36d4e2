// A threshold that drops more rows: what is left of earlier blocks is taken, and read back so by everything that asks for it.
import { readdirSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { makeProject, type TestProject } from "./project.ts"

const words = (n: number) => Array.from({ length: n }, (_, i) => `w${n}x${i}`).join(" ")

/** A text for each number of words, some of them twice. */
const texts = [5, 9, 12, 12, 15, 20, 20, 25, 31, 33, 40, 41].map((n, i) => (i % 4 === 1 ? `${words(n)}!` : words(n)))

describe("a threshold that drops more rows", () => {
  let project: TestProject
  const store = (name: string) => ["--store", join(project.root, name)]
  const run = (name: string, least: number) =>
    project.json("run", "kept", ...store(name), "--workers", "1", "--set", `kept.long.least=${least}`)
  const objects = () => readdirSync(join(project.root, "warm/objects"), { recursive: true }).length

  beforeAll(async () => {
    project = makeProject({
      "data/a.jsonl": texts.map((text, i) => JSON.stringify({ id: `${i}`, text })).join("\n"),
      "pipelines/kept.ts": `import * as Schema from "effect/Schema"
import { keep, opt, pipeline, Stage } from "#sluice"
import { dedup, ingest } from "#stages"
const text = { text: Schema.String }
const long = Stage.filter({
  name: "kept.long", needs: text, measures: { words: Schema.Int, ending: Schema.String },
  measure: (row) => ({ words: row.text.split(" ").length, ending: row.text.slice(-1) }),
  options: { least: opt(Schema.Int, 0) }, reasons: ["short"],
  decide: ({ words }, { least }) => (words < least ? "short" : keep)
})
const longer = Stage.filter({
  name: "kept.longer", needs: text, measures: { words: Schema.Int, ending: Schema.String },
  measure: (row) => ({ words: row.text.split(" ").length, ending: row.text.slice(-1) }),
  options: { least: opt(Schema.Int, 0) }, reasons: ["shorter"],
  decide: ({ words }, { least }) => (words < least ? "shorter" : keep)
})
const upper = Stage.map({ name: "kept.upper", needs: text, adds: { upper: Schema.String }, apply: (row) => ({ upper: row.text.toUpperCase() }) })
const Row = Schema.Struct({ id: Schema.String, text: Schema.String })
export default pipeline("kept", {
  kept: ingest.jsonl({ path: "data/*.jsonl", row: Row, key: "id" }).pipe(
    long({ least: 6 }), longer({ least: 13 }), upper(), dedup.minhash({ ngram: 1 })
  )
})`
    })
    await run("warm", 6)
  })
  afterAll(() => project.close())

  it("writes no row again, and gives what a run from nothing gives", async () => {
    const before = objects()
    for (const least of [21, 26]) {
      const warm = (await run("warm", least)).at(-1)
      const cold = (await run(`cold${least}`, least)).at(-1)
      expect(warm.outputs).toEqual(cold.outputs)
      for (const { name, verdict, rows, bytes } of warm.nodes)
        if (name === "kept.long" || name === "kept.longer" || name === "kept.upper")
          expect([name, verdict, rows.computed, bytes]).toEqual([name, "run", 0, 0])
    }
    // Records, views and verdicts of dedup, but neither columns nor digests of any row.
    const made = objects() - before
    expect(made).toBeLessThan(40)
    const read = async (...asked: ReadonlyArray<string>) => [
      await project.told(...asked, ...store("warm")),
      await project.told(...asked, ...store("cold26"))
    ]
    for (const asked of [
      ["what-if", "kept", "kept.longer", "--set", "least=35"],
      ["drops", "kept", "--json"],
      ["show", "kept", "kept", "--json"]
    ]) {
      const [warm, cold] = await read(...asked)
      expect(warm!.replaceAll(/run <[^>]*>/g, "")).toBe(cold!.replaceAll(/run <[^>]*>/g, ""))
    }
  })

  it("and rows that come back are hits", async () => {
    const back = (await run("warm", 6)).at(-1)
    expect(back.nodes.map(({ verdict }: { verdict: string }) => verdict)).toEqual(Array(5).fill("hit"))
  })

  it("an edit after it computes the edited row", async () => {
    await run("warm", 26)
    project.write(
      "data/a.jsonl",
      texts.map((text, i) => JSON.stringify({ id: `${i}`, text: i === 9 ? `${text} more` : text })).join("\n")
    )
    const plan = (await project.json("plan", "kept", ...store("warm"), "--set", "kept.long.least=26"))[0]
    for (const { name, rows } of plan.nodes) if (name !== "dedup.minhash") expect([name, rows.new]).toEqual([name, 1])
    const warm = (await run("warm", 26)).at(-1)
    const cold = (await run("edited", 26)).at(-1)
    expect(warm.outputs).toEqual(cold.outputs)
    for (const { name, rows } of warm.nodes) expect([name, rows.computed]).toEqual([name, 1])
    expect(await project.told("doctor", ...store("warm"))).toContain("exit 0")
  })
})
