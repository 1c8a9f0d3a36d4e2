// The engine's laws: no row is lost without a reason, no row function has a memory; who breaks one is told.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const broken = async (stage: string) => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", ["one", "two", "three", "four five", "six"])
  const { code, message } = await temp.fail(temp.chain(stage))
  return `${code} ${message}`
}

describe("a stage that loses rows", () => {
  it.each([
    ["childless", 'SLUICE_UNKNOWN_REASON childless decided "no-children", which is none of its reasons'],
    ["unreasoned", 'SLUICE_UNKNOWN_REASON unreasoned decided "undeclared", which is none of its reasons'],
    ["merging", "SLUICE_CONSERVATION merging: row 1 was merged into a row that is not kept"],
    ["forgetful", 'SLUICE_CONSERVATION forgetful accounts for 4 of the 5 rows of "rows" (4 used, 0 skipped)']
  ])("%s", async (stage, told) => {
    expect(await broken(stage)).toBe(told)
  })
})

describe("a row function with a memory", () => {
  it("is caught, again and again", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["one", "two", "three", "four five", "six"])
    const calls = temp.chain("stateful")
    for (let times = 0; times < 2; times++) {
      const { code, message } = await temp.fail(calls)
      expect(`${code} ${message}`).toBe(
        "SLUICE_NOT_ROW_LOCAL stateful gives other results for the same row in another order"
      )
    }
  })
})
