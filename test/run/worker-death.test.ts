// Threads that die: replaced, their partition tried again alone once, then an error that names node, place and row.
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const lines = ["one", "two", "three", "four", "five", "six", "seven", "eight"]
const calls = (temp: TempRun) => [
  temp.source("lines", { partitionBytes: 20 }),
  { id: "trim", stage: "trim", from: ["source"], options: { name: "trim" } },
  { id: "deadly", stage: "deadly", from: ["trim"], options: { name: "deadly", log: temp.path("log") } }
]

describe("a thread that dies over a partition", () => {
  it("once is replaced, and the run goes on with a warning", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", [...lines, "once"])
    const run = await temp.run(calls(temp))
    expect(run.rows["deadly"]!.columns["n"]!.toSorted()).toEqual([...lines, "once"].map(({ length }) => length).sort())
    const warnings = run.events.flatMap((event) => (event.event === "warning" ? [event.text] : []))
    expect(warnings).toEqual(["a worker thread died (exit code 7); what it worked on is tried again alone"])
  })

  it.each([
    ["exit", "exit code 7", "mend the stage: its code must not end the process; finished partitions are kept"],

    [
      "hoard",
      "it needs more than 64 MiB of memory",
      "make its partitions smaller (partitionBytes of the source), or mend the stage; finished partitions are kept"
    ]
  ])("twice (%s) is told with node, place and row, and the others finish", async (text, what, hint) => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", [...lines, text])
    temp.lines("b.txt", lines)
    const error = await temp.fail(calls(temp), { workerMemory: 64 })
    expect(error.code).toBe("SLUICE_WORKER")
    expect(error.message).toBe(`deadly: its worker thread died twice: ${what}`)
    expect(error.evidence).toEqual([
      expect.stringMatching(
        /^partition \d of \d: (\d records, from )?\S*in\/a\.txt line \d( to \S*in\/[ab]\.txt line \d)?$/
      ),
      expect.stringMatching(/^it was at row [0-9a-f]{12} \(\S*in\/a\.txt line 9\)$/)
    ])
    expect(error.hint).toBe(hint)
    temp.lines("a.txt", [...lines, "fine"])
    const run = await temp.run(calls(temp))
    expect(run.rows["deadly"]!.ids.length).toBe(17)
  })

  it("that is no source's is told by its rows, with their place", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", [...lines, "exit"])
    const error = await temp.fail([
      temp.source("lines"),
      { id: "distinct", stage: "distinct", from: ["source"], options: {} },
      { id: "deadly", stage: "deadly", from: ["distinct"], options: { name: "deadly", log: temp.path("log") } }
    ])
    expect(error.evidence).toEqual([
      expect.stringMatching(
        /^partition 1 of 1: 9 rows, from row [0-9a-f]{12} \(in\/a\.txt line 1\) to row [0-9a-f]{12} \(in\/a\.txt line 9\)$/
      ),
      expect.stringMatching(/^it was at row [0-9a-f]{12} \(in\/a\.txt line 9\)$/)
    ])
  })
})
