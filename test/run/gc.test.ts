// gc on the stores of real runs: killed at any file it removes, against runs that begin, and with nothing lost.
import { execFile } from "node:child_process"
import { cpSync, existsSync, rmSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { afterAll, beforeAll, describe, expect, it } from "vitest"
import { listDrops } from "../../src/lineage/drops.ts"
import { PastRun } from "../../src/lineage/past-run.ts"
import type { NodeRecord } from "../../src/run/node-record.ts"
import { reachOf } from "../../src/run/reach.ts"
import { collectGarbage } from "../../src/store/gc.ts"
import { gcKey, Leases } from "../../src/store/lease.ts"
import { Store } from "../../src/store/store.ts"
import { Engine } from "./engine.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
let temp: TempRun
let digests: ReadonlyArray<{ readonly [name: string]: string }>

const calls = (least: number) => [
  temp.source("lines", { partitionBytes: 120 }),
  ...temp.chain("trim", ["long", { minWords: least }], "distinct", "words", "groups", "learn").slice(1)
]

beforeAll(async () => {
  temp = new TempRun(engine)
  const found: Array<{ readonly [name: string]: string }> = []
  for (const least of [2, 3, 4]) {
    temp.lines(
      "a.txt",
      Array.from({ length: 30 }, (_, i) => `line ${i} ${"and on ".repeat(i % 3)}${least}`)
    )
    found.push(digestsOf(await temp.run(calls(least), { rows: false })))
  }
  digests = found
})
afterAll(() => {
  temp[Symbol.dispose]()
  engine[Symbol.dispose]()
})

const script = fileURLToPath(new URL("../store/fixtures/gc-child.ts", import.meta.url))

/** Runs a gc that is killed at the n-th removal; gives how many it removed where it was not. */
const gcKilledAt = (root: string, keep: number, at: number) =>
  new Promise<number | "killed">((done) => {
    execFile(process.execPath, [script, root, `${keep}`, `${at}`], (error, out) => {
      if (error !== null && error.signal !== "SIGKILL") throw error
      done(error === null ? Number(out) : "killed")
    })
  })

/** Everything that any record of the store names must be there. */
const dangling = (store: Store): ReadonlyArray<string> =>
  [...store.entries("actions")].flatMap(({ name }) => {
    const record = store.action<NodeRecord>(name)
    if (record?.ingredients === undefined) return []
    return [...reachOf(store, record)].flatMap(({ kind, name: reached }) =>
      (kind === "object" ? store.has(reached) : store.hasAction(reached)) ? [] : [reached]
    )
  })

const copy = (name: string): string => {
  const root = temp.path(name)
  rmSync(root, { recursive: true, force: true })
  cpSync(temp.path("store"), root, { recursive: true })
  return root
}

describe("gc", () => {
  it("keeps the last run of a pipeline whole: nothing to do, and its lineage can be read", async () => {
    const root = copy("kept")
    const report = await collectGarbage(new Store(root), { dryRun: false, keepRuns: 0 })
    expect(report.removed.objects.files).toBeGreaterThan(10)
    const run = await temp.run(calls(4), { storeRoot: root, rows: false })
    expect(new Set(run.nodes.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))
    const past = new PastRun(new Store(root), "random")
    let dropped = 0
    for await (const _ of listDrops(past)) dropped++
    expect(dropped).toBeGreaterThan(0)
    expect(dangling(new Store(root))).toEqual([])
    expect(run.damage).toEqual([])
  })

  it("that is killed at any removal loses nothing", async () => {
    const total = await gcKilledAt(copy("whole"), 0, 0)
    expect(total).toBeGreaterThan(50)
    for (const at of [1, 5, 21, 55, total as number]) {
      const root = copy("killed")
      expect(await gcKilledAt(root, 0, at)).toBe("killed")
      const store = new Store(root)
      expect(dangling(store), `killed at ${at}`).toEqual([])
      expect(store.check(), `killed at ${at}`).toEqual([])
      if (at % 2 === 1) await collectGarbage(store, { dryRun: false, keepRuns: 0 })
      const run = await temp.run(calls(4), { storeRoot: root, rows: false })
      expect(digestsOf(run), `killed at ${at}`).toEqual(digests[2])
      expect(new Set(run.nodes.map(({ verdict }) => verdict))).toEqual(new Set(["hit"]))
      expect(run.events.filter(({ event }) => event === "warning")).toEqual([])
      expect(existsSync(`${root}/leases/gc`)).toBe(false)
    }
    const last = copy("killed")
    await gcKilledAt(last, 0, 34)
    temp.lines(
      "a.txt",
      Array.from({ length: 30 }, (_, i) => `line ${i} ${"and on ".repeat(i % 3)}3`)
    )
    const back = await temp.run(calls(3), { storeRoot: last, rows: false })
    expect(digestsOf(back)).toEqual(digests[1])
    expect(back.damage).toEqual([])
  })

  it("again and again beside runs takes nothing that they need", async () => {
    const root = copy("beside")
    let going = true
    let [done, refused] = [0, 0]
    const sweeping = (async () => {
      while (going) {
        try {
          await collectGarbage(new Store(root), { dryRun: false, keepRuns: 0 })
          done++
        } catch (cause) {
          expect(cause).toMatchObject({ code: "SLUICE_BUSY" })
          refused++
        }
        await new Promise((next) => setTimeout(next, 5))
      }
    })()
    for (const least of [2, 3, 4, 2, 3, 4]) {
      const run = await temp.run(calls(least), { storeRoot: root, rows: false })
      expect(run.damage).toEqual([])
      expect(dangling(new Store(root))).toEqual([])
    }
    going = false
    await sweeping
    expect(done).toBeGreaterThan(0)
    expect(refused).toBeGreaterThan(0)
  })

  it("is waited for by a run that begins meanwhile", async () => {
    const root = copy("waiting")
    const leases = new Leases(root, "sluice gc")
    const lease = leases.take(gcKey)!
    let ended = false
    const running = temp.run(calls(2), { storeRoot: root, rows: false }).finally(() => {
      ended = true
    })
    while (leases.holders("run-").length === 0) await new Promise((done) => setTimeout(done, 20))
    await new Promise((done) => setTimeout(done, 300))
    expect(ended).toBe(false)
    lease.release()
    const { events } = await running
    expect(events.slice(0, 2)).toEqual([
      { event: "warning", text: `waits until sluice gc (process ${process.pid}) is done` },
      expect.objectContaining({ event: "started" })
    ])
    expect(leases.holders("run-")).toEqual([])
  })
})
