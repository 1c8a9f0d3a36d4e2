// The edges: no rows at all, a stage that reads the clock, a column called id.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

describe("a source without rows", () => {
  it("goes through stages of all kinds, and rows may come and go", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", [])
    const calls = [
      ...temp.chain("trim", "long", "without", "distinct", "words", "groups"),
      { id: "parts", stage: "split", from: ["words"], options: { by: "group", test: 0.5 } },
      { id: "some", stage: "sample", from: ["words"], options: { rows: 2 } },
      { id: "all", stage: "union", from: ["parts:train", "parts:test"], options: {} },
      { id: "none", stage: "against", from: ["all", "words", "some"], options: {} },
      { id: "model", stage: "learn", from: ["none"], options: {} },
      { id: "report", stage: "judge", from: ["model", "parts:test"], options: {} }
    ]
    const empty = await temp.run(calls)
    for (const { ids } of Object.values(empty.rows)) expect(ids).toEqual([])
    temp.lines("a.txt", ["ash birch", "elm oak"])
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
    temp.lines("a.txt", [])
    expect(digestsOf(await temp.run(calls))).toEqual(digestsOf(empty))
  })

  it("is an error where there is not even a file", async () => {
    using temp = new TempRun(engine)
    const { code, message } = await temp.fail(temp.chain("trim"))
    expect([code, message]).toEqual(["SLUICE_NO_INPUT", `source: no file matches "${temp.path("in/*.txt")}"`])
  })
})

describe("a stage that is declared impure", () => {
  it("is computed in every run, and what reads it follows", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash", "elm"])
    const calls = temp.chain("clock", "tag")
    const [first, second] = [await temp.run(calls), await temp.run(calls)]
    for (const { nodes } of [first, second]) expect(nodes.map(({ rows }) => rows.computed).slice(1)).toEqual([2, 2])
    expect(second.rows["clock"]!.columns["note"]).not.toEqual(first.rows["clock"]!.columns["note"])
    expect(second.nodes[0]!.verdict).toBe("hit")
  })
})

describe("a program that reads a column called id", () => {
  it("gets both that column and the ids of rows", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["k1|one", "k2|two"])
    const calls = [
      temp.source("keyed", { key: "id" }),
      { id: "report", stage: "identified", from: ["source"], options: { name: "report" } }
    ]
    const { nodes } = await temp.run(calls)
    expect(nodes[1]!.rows).toMatchObject({ in: 2, kept: 2 })
  })
})
