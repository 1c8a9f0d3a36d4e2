// A program whose result is judged: other bounds judge again and run nothing, what is beyond one is kept and fails the run.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, beforeAll, expect, it } from "vitest"
import type { NodeRecord, PipelineRef } from "../../src/run/node-record.ts"
import { collectGarbage } from "../../src/store/gc.ts"
import { Store } from "../../src/store/store.ts"
import { Engine } from "./engine.ts"
import { repository } from "./sequence.ts"

const engine = new Engine()
const root = mkdtempSync(join(tmpdir(), "sluice-judged-"))
afterAll(() => {
  engine[Symbol.dispose]()
  rmSync(root, { recursive: true, force: true })
})
beforeAll(() => writeFileSync(join(root, "in.jsonl"), '{"id":"a","text":"dawn"}\n{"id":"b","text":"dusk"}\n'))

const storeRoot = join(root, "store")
const file = join(repository, "test/run/fixtures/judged-program.ts")

const ask = async (sets: { readonly [option: string]: string }, plan = false) => {
  const named = Object.fromEntries(Object.entries(sets).map(([option, value]) => [`test.count.${option}`, value]))
  const answer = await engine.ask({ root, file, sets: named, storeRoot, workers: 1, rows: false, plan })
  expect(answer.error).toBeUndefined()
  const ran = answer.events.some((event) => event.event === "progress" && event.node === "test.count")
  const node = (name: string) => answer.nodes?.find((one) => one.name === name)
  return { ...answer, ran, count: node("test.count"), read: node("test.read") }
}

it("is judged by the bounds that it has now", async () => {
  const first = await ask({})
  expect(first).toMatchObject({ ran: true, passed: true, count: { rows: { computed: 2 } } })
  expect(first.count!.passed).toBeUndefined()

  const below = await ask({ atMost: "7" })
  expect(below).toMatchObject({
    ran: false,
    passed: false,
    count: {
      verdict: "run",
      passed: false,
      objections: ["8 letters are more than atMost 7"],
      rows: { in: 2, computed: 0, reused: 2 }
    },
    read: { verdict: "hit" }
  })
  expect(await ask({ atMost: "7" })).toMatchObject({ passed: false, count: { verdict: "hit", passed: false } })
  expect(await ask({ atMost: "8" })).toMatchObject({
    ran: false,
    passed: true,
    count: { passed: true, objections: [] }
  })
  expect(await ask({ times: "2", atMost: "8" })).toMatchObject({ ran: true, passed: false, read: { verdict: "run" } })
})

it("is planned as judged, not as run", async () => {
  const { plan } = await ask({ atMost: "9" }, true)
  expect(plan!.find(({ name }) => name === "test.count")).toMatchObject({
    verdict: "run",
    because: ["times 2 → 1", "atMost 8 → 9"],
    rows: { reusable: 2, new: 0 }
  })
})

it("garbage collection keeps what its run made", async () => {
  await ask({ atMost: "8" })
  const store = new Store(storeRoot)
  await collectGarbage(store, { dryRun: false, keepRuns: 1 })
  expect(await ask({ atMost: "6" })).toMatchObject({ ran: false, passed: false })
  const ref = store.ref<PipelineRef>("judged")!
  const record = store.action<NodeRecord>(ref.nodes["test.count"]!)!
  const ran = JSON.parse(Buffer.from(store.get(record.refs)).toString()) as { readonly ran: string }
  for (const { name, path } of store.entries("actions")) if (name === ran.ran) rmSync(path)
  expect(await ask({ atMost: "5" })).toMatchObject({ ran: true, passed: false })
})
