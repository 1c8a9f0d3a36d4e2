// Rows that fail, records that are bad, keys that occur twice: told with their place, and nothing is computed twice for them.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { computedOf, digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

describe("a row function that throws", () => {
  it("fails the run, and after the row is mended only that row is computed", async () => {
    using temp = new TempRun(engine)
    const calls = temp.chain("trim", "strict", "long")
    temp.lines("a.txt", ["one fine line", "this says boom", "another line", "the last line"])
    const error = await temp.fail(calls)
    expect(error.code).toBe("SLUICE_FAILED_ROWS")
    expect(error.message).toBe("strict: 1 of 4 rows failed")
    expect(error.evidence).toEqual([
      expect.stringMatching(
        /^row [0-9a-f]{12} \(in\/a\.txt line 2\): says boom \(test\/run\/fixtures\/stages\.ts:\d+\)$/
      )
    ])
    temp.lines("a.txt", ["one fine line", "this says bang", "another line", "the last line"])
    const run = await temp.run(calls)
    expect(computedOf(run)).toEqual({ source: 1, trim: 1, strict: 1, long: 4 })
    expect(digestsOf(run)).toEqual(await temp.cold(calls))
  })

  it("fails alone where it gives what its column cannot hold", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["fine", "nan"])
    const error = await temp.fail(temp.chain("wild"))
    expect(error.code).toBe("SLUICE_FAILED_ROWS")
    expect(error.message).toBe("wild: 1 of 2 rows failed")
    expect(error.evidence).toEqual([
      expect.stringMatching(/^row [0-9a-f]{12} \(in\/a\.txt line 2\): column "n": expected a finite number, got NaN$/)
    ])
  })
})

describe("a record that cannot be parsed", () => {
  it("stops the run with its place, and keeps what was parsed", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["one", "two", "!three", "four"])
    const calls = temp.chain("trim")
    const error = await temp.fail(calls)
    expect(error.code).toBe("SLUICE_BAD_INPUT")
    expect(error.message).toBe("source: in/a.txt line 3 starts with an exclamation mark")
    expect(error.hint).toBe('fix the line, or fx.lines({ onBadRow: "drop" })')
    temp.lines("a.txt", ["one", "two", "three", "four"])
    expect(computedOf(await temp.run(calls))).toEqual({ source: 1, trim: 4 })
  })

  it("is dropped and counted where the source says so", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["one", "!two", "three"])
    const calls = [temp.source("lines", { onBadRow: "drop" }), ...temp.chain("trim").slice(1)]
    const { nodes, rows } = await temp.run(calls)
    expect(nodes[0]!.rows).toMatchObject({ in: 3, kept: 2, dropped: 1, out: 2 })
    expect(nodes[0]!.reasons).toEqual({ "bad-row": 1 })
    expect(rows["trim"]!.columns["text"]).toEqual(["one", "three"])
    temp.lines("a.txt", ["one", "!two", "three", "four"])
    const again = await temp.run(calls)
    expect(computedOf(again)["trim"]).toBe(1)
    expect(digestsOf(again)).toEqual(await temp.cold(calls))
  })
})

describe("a declared key that occurs twice", () => {
  it("is an error that names both places", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["k1|one", "k2|two"])
    temp.lines("b.txt", ["k3|three", "k1|again"])
    const error = await temp.fail([temp.source("keyed", { key: "id" })])
    expect(error.code).toBe("SLUICE_DUPLICATE_KEY")
    expect(error.evidence.map((line) => line.replace(/^.*in\//, ""))).toEqual(["a.txt line 1", "b.txt line 2"])
  })

  it("gives rows ids that stay when the row changes or moves to another file", async () => {
    using temp = new TempRun(engine)
    const calls = [temp.source("keyed", { key: "id" })]
    temp.lines("a.txt", ["k1|one", "k2|two"])
    const first = await temp.run(calls)
    temp.lines("a.txt", ["k2|two"])
    temp.lines("b.txt", ["k1|changed"])
    const second = await temp.run(calls)
    expect(new Set(second.rows["source"]!.ids)).toEqual(new Set(first.rows["source"]!.ids))
  })
})
