// Damage in the store: found when read, told in a warning, computed anew to the same bytes.
import { readFileSync, rmSync, writeFileSync } from "node:fs"
import { afterAll, describe, expect, it } from "vitest"
import { checkStore } from "../../src/cli/store-check.ts"
import { listRuns } from "../../src/lineage/runs.ts"
import { readJournal } from "../../src/run/journal.ts"
import type { NodeRecord, PipelineRef, RowRefs } from "../../src/run/node-record.ts"
import type { RowAction } from "../../src/run/row-action.ts"
import { Store } from "../../src/store/store.ts"
import { filesBelow, finishedStore, flip, spoilAndRun } from "./damaged-store.ts"
import { Engine } from "./engine.ts"
import { Random } from "./random-numbers.ts"
import { repository } from "./sequence.ts"
import { digestsOf, TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const prepared = async () => {
  const temp = new TempRun(engine)
  temp.lines("a.txt", ["ash birch", "elm oak", "fir ash", "ivy", "elm oak"])
  const calls = temp.chain("trim", "long", "distinct", "words", "groups", "learn")
  await temp.run(calls)
  return { temp, calls, edit: () => temp.lines("a.txt", ["ash birch", "elm oak", "fir ash", "ivy", "oak elm"]) }
}

describe("a run after an edit", () => {
  it("ends with the same bytes though every object of the store was flipped", async () => {
    const { temp, calls, edit } = await prepared()
    using _ = temp
    const random = new Random(1)
    for (const file of filesBelow(temp.path("store/objects"))) flip(file, random)
    edit()
    const run = await temp.run(calls)
    expect(digestsOf(run)).toEqual(await temp.cold(calls))
    const warnings = run.events.flatMap((event) => (event.event === "warning" ? [event.text] : []))
    expect(warnings.length).toBeGreaterThan(0)
    expect(warnings[0]).toMatch(/^object [0-9a-f]{12} is damaged: .*computed anew$/)
  })

  it.each([1, 2])("ends with the same bytes though some objects are flipped and some gone (seed %i)", async (seed) => {
    const { temp, calls, edit } = await prepared()
    using _ = temp
    const random = new Random(seed)
    for (const file of filesBelow(temp.path("store/objects")))
      switch (random.below(5)) {
        case 0:
          flip(file, random)
          break
        case 1:
          rmSync(file)
      }
    edit()
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })

  it("ends with the same bytes though the folder of a model was flipped", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash birch", "elm oak"])
    const model = temp.chain("trim", "learn")
    await temp.run(model)
    for (const file of filesBelow(temp.path("store/folders"))) flip(file, new Random(3))
    const calls = [...model, { id: "judge", stage: "judge", from: ["learn", "trim"], options: {} }]
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })

  it("ends with the same bytes though every result and ref was flipped", async () => {
    const { temp, calls, edit } = await prepared()
    using _ = temp
    const random = new Random(2)
    for (const folder of ["actions", "refs"])
      for (const file of filesBelow(temp.path(`store/${folder}`))) flip(file, random)
    edit()
    expect(digestsOf(await temp.run(calls))).toEqual(await temp.cold(calls))
  })
})

describe("one file of a finished store that is spoilt", () => {
  const seed = Number(process.env["SEED"] ?? Math.floor(Math.random() * 1e9))

  it(`is found, rebuilt, and told by node (SEED=${seed})`, { timeout: 120_000 }, async () => {
    using temp = new TempRun(engine)
    const store = await finishedStore(temp)
    const random = new Random(seed)
    const became: Array<string> = []
    for (let i = 0; i < 12; i++) became.push(await spoilAndRun(temp, store, random.pick(store.files), random))
    expect(became).toContain("rebuilt")
  })
})

describe("what comes out otherwise than before", () => {
  const told = (events: ReadonlyArray<{ readonly event: string }>) =>
    events.filter((event) => "code" in event && event.code === "SLUICE_NOT_DETERMINISTIC")
  const text =
    " gave something else than before from the same input with the same code (1 result): the new is kept; what varies by intention must be declared impure"

  it("is told of a program that takes from elsewhere than its inputs", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash"])
    temp.write("elsewhere.txt", "one")
    const calls = temp.chain(["copier", { from: temp.path("elsewhere.txt") }])
    const before = await temp.run(calls)
    temp.write("elsewhere.txt", "two")
    expect(digestsOf(await temp.run(calls))).toEqual(digestsOf(before))
    const store = new Store(temp.path("store"))
    const [file] = store.action<NodeRecord>(store.ref<PipelineRef>("random")!.nodes["copier"]!)!.folder!.files
    rmSync(store.objectPath(file!.object))
    expect(checkStore({ root: repository, storeRoot: store.root }).problems.length).toBe(1)
    const after = await temp.run(calls)
    expect(digestsOf(after)["copier"]).not.toBe(digestsOf(before)["copier"])
    expect(told(after.events)).toEqual([
      { event: "warning", code: "SLUICE_NOT_DETERMINISTIC", node: "copier", text: `copier${text}` }
    ])
  })

  it("is told where not even the record is left", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash"])
    temp.write("elsewhere.txt", "one")
    const calls = temp.chain(["copier", { from: temp.path("elsewhere.txt") }])
    await temp.run(calls)
    const store = new Store(temp.path("store"))
    store.removeAction(store.ref<PipelineRef>("random")!.nodes["copier"]!)
    temp.write("elsewhere.txt", "two")
    expect(told((await temp.run(calls)).events)).toEqual([
      { event: "warning", code: "SLUICE_NOT_DETERMINISTIC", node: "copier", text: `copier${text}` }
    ])
  })

  it("is told of a row function, by what its earlier result says", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash", "elm"])
    const calls = temp.chain("trim")
    const before = await temp.run(calls)
    const store = new Store(temp.path("store"))
    const record = store.action<NodeRecord>(store.ref<PipelineRef>("random")!.nodes["trim"]!)!
    const refs = JSON.parse(Buffer.from(store.get(record.refs)).toString()) as RowRefs
    const key = refs.partitions[0]!.action
    const action = store.needed<RowAction>(key)
    const content = Object.entries(action.content).map(([name, one]) => [name, { ...one, rows: one.rows + 1 }])
    store.putAction(key, { ...action, content: Object.fromEntries(content) })
    rmSync(store.objectPath(action.block!))
    checkStore({ root: repository, storeRoot: store.root })
    const after = await temp.run(calls)
    expect(digestsOf(after)).toEqual(digestsOf(before))
    expect(told(after.events)).toEqual([
      { event: "warning", code: "SLUICE_NOT_DETERMINISTIC", node: "trim", text: `trim${text}` }
    ])
  })
})

describe("a journal that was changed", () => {
  it("gives what can be trusted of it", async () => {
    using temp = new TempRun(engine)
    temp.lines("a.txt", ["ash", "elm"])
    await temp.run(temp.chain("trim", "long"))
    const store = new Store(temp.path("store"))
    const [run] = store.runNames()
    const journal = `${store.runFolder(run!)}/journal.jsonl`
    const whole = readJournal(store.runFolder(run!))
    const bytes = readFileSync(journal)
    const random = new Random(5)
    for (let i = 0; i < 300; i++) {
      const changed = Buffer.from(bytes)
      changed[random.below(bytes.length)]! ^= 1 << random.below(8)
      writeFileSync(journal, random.chance(0.2) ? changed.subarray(0, random.below(bytes.length)) : changed)
      for (const event of readJournal(store.runFolder(run!))) expect(whole).toContainEqual(event)
      expect(() => listRuns(store)).not.toThrow()
    }
  })
})
