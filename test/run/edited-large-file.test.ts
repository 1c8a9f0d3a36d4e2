// A file of a megabyte and more that was edited is framed while it is digested: the outcome is that of a run from nothing.
import { utimesSync } from "node:fs"
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { computedOf, digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const many = (word: string) => Array.from({ length: 20_000 }, (_, n) => `${word} ${n} ${"and so on ".repeat(6)}`)

describe("a large input file", () => {
  it("edited, alone or beside another, computes the edited lines", async () => {
    using temp = new TempRun(engine)
    const calls = temp.chain("trim")
    const [ash, elm] = [many("ash"), many("elm")]
    temp.lines("a.txt", ash)
    temp.lines("b.txt", elm)
    await temp.run(calls, { rows: false })
    temp.lines("b.txt", elm.with(7, "a new line"))
    const one = await temp.run(calls, { rows: false })
    expect(computedOf(one)).toEqual({ source: 1, trim: 1 })
    expect(digestsOf(one)).toEqual(await temp.cold(calls))
    temp.lines("a.txt", ash.with(9, "another line"))
    temp.lines("b.txt", elm.with(7, "a new line").with(11, "a third line"))
    const both = await temp.run(calls, { rows: false })
    expect(computedOf(both)).toEqual({ source: 2, trim: 2 })
    expect(digestsOf(both)).toEqual(await temp.cold(calls))
  })

  it("touched but not edited runs nothing", async () => {
    using temp = new TempRun(engine)
    const calls = temp.chain("trim")
    temp.lines("a.txt", many("ash"))
    await temp.run(calls, { rows: false })
    utimesSync(temp.path("in/a.txt"), 1_000_000_000, 1_000_000_000)
    const { nodes } = await temp.run(calls, { rows: false })
    expect(nodes!.map(({ verdict }) => verdict)).toEqual(["hit", "hit"])
  })
})
