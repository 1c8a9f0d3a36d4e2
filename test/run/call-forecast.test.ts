// How many calls a plan expects and what they may cost: from rows, from earlier runs, from cells.
import { mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import type { GraphNode } from "../../src/graph/graph.ts"
import type { NodePlan } from "../../src/graph/plan.ts"
import { totalCalls, withCalls } from "../../src/run/call-forecast.ts"
import { cellBytes } from "../../src/run/call-request.ts"
import { type CallSum, Journal } from "../../src/run/journal.ts"
import { checkedEndpoints } from "../../src/run/model-endpoint.ts"
import { CellStore } from "../../src/store/cell-store.ts"
import { Store } from "../../src/store/store.ts"

let root = ""
let store: Store
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-forecast-"))
  store = new Store(root)
})
afterEach(() => rmSync(root, { recursive: true }))

const node = (name: string, model: string) =>
  ({ name, declaration: { calls: true }, options: { model } }) as unknown as GraphNode
const nodes = [node("ask", "tiny"), node("other", "unpriced")]
const endpoints = checkedEndpoints("models", {
  tiny: { url: "http://a/v1", price: { input: 1e6, output: 1e6 } },
  unpriced: { url: "http://a/v1" }
})
const plan = (rows: NodePlan["rows"], more: Partial<NodePlan> = {}): NodePlan => ({
  name: "ask",
  kind: "map",
  verdict: "run",
  because: [],
  causes: [],
  partitions: { hit: 0, run: 1 },
  rows,
  ...more
})
const planned = (...plans: ReadonlyArray<NodePlan>) => withCalls(plans, nodes, store, "p", endpoints)
const calls = (rows: NodePlan["rows"], more: Partial<NodePlan> = {}) => planned(plan(rows, more))[0]!.calls

/** Leaves cells of a model. */
const bought = async (model: string, ...tokens: ReadonlyArray<number>) => {
  const cells = new CellStore(root)
  const cell = { text: "", finish: "", model, sampling: {}, sample: 0, at: 0, run: "r" }
  for (const [i, output] of tokens.entries())
    await cells.put(`${model.length}${i}`.padStart(32, "0"), cellBytes({ ...cell, input: 1, output }))
  await cells.dispose()
}

/** Leaves the journal of a run in which `ask` computed ten rows of twenty. */
const ran = (sum: CallSum) => {
  const run = "20260102T030405-000001"
  const journal = new Journal(store.runFolder(run), [])
  journal.write({ event: "started", run, pipeline: "p", nodes: 1, workers: 1 })
  const rows = { in: 20, kept: 20, dropped: 0, merged: 0, failed: 0, out: 20, computed: 10, reused: 10 }
  const summary = {
    name: "ask",
    kind: "map",
    verdict: "run",
    partitions: { hit: 0, run: 1 },
    rows,
    calls: sum
  } as const
  const ended = { ...summary, reasons: {}, seconds: 1, bytes: 1 }
  journal.write({ event: "finished", run, seconds: 1, passed: true, nodes: [ended], outputs: {} })
}

it("is one for each new row where nothing was ever asked, and says no price", () => {
  expect(calls({ reusable: 3, new: 10 })).toEqual({ count: [10, 10] })
  expect(calls({ reusable: 3, new: 10, atMost: true })).toEqual({ count: [0, 10] })
  expect(calls({ reusable: 3, new: 10 }, { verdict: "may-run" })).toEqual({ count: [0, 10] })
  expect(calls({ reusable: 3, new: 0, open: true })).toBeUndefined()
})

it("is nothing of hits and of nodes that call none", () => {
  expect(calls({ reusable: 3, new: 0 }, { verdict: "hit" })).toBeUndefined()
  expect(calls({ reusable: 3, new: 3 }, { name: "plain" })).toBeUndefined()
})

it("may be none where the model has cells, whose tokens give the price", async () => {
  await bought("tiny", 1, 3)
  // Three tokens a call on average, a fourth more at most.
  expect(calls({ reusable: 0, new: 10 })).toEqual({ count: [0, 10], money: [0, 37.5] })
  await bought("unpriced", 5)
  expect(calls({ reusable: 0, new: 2 }, { name: "other" })).toEqual({ count: [0, 2] })
})

it("goes by what earlier runs asked a row, and what that took", () => {
  ran({ bought: 10, found: 15, retried: 4, input: 20, output: 20 })
  expect(calls({ reusable: 0, new: 4 })).toEqual({ count: [10, 10], money: [32, 50] })
  expect(calls({ reusable: 0, new: 0, open: true })).toEqual({ count: [0, 50], money: [0, 250] })
})

it("of a plan is the sum, without money where one node has none", async () => {
  await bought("tiny", 3)
  const two = planned(plan({ reusable: 0, new: 10 }), plan({ reusable: 0, new: 1 }, { name: "other" }))
  expect(totalCalls(two)).toEqual({ count: [1, 11] })
  expect(totalCalls([two[0]!, two[0]!])).toEqual({ count: [0, 20], money: [0, 100] })
  expect(totalCalls([plan({ reusable: 0, new: 1 })])).toBeUndefined()
})
