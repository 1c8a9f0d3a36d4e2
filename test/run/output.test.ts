// What comes out: the rows that the stages' words promise, whatever the number of workers or the size of partitions.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"
import { computedOf, digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const lines = (count: number, word: string) =>
  Array.from({ length: count }, (_, i) => `${word} number ${i} of ${i % 7}`)

const ofAllKinds = (temp: TempRun, partitionBytes: number) => [
  temp.source("lines", { partitionBytes }),
  ...temp.chain("trim", ["long", { minWords: 3 }], "distinct", "words", "groups").slice(1),
  { id: "parts", stage: "split", from: ["words"], options: { by: "group", test: 0.4, seed: 2 } },
  { id: "some", stage: "sample", from: ["words"], options: { rows: 9, seed: 1 } },
  { id: "rest", stage: "subtract", from: ["words", "some"], options: {} },
  { id: "all", stage: "union", from: ["rest", "some"], options: {} },
  { id: "model", stage: "learn", from: ["parts:train"], options: {} },
  { id: "report", stage: "judge", from: ["model", "parts:test", "groups"], options: {} }
]

describe("rows", () => {
  it("are what a reading of the stages says", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["  ash  birch ", "elm", "Ash birch", "oak fir ivy", "ash #x#y"])
    const { rows, nodes } = await temp.run(
      temp.chain("trim", ["long", { minWords: 2 }], "distinct", ["words", { most: 2 }], "groups")
    )
    const texts = (name: string) => rows[name]!.columns["text"]
    expect(texts("trim")).toEqual(["ash birch", "elm", "Ash birch", "oak fir ivy", "ash #x#y"])
    expect(texts("long")).toEqual(["ash birch", "Ash birch", "oak fir ivy", "ash #x#y"])
    expect(texts("distinct")).toEqual(["ash birch", "oak fir ivy", "ash #x#y"])
    expect(texts("words")).toEqual(["ash", "birch", "oak", "fir", "ash", "#x#y"])
    expect(rows["words"]!.columns["tags"]).toEqual([[], [], [], [], ["x", "y"], ["x", "y"]])
    expect(rows["words"]!.columns["n"]).toEqual([0, 1, 0, 1, 0, 1])
    expect([...texts("groups")!].sort()).toEqual(["ash birch ash #x#y", "oak fir"])
    expect(nodes.map(({ name, reasons }) => [name, reasons])).toEqual([
      ["source", {}],
      ["trim", {}],
      ["long", { "too-short": 1 }],
      ["distinct", { duplicate: 1 }],
      ["words", {}],
      ["groups", {}]
    ])
  })

  it("have unique ids, kept by all kinds but expand and gather", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash birch", "elm oak", "ash birch", "fir"])
    const { rows } = await temp.run(temp.chain("trim", "long", "words", "groups"))
    for (const { ids } of Object.values(rows)) expect(new Set(ids).size).toBe(ids.length)
    expect(rows["trim"]!.ids).toEqual(rows["source"]!.ids)
    expect(rows["source"]!.ids).toEqual(expect.arrayContaining([...rows["long"]!.ids]))
    expect(rows["words"]!.ids.filter((id) => rows["long"]!.ids.includes(id))).toEqual([])
  })

  it("do not depend on the number of workers or the size of partitions", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", lines(60, "ash"))
    temp.lines("b.txt", lines(60, "birch"))
    const whole = await temp.cold(ofAllKinds(temp, 100_000))
    expect(await temp.cold(ofAllKinds(temp, 200), { workers: 2 })).toEqual(whole)
    expect(await temp.cold(ofAllKinds(temp, 900), { workers: 1 })).toEqual(whole)
  })

  it("do not depend on the machine's time zone, and are computed again under another language", async () => {
    const notes: Array<unknown> = []
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash"])
    const file = temp.pipeline(temp.chain("local", "learn"))
    for (const env of [
      { TZ: "Asia/Tokyo", LC_ALL: "en_US.UTF-8" },
      { TZ: "America/New_York", LC_ALL: "en_US.UTF-8" },
      { TZ: "Asia/Tokyo", LC_ALL: "de_DE.UTF-8" }
    ]) {
      using other = new Engine(env)
      const { rows, nodes } = await other.run({ root: repository, storeRoot: temp.path("store"), file })
      notes.push([rows["local"]!.columns["note"]![0], nodes[1]!.rows.computed])
    }
    expect(notes).toEqual([
      ["0 1,003.5", 1],
      ["0 1,003.5", 0],
      ["0 1.003,5", 1]
    ])
  })

  it("of inputs that share ids cannot be joined", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash", "birch"])
    const calls = [...temp.chain("trim"), { id: "all", stage: "union", from: ["source", "trim"], options: {} }]
    const { code, message } = await temp.fail(calls)
    expect([code, message]).toEqual(["SLUICE_DUPLICATE_KEY", "union.rows: 2 rows occur in more than one input"])
  })

  it("joined with rows that have fewer columns have the columns of both", async () => {
    using temp = new TempRun(engine)
    temp.write("keyed/k.txt", "k1|one\n")
    temp.lines("a.txt", ["ash"])
    const keyed = { id: "keyed", stage: "keyed", from: [], options: { path: temp.path("keyed/*.txt"), key: "id" } }
    const joined = { id: "joined", stage: "union", from: ["keyed", "source"], options: {} }
    const { rows } = await temp.run([keyed, temp.source(), joined])
    expect(Object.keys(rows["joined"]!.columns).sort()).toEqual(["group", "n", "note", "tags", "text"])
    expect(rows["joined"]!.columns["text"]).toEqual(["one", "ash"])
  })
})

describe("an edit", () => {
  it("of white space in a row with a key computes nothing below the trim, programs included", async () => {
    using temp = new TempRun(engine)
    const calls = [temp.source("keyed", { key: "id" }), ...temp.chain("trim", "long", "words", "groups").slice(1)]
    calls.push({ id: "learn", stage: "learn", from: ["words"], options: {} })
    temp.write("in/a.txt", "k1|ash birch\nk2|elm oak\n")
    await temp.run(calls)
    temp.write("in/a.txt", "k1|ash birch\nk2|elm   oak\n")
    const run = await temp.run(calls)
    expect(computedOf(run)).toEqual({ source: 1, trim: 1, long: 0, words: 0, groups: 0, "fx.learn": 0 })
    expect(digestsOf(run)).toEqual(await temp.cold(calls))
  })

  it("of a threshold measures nothing and costs the rows that flip", async () => {
    using temp = new TempRun(engine)
    const calls = temp.chain(["long", { minWords: 2 }], "shout", "words")
    temp.lines("a.txt", ["one", "two words", "three words here", "and four words here"])
    await temp.run(calls)
    expect(computedOf(await temp.run(calls, { sets: { "long.minWords": "3" } }))).toEqual({
      source: 0,
      long: 0,
      shout: 0,
      words: 0
    })
    const lower = await temp.run(calls, { sets: { "long.minWords": "1" } })
    expect(computedOf(lower)).toEqual({ source: 0, long: 0, shout: 1, words: 1 })
    expect(digestsOf(lower)).toEqual(await temp.cold(calls, { sets: { "long.minWords": "1" } }))
  })

  it("of the column that a map rewrites is no hit, though both columns hold the same", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["a", "b"])
    await temp.run(temp.chain("shout"))
    const { rows } = await temp.run(temp.chain(["shout", { text: "group" }]))
    expect(rows["shout"]!.columns).toMatchObject({ text: ["a", "b"], group: ["A", "B"] })
  })
})
