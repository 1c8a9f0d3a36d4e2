// What a run is expected to cost: ranges from journals that runs left, by the row and as a whole.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import type { NodePlan } from "../../src/graph/plan.ts"
import { earlierWork, expectedOf, totalExpected, withExpected } from "../../src/run/expectation.ts"
import { Journal, type NodeSummary } from "../../src/run/journal.ts"
import type { NodeRecord, PipelineRef } from "../../src/run/node-record.ts"
import { Store } from "../../src/store/store.ts"
import { Engine } from "./engine.ts"
import { TempRun } from "./temp-run.ts"

let root = ""
let store: Store
let runs = 0

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-expect-"))
  store = new Store(root)
})
afterEach(() => rmSync(root, { recursive: true, force: true }))

const did = (name: string, kind: string, computed: number, seconds: number, bytes: number): NodeSummary => ({
  name,
  kind,
  verdict: computed === 0 && seconds === 0 ? "hit" : "run",
  partitions: { hit: 0, run: 2 },
  rows: { in: 100, kept: 100, dropped: 0, merged: 0, failed: 0, out: 100, computed, reused: 100 - computed },
  reasons: {},
  seconds,
  bytes
})

/** Leaves the journal of a finished run; many events between make its end stand far from its start. */
const ran = (
  nodes: ReadonlyArray<NodeSummary>,
  given: { pipeline?: string; between?: number; finished?: boolean; device?: "cpu" | "webgpu" } = {}
) => {
  const { pipeline = "p", between = 0, finished = true, device } = given
  const run = `20260102T03040${runs++ % 10}-${String(runs).padStart(6, "0")}`
  const journal = new Journal(store.runFolder(run), [])
  journal.write({ event: "started", run, pipeline, nodes: nodes.length, workers: 2, ...(device && { device }) })
  for (let at = 0; at < between; at++) journal.write({ event: "sample", node: "a", text: `${at} ${"x".repeat(500)}` })
  if (finished) journal.write({ event: "finished", run, seconds: 1, passed: true, nodes, outputs: {} })
}

const planned = (kind: NodePlan["kind"], rows: NodePlan["rows"], more: Partial<NodePlan> = {}): NodePlan => ({
  name: "a",
  kind,
  verdict: "run",
  because: [],
  causes: [],
  partitions: { hit: 0, run: 4 },
  rows,
  ...more
})

const expected = (plan: NodePlan, workers = 1) => expectedOf(plan, earlierWork(store, "p"), workers)

describe("the cost of a node", () => {
  it("is unknown where no run tells", () => {
    expect(expected(planned("map", { reusable: 0, new: 10 }))).toBeUndefined()
    ran([did("a", "map", 100, 2, 400)], { pipeline: "another" })
    ran([did("a", "map", 100, 2, 400)], { finished: false })
    ran([did("a", "map", 0, 0, 0)])
    expect(expected(planned("map", { reusable: 0, new: 10 }))).toBeUndefined()
  })

  it("goes by the rows to compute, and by the partitions to write", () => {
    ran([did("a", "map", 100, 2, 400)])
    expect(expected(planned("map", { reusable: 0, new: 50 }))).toEqual({ seconds: [0.8, 1.25], bytes: [640, 1000] })
    expect(expected(planned("map", { reusable: 0, new: 50 }), 2)!.seconds).toEqual([0.4, 0.625])
  })

  it("lies between what several runs took", () => {
    ran([did("a", "map", 100, 2, 400)])
    ran([did("a", "map", 10, 0.1, 300)], { between: 400 })
    expect(expected(planned("map", { reusable: 0, new: 100 }))!.seconds).toEqual([0.8, 2.5])
  })

  it("of many rows is not told by a run that computed very few", () => {
    ran([did("a", "map", 100, 2, 400)])
    ran([did("a", "map", 1, 0.1, 300)])
    expect(expected(planned("map", { reusable: 0, new: 100 }))!.seconds).toEqual([1.6, 2.5])
    expect(expected(planned("map", { reusable: 0, new: 2 }))!.seconds).toEqual([0.032, 0.25])
  })

  it("of many rows is told by a run long past, where the latest computed very few", () => {
    for (let run = 0; run < 9; run++) ran([did("a", "map", 1, 0.1, 300)])
    const plan = planned("map", { reusable: 0, new: 100 })
    expect(expected(plan)!.seconds).toEqual([8, 12.5])
    const told = { computed: 100, seconds: 2 }
    expect(expectedOf(plan, earlierWork(store, "p"), 1, told)!.seconds).toEqual([1.6, 2.5])
    const few = planned("map", { reusable: 0, new: 1 })
    expect(expectedOf(few, earlierWork(store, "p"), 1, told)!.seconds).toEqual([0.016, 0.125])
  })

  it("begins at nothing where fewer rows may come, or none", () => {
    ran([did("a", "map", 100, 2, 400)])
    expect(expected(planned("map", { reusable: 0, new: 50, atMost: true }))!.seconds).toEqual([0, 1.25])
    expect(expected(planned("map", { reusable: 0, new: 0, open: true }))!.seconds).toEqual([0, 2.5])
    expect(expected(planned("map", { reusable: 0, new: 50 }, { verdict: "may-run" }))!.seconds).toEqual([0, 1.25])
  })

  it("of a program covers both the time it took and a time by its rows", () => {
    ran([did("a", "program", 100, 10, 1000)])
    expect(expected(planned("program", { reusable: 0, new: 100 }))!.seconds).toEqual([8, 12.5])
    expect(expected(planned("program", { reusable: 0, new: 200 }))!.seconds).toEqual([8, 25])
    expect(expected(planned("program", { reusable: 0, new: 0, open: true }))!.seconds).toEqual([8, 12.5])
  })
})

describe("runs on several devices", () => {
  it("tell of programs on their own only, and of rows on any", () => {
    ran([did("t", "program", 100, 9, 10), did("a", "map", 100, 2, 10)])
    ran([did("t", "program", 100, 1, 10), did("a", "map", 100, 2, 10)], { device: "webgpu" })
    const seconds = (device: "cpu" | "webgpu" | "cuda", node: string) =>
      (earlierWork(store, "p", device).get(node) ?? []).map((one) => one.seconds)
    expect(seconds("cpu", "t")).toEqual([9])
    expect(seconds("webgpu", "t")).toEqual([1])
    expect(seconds("cuda", "t")).toEqual([])
    expect(seconds("cuda", "a")).toEqual([2, 2])
  })
})

describe("the cost of a plan", () => {
  it("is the sum of its nodes, those apart that no run knows", () => {
    ran([did("a", "map", 100, 2, 400)])
    const nodes = withExpected(
      [planned("map", { reusable: 0, new: 50 }), { ...planned("map", { reusable: 0, new: 50 }), name: "b" }],
      store,
      "p",
      { threads: 1, device: "cpu" }
    )
    expect(nodes.map((node) => node.expected)).toEqual([{ seconds: [0.8, 1.25], bytes: [640, 1000] }, undefined])
    expect(totalExpected(nodes)).toEqual({ seconds: [0.8, 1.25], bytes: [640, 1000] })
    expect(totalExpected([planned("map", { reusable: 0, new: 1 })])).toBeUndefined()
  })
})

it("a record keeps what its node did for many rows while later runs compute few", async () => {
  using engine = new Engine()
  using temp = new TempRun(engine)
  const calls = temp.chain("trim", "long")
  const workOfTrim = async (rows: ReadonlyArray<string>) => {
    temp.lines("a.txt", rows)
    await temp.run(calls)
    const stored = new Store(temp.path("store"))
    const ref = stored.ref<PipelineRef>(stored.refNames()[0]!)!
    return stored.action<NodeRecord>(ref.nodes["trim"]!)!.work
  }
  const rows = Array.from({ length: 60 }, (_, n) => `word number ${n}`)
  const many = await workOfTrim(rows)
  expect(many).toMatchObject({ computed: 60 })
  expect(await workOfTrim([...rows.slice(1), "oak tree"])).toEqual(many)
  expect(await workOfTrim(rows.map((row, n) => (n < 30 ? `another ${row}` : row)))).toMatchObject({ computed: 30 })
})
