// Rows that fail at every kind of node: the rest finishes, the policy decides, the next run tries the failed ones alone.
import { afterAll, describe, expect, it } from "vitest"
import { type Drop, listDrops } from "../../src/lineage/drops.ts"
import { PastRun } from "../../src/lineage/past-run.ts"
import { traceRow } from "../../src/lineage/trace.ts"
import { Store } from "../../src/store/store.ts"
import { Engine } from "./engine.ts"
import { computedOf, digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const texts = Array.from({ length: 24 }, (_, i) => `text ${"abcdefghijklmnopqrstuvwx".slice(0, i + 1)}`)
const bad = texts.map((text, i) => (i % 8 === 5 ? `${text} worst` : text))
const good = bad.filter((text) => !text.includes("worst"))
/** Several partitions, so that a failure is one of many. */
const small = { partitionBytes: 120 }

/** Rows of a run that `sluice drops --reason failed` lists. */
const failedOf = async (temp: TempRun, node: string): Promise<ReadonlyArray<Drop>> => {
  const past = new PastRun(new Store(temp.path("store")), "random")
  const found: Array<Drop> = []
  for await (const drop of listDrops(past, { node, reason: "failed" })) found.push(drop)
  for (const { id } of found)
    expect(traceRow(past, id!).steps.find((step) => step.node === node)).toMatchObject({ verdict: "failed" })
  return found
}

/** Stages of every kind that throw for the same texts. */
const stages = [
  ["strict", { word: "worst" }],
  ["picky", {}],
  ["strictly", {}],
  ["apart", {}],
  ["batched", {}],
  ["lengths", {}],
  ["joined", {}]
] as const

describe.each(stages)("rows that fail at %s", (stage, options) => {
  const chain = (temp: TempRun) => [
    temp.source("lines", small),
    { id: "faulty", stage, from: ["source"], options: { name: "faulty", ...options } },
    { id: "trim", stage: "trim", from: ["faulty"], options: { name: "trim" } },
    { id: "learn", stage: "learn", from: ["trim"], options: { name: "learn" } }
  ]

  it("stop the run after the node, which the other rows finish", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", bad)
    const error = await temp.fail(chain(temp))
    expect(error.code).toBe("SLUICE_FAILED_ROWS")
    expect(error.message).toBe("faulty: 3 of 24 rows failed")
    expect(error.evidence.length).toBe(3)
    for (const line of error.evidence)
      expect(line).toMatch(
        /^row [0-9a-f]{12} \(in\/a\.txt line \d+\): (no|says) worst \(test\/run\/fixtures\/\w+\.ts:\d+\)$/
      )
    const again = await temp.fail(chain(temp), { maxFailed: 0.1 })
    expect(again.message).toBe("faulty: 3 of 24 rows failed: 13 %, more than --max-failed 0.1 lets pass")
  })

  it("are left out where the policy lets them pass, told by drops, and tried again alone", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", bad)
    const calls = chain(temp)
    const first = await temp.run(calls, { maxFailed: 0.2 })
    const { rows } = first.nodes.find(({ name }) => name === "faulty")!
    expect(rows).toMatchObject({ in: 24, failed: 3, kept: 24 - 3 - rows.dropped - rows.merged })
    expect(first.damage).toEqual([])
    const failed = await failedOf(temp, "faulty")
    expect(failed.map(({ source }) => "line" in source! && bad[source.line - 1])).toEqual(
      bad.filter((text) => text.includes("worst"))
    )
    for (const { error } of failed) expect(error).toMatch(/^(no|says) worst \(test\/run\/fixtures\/\w+\.ts:\d+\)$/)
    const second = await temp.run(calls, { maxFailed: 0.2 })
    expect(digestsOf(second)).toEqual(digestsOf(first))
    expect(computedOf(second)).toEqual({ source: 0, faulty: 3, trim: 0, learn: 0 })
    expect(second.nodes.find(({ name }) => name === "learn")!.verdict).toBe("hit")
    expect((await failedOf(temp, "faulty")).map(({ id }) => id)).toEqual(failed.map(({ id }) => id))
    // What is left is what a run without those rows gives, but for groups, which fail as a whole.
    temp.lines("a.txt", good)
    const clean = await temp.cold(calls)
    expect(digestsOf(first)["trim"] === clean["trim"]).toBe(true)
    const third = await temp.run(calls)
    expect(digestsOf(third)).toEqual(clean)
  })
})

describe("a gather", () => {
  const calls = (temp: TempRun) => [
    temp.source("lines", small),
    { id: "joined", stage: "joined", from: ["source"], options: { name: "joined" } }
  ]

  it("counts rows without a key and every row of a group that cannot be made", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["one ash", "two ash", "keyless elm", "worst oak", "three oak", "four fir"])
    const run = await temp.run(calls(temp), { maxFailed: 0.5 })
    expect(run.rows["joined"]!.columns["text"]!.toSorted()).toEqual(["four fir", "one ash+two ash"])
    const { rows } = run.nodes.find(({ name }) => name === "joined")!
    expect(rows).toMatchObject({ in: 6, kept: 3, failed: 3, out: 2, computed: 6 })
    expect(
      (await failedOf(temp, "joined")).map(({ source, error }) => [(source as { line: number }).line, error])
    ).toEqual([
      [3, expect.stringMatching(/^no keyless \(/)],
      [4, expect.stringMatching(/^no worst \(/)],
      [5, expect.stringMatching(/^no worst \(/)]
    ])
    const again = await temp.run(calls(temp), { maxFailed: 0.5 })
    expect(computedOf(again)["joined"]).toBe(3)
    expect(digestsOf(again)).toEqual(digestsOf(run))
  })
})

it("rows that a select compares with may not fail, whatever the policy", async () => {
  using temp = new TempRun(engine)
  temp.lines("a.txt", bad)
  const error = await temp.fail(
    [
      temp.source("lines", small),
      { id: "good", stage: "without", from: ["source"], options: { letter: "z" } },
      { id: "lengths", stage: "lengths", from: ["good", "source"], options: { name: "lengths" } }
    ],
    { maxFailed: 0.5 }
  )
  expect(error.message).toBe('lengths: 3 of 24 rows of its input "others" failed')
})
