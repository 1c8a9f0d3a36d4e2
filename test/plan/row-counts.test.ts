// The row counts of a plan keep their word: the run computes no more rows than planned and reuses no fewer.
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { PlannedProject } from "./planned-project.ts"

const project = new PlannedProject()

/** Plans, runs, and gives for each node the planned counts beside what the run did. */
const compare = async (sets: { readonly [target: string]: string } = {}) => {
  const plan = await project.planned(sets)
  const { nodes } = await project.run(sets)
  return plan.map(({ name, verdict, rows }, at) => {
    const did = nodes[at]!.rows
    const reused = did.in - did.computed
    const planned = `${rows.atMost ? "≤" : ""}${rows.new}${rows.open ? "+" : ""} new, ${rows.reusable}${rows.open ? "+" : ""} reused`
    const computed = rows.open || (rows.atMost ? did.computed <= rows.new : did.computed === rows.new)
    const kept = verdict === "hit" || (computed && rows.reusable <= reused)
    return `${name}: ${planned}; ${did.computed} computed, ${reused} reused${kept ? "" : " — BROKEN"}`
  })
}

describe("what a plan says of rows", () => {
  beforeAll(async () => {
    await project.run()
  })
  afterAll(() => project[Symbol.dispose]())

  it("holds below an edited row that stays", async () => {
    project.edit("in/a.txt", "hazel ivy", "hazel and ivy")
    expect(await compare()).toMatchInlineSnapshot(`
      [
        "fx.lines: 1 new, 8 reused; 1 computed, 8 reused",
        "own.long: ≤1 new, 8 reused; 1 computed, 8 reused",
        "own.shout: ≤1 new, 6 reused; 1 computed, 6 reused",
        "own.words: ≤1 new, 6 reused; 1 computed, 6 reused",
        "own.first: 0+ new, 17+ reused; 1 computed, 19 reused",
      ]
    `)
  })

  it("holds below an edited row that is dropped", async () => {
    project.edit("in/a.txt", "elm fir oak", "elm")
    expect(await compare()).toMatchInlineSnapshot(`
      [
        "fx.lines: 1 new, 8 reused; 1 computed, 8 reused",
        "own.long: ≤1 new, 8 reused; 1 computed, 8 reused",
        "own.shout: ≤1 new, 6 reused; 0 computed, 6 reused",
        "own.words: ≤1 new, 6 reused; 0 computed, 6 reused",
        "own.first: 0+ new, 17+ reused; 0 computed, 17 reused",
      ]
    `)
  })

  it("follows rows that moved to another file", async () => {
    project.edit("in/a.txt", "ash birch\n", "")
    project.edit("in/b.txt", "beech\n", "beech\nash birch\n")
    expect(await compare()).toMatchInlineSnapshot(`
      [
        "fx.lines: 0 new, 9 reused; 0 computed, 9 reused",
        "own.long: 0 new, 9 reused; 0 computed, 9 reused",
        "own.shout: 0 new, 6 reused; 0 computed, 6 reused",
        "own.words: 0 new, 6 reused; 0 computed, 6 reused",
        "own.first: 0 new, 17 reused; 0 computed, 17 reused",
      ]
    `)
  })

  it("follows rows through a map whose code changed", async () => {
    project.edit("words.ts", "text.toUpperCase()", "text.toLowerCase()")
    project.edit("in/b.txt", "pine cone", "pine cone tree")
    expect(await compare()).toMatchInlineSnapshot(`
      [
        "fx.lines: 1 new, 8 reused; 1 computed, 8 reused",
        "own.long: ≤1 new, 8 reused; 1 computed, 8 reused",
        "own.shout: ≤6 new, 0 reused; 6 computed, 0 reused",
        "own.words: ≤1 new, 5 reused; 1 computed, 5 reused",
        "own.first: 0+ new, 15+ reused; 0 computed, 18 reused",
      ]
    `)
  })

  it("stays open below a decision that changed", async () => {
    project.edit("in/b.txt", "yew hedge row", "yew hedge")
    expect(await compare({ "own.long.minWords": "3" })).toMatchInlineSnapshot(`
      [
        "fx.lines: 1 new, 8 reused; 1 computed, 8 reused",
        "own.long: ≤1 new, 8 reused; 1 computed, 8 reused",
        "own.shout: 0+ new, 0+ reused; 0 computed, 4 reused",
        "own.words: 0+ new, 0+ reused; 0 computed, 4 reused",
        "own.first: 0+ new, 0+ reused; 0 computed, 13 reused",
      ]
    `)
  })

  it("counts rows that come back after a decision was taken back", async () => {
    expect(await compare()).toMatchInlineSnapshot(`
      [
        "fx.lines: 0 new, 9 reused; 0 computed, 9 reused",
        "own.long: 0 new, 9 reused; 0 computed, 9 reused",
        "own.shout: 0+ new, 4+ reused; 1 computed, 5 reused",
        "own.words: 0+ new, 4+ reused; 1 computed, 5 reused",
        "own.first: 0+ new, 12+ reused; 0 computed, 17 reused",
      ]
    `)
  })
})
