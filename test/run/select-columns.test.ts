// Columns that a select gives to all rows: they follow the rows that are kept, are read by what comes after, and an edit
// upstream gives what a run from nothing gives; what a select warns of is said.
import { afterAll, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { computedOf, digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const texts = ["ash", "elm", "alder gone", "aspen", "birch", "elder", "acacia", "beech gone", "bay"]
const small = { partitionBytes: 16 }

const calls = (temp: TempRun, options: object = {}) => [
  temp.source("lines", small),
  { id: "ranked", stage: "ranked", from: ["source"], options: { name: "ranked", ...options } },
  { id: "trim", stage: "trim", from: ["ranked"], options: { name: "trim" } }
]

const numbered = (columns: { readonly [name: string]: ReadonlyArray<unknown> }) =>
  Object.fromEntries(columns["text"]!.map((text, i) => [text, [columns["n"]![i], columns["tags"]![i]]]))

it("stand beside the rows that are kept, whatever the partitions", async () => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", texts)
  const { rows } = await temp.run(calls(temp))
  expect(numbered(rows["ranked"]!.columns)).toEqual({
    ash: [0, []],
    elm: [0, []],
    aspen: [2, ["a"]],
    birch: [0, []],
    elder: [1, ["e"]],
    acacia: [3, ["a"]],
    bay: [2, ["b"]]
  })
  const large = calls(temp)
  large[0] = temp.source("lines", { partitionBytes: 1 << 20 })
  const other = await temp.run(large, { storeRoot: temp.path("other") })
  expect(numbered(other.rows["ranked"]!.columns)).toEqual(numbered(rows["ranked"]!.columns))
})

it("are what a run from nothing gives after an edit, and a known result is taken", async () => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", texts)
  const first = await temp.run(calls(temp))
  const second = await temp.run(calls(temp))
  expect(digestsOf(second)).toEqual(digestsOf(first))
  expect(second.nodes.find(({ name }) => name === "ranked")!.verdict).toBe("hit")
  temp.lines("a.txt", texts.with(1, "alp"))
  const third = await temp.run(calls(temp))
  expect(digestsOf(third)).toEqual(await temp.cold(calls(temp)))
  expect(digestsOf(third)["ranked"]).not.toBe(digestsOf(first)["ranked"])
  expect(computedOf(third)["ranked"]).toBe(1)
  temp.lines("a.txt", texts)
  expect(digestsOf(await temp.run(calls(temp)))).toEqual(digestsOf(first))
})

it("leave out rows that failed to be prepared", async () => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", ["worst ash", ...texts.slice(0, 4), "worst aspen", ...texts.slice(4)])
  const run = await temp.run(calls(temp), { maxFailed: 0.5 })
  expect(run.rows["ranked"]!.columns["n"]!.toSorted()).toEqual([0, 0, 0, 1, 2, 2, 3])
  temp.lines("a.txt", texts)
  expect(await temp.cold(calls(temp))).toEqual({ ...digestsOf(run), source: expect.any(String) })
  temp.lines("a.txt", ["worst", "worst elm"])
  expect((await temp.run(calls(temp), { maxFailed: 1 })).rows["ranked"]!.columns["text"]).toEqual([])
})

it("must be there for each row", async () => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", texts)
  const error = await temp.fail(calls(temp, { short: true }))
  expect(error.message).toBe('ranked: resolve returned no number column "n" of 9 rows')
})

it("a warning is said where verdicts are applied, found or made", async () => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", texts)
  const warnings = async (many: number) => {
    const { events } = await temp.run(calls(temp, { many }))
    return events.filter(({ event }) => event === "warning")
  }
  const expected = [expect.objectContaining({ node: "ranked", text: "ranked saw 9 rows" })]
  expect(await warnings(8)).toEqual(expected)
  expect(await warnings(9)).toEqual([])
  // Another file, the same texts: the verdicts are known, the rows are others.
  temp.lines("b.txt", texts.slice(5))
  temp.lines("a.txt", texts.slice(0, 5))
  expect(await warnings(8)).toEqual(expected)
})
