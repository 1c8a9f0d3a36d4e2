// Workers, partition size, machine and order of completion change no survivor, id, part or output.
import { readFileSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { type Answer, Engine } from "./engine.ts"
import { linkedProject } from "./linked-project.ts"
import { linesOf } from "./many-rows.ts"
import { repository } from "./sequence.ts"
import { digestsOf, type TempRun } from "./temp-run.ts"

const engine = new Engine()
const elsewhere = new Engine({ TZ: "Asia/Tokyo", LANG: "tr_TR.UTF-8", LC_ALL: "tr_TR.UTF-8" })
afterAll(() => [engine, elsewhere].map((one) => one[Symbol.dispose]()))

const pipelineText = (seed: number) => `import { pipeline } from "#sluice"
import { chosen } from ${JSON.stringify(join(repository, "test/run/fixtures/documents.ts"))}
export default pipeline("chosen", chosen(${seed}))
`

const filled = (on: Engine, seed: number): TempRun => {
  const temp = linkedProject(on)
  const lines = linesOf(seed)
  for (let file = 0; file < 4; file++)
    temp.write(`in/${file}.jsonl`, `${lines.slice(file * 25, file * 25 + 25).join("\n")}\n`)
  temp.write("pipeline.ts", pipelineText(seed))
  return temp
}

interface Setting {
  readonly workers: number
  readonly partitionBytes: number
  /** Milliseconds that a row may take, three times. */
  readonly atMost: number
}

let stores = 0
const run = (temp: TempRun, { workers, partitionBytes, atMost }: Setting, store = `store${stores++}`) => {
  const sets = {
    partitionBytes: `${partitionBytes}`,
    atMost: `${atMost}`,
    order: `${atMost && workers + partitionBytes}`
  }
  const [root, storeRoot, file] = [temp.folder, temp.path(store), temp.path("pipeline.ts")]
  return temp.engine.run({ root, storeRoot, file, sets, workers })
}

/** Digests of all outputs, and the ids and values of all their rows. */
const madeBy = (answer: Answer) => ({ digests: digestsOf(answer), rows: answer.rows })

const alone: Setting = { workers: 1, partitionBytes: 1_000_000, atMost: 0 }
const settings = [1, 2, 4].flatMap((workers) =>
  [200, 2000, 1_000_000].map((partitionBytes): Setting => ({ workers, partitionBytes, atMost: 6 }))
)

const seeds = (process.env["SEEDS"] ?? "1").split(",").map(Number)

describe.each(seeds)("a pipeline over documents of seed %i", (seed) => {
  let temp: TempRun
  let first: Answer
  beforeAll(async () => {
    temp = filled(engine, seed)
    first = await run(temp, alone, "alone")
  })
  afterAll(() => temp[Symbol.dispose]())

  it("uses every kind of choice", () => {
    const ids = Object.fromEntries(Object.entries(first.rows!).map(([name, rows]) => [name, rows.ids]))
    const node = (name: string) => first.nodes!.find((one) => one.name === name)!
    expect(ids["read"]).toHaveLength(100)
    expect(node("dedup.minhash").reasons["near-duplicate"]).toBeGreaterThan(10)
    expect([...ids["train"]!, ...ids["test"]!].sort()).toEqual([...ids["near"]!].sort())
    expect(ids["test"]!.length).toBeGreaterThan(10)
    expect(ids["drawn"]!.length).toBeLessThan(ids["train"]!.length)
    expect(ids["few"]).toHaveLength(11)
    expect(ids["cut"]!.length).toBeGreaterThan(ids["drawn"]!.length)
    expect(ids["joined"]!.length).toBeGreaterThan(3)
    for (const one of Object.values(ids)) expect(new Set(one).size).toBe(one.length)
  })

  it.each(settings)("with $workers workers and partitions of $partitionBytes bytes", async (setting) => {
    const made = await run(temp, setting)
    expect(madeBy(made)).toEqual(madeBy(first))
    const partitions = made.nodes[0]!.partitions.run
    if (setting.partitionBytes === 1_000_000) expect(partitions).toBe(1)
    else expect(partitions).toBeGreaterThan(setting.partitionBytes === 200 ? 50 : 2)
  })

  it("in another folder, time zone and language", async () => {
    using other = filled(elsewhere, seed)
    expect(madeBy(await run(other, { workers: 2, partitionBytes: 500, atMost: 3 }))).toEqual(madeBy(first))
  })

  it("is there already for a run that cuts it otherwise", async () => {
    const again = await run(temp, { ...alone, workers: 2, partitionBytes: 200 }, "alone")
    expect(madeBy(again)).toEqual(madeBy(first))
    expect(again.nodes.filter(({ verdict }) => verdict !== "hit")).toEqual([])
  })

  it("is that of a run from nothing after partitions of one size were cut to another", async () => {
    await run(temp, { ...alone, partitionBytes: 200 }, "cut")
    const edited = temp.path("in/2.jsonl")
    const before = readFileSync(edited, "utf8")
    writeFileSync(edited, before.split("\n").slice(1).join("\n"))
    const again = await run(temp, { ...alone, partitionBytes: 2000 }, "cut")
    expect(madeBy(again)).toEqual(madeBy(await run(temp, alone)))
    for (const { kind, name, rows } of again.nodes) if (kind !== "gather") expect(rows.computed, name).toBe(0)
    writeFileSync(edited, before)
  })
})
