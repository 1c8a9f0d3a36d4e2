// Garbage collection: keeps what refs, the last runs and their pins name; removes the rest; gives way to runs and to itself.
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { collectGarbage } from "../../src/store/gc.ts"
import { gcKey, Leases, runKey } from "../../src/store/lease.ts"
import { Store } from "../../src/store/store.ts"
import { LeaseProcess } from "./lease-process.ts"

const folders: Array<string> = []
const fresh = (): Store => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-gc-"))
  folders.push(folder)
  return new Store(join(folder, ".sluice"))
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const key = (text: string) => text.padEnd(64, "0")
const put = (store: Store, text: string) => store.put(Buffer.from(text))
/** A result that names an object of its own; gives the object. */
const result = (store: Store, name: string): string => {
  const object = put(store, name)
  store.putAction(key(name), { object })
  return object
}
const all = { dryRun: false, keepRuns: 0 }
const names = (store: Store, kind: "objects" | "actions") => [...store.entries(kind)].map(({ name }) => name).sort()
const age = (path: string, days: number) =>
  utimesSync(path, Date.now() / 1000 - days * 86_400, Date.now() / 1000 - days * 86_400)

describe("gc", () => {
  it("keeps what a ref names, through results and descriptions, and removes the rest", async () => {
    const store = fresh()
    const far = result(store, "fa")
    const description = put(store, JSON.stringify({ on: [key("fa")] }))
    store.putAction(key("ab"), { description })
    store.putRef("bot", { nodes: { one: key("ab") } })
    const lost = result(store, "1057")
    const report = await collectGarbage(store, all)
    expect(names(store, "actions")).toEqual([key("ab"), key("fa")])
    expect(names(store, "objects")).toEqual([description, far].sort())
    expect(store.has(lost)).toBe(false)
    expect(report.removed).toMatchObject({ objects: { files: 1, bytes: 4 }, results: { files: 1 } })
    expect(report.kept.files).toBe(4)
    expect(report.live).toEqual([])
  })

  it("removes nothing in a dry run, and says the same as when it does", async () => {
    const store = fresh()
    result(store, "ab")
    const before = names(store, "objects")
    const told = await collectGarbage(store, { ...all, dryRun: true })
    expect(names(store, "objects")).toEqual(before)
    const did = await collectGarbage(store, all)
    expect(did).toEqual(told)
    expect(names(store, "objects")).toEqual([])
  })

  it("keeps what the latest runs stored since they began, and what they count on", async () => {
    const store = fresh()
    const pinned = result(store, "aa")
    const old = result(store, "bb")
    for (const name of ["aa", "bb"]) age([...store.entries("actions")].find((one) => one.name === key(name))!.path, 900)
    const run = "20260102T030405-abcdef"
    writeFileSync(join(store.runFolder(run), "pins.json"), JSON.stringify([key("aa")]))
    const stored = result(store, "cc")
    await collectGarbage(store, { dryRun: false, keepRuns: 1 })
    expect([pinned, old, stored].map((object) => store.has(object))).toEqual([true, false, true])
    await collectGarbage(store, all)
    expect(names(store, "objects")).toEqual([])
  })

  it("refuses while a run is at work, asleep or not, and goes ahead when its process is gone", async () => {
    const store = fresh()
    const object = result(store, "ab")
    using run = new LeaseProcess(store.root, "run one")
    await run.take(runKey("one"))
    const busy = {
      code: "SLUICE_BUSY",
      message: `run one (process ${run.child.pid}) is at work in this store`,
      hint: "wait until it ends; sluice gc --dry-run says what would go"
    }
    await expect(collectGarbage(store, all)).rejects.toMatchObject(busy)
    run.child.kill("SIGSTOP")
    await expect(collectGarbage(store, all)).rejects.toMatchObject(busy)
    expect((await collectGarbage(store, { ...all, dryRun: true })).live).toEqual(["run one"])
    expect(store.has(object)).toBe(true)
    await run.kill()
    await collectGarbage(store, all)
    expect(store.has(object)).toBe(false)
  })

  it("refuses while another gc is at work", async () => {
    const store = fresh()
    const lease = new Leases(store.root, "sluice gc").take(gcKey)!
    await expect(collectGarbage(store, all)).rejects.toMatchObject({
      message: `sluice gc (process ${process.pid}) is at work in this store`
    })
    lease.release()
    await collectGarbage(store, all)
  })

  it("refuses where a ref cannot be read: what it needs is not known", async () => {
    const store = fresh()
    result(store, "ab")
    store.putRef("bot", { nodes: { one: key("ab") } })
    writeFileSync(store.refPath("bot"), "scratched")
    await expect(collectGarbage(store, all)).rejects.toMatchObject({ code: "SLUICE_DAMAGED" })
    expect(names(store, "actions")).toEqual([key("ab")])
  })

  it("removes what interrupted writes left when it is old, and scratch that no result will come from", async () => {
    const store = fresh()
    const paths = [
      "objects/ab/cd.tmp",
      "refs/bot.json.tmp",
      "folders/making-x/a",
      "leases/.staged-x/a",
      "stats.json.tmp"
    ]
    const scratch = ["work/new/one/step", "work/old/one/step", `work/${key("d0e0")}/one/step`]
    for (const path of [...paths, ...scratch]) {
      mkdirSync(join(store.root, path, ".."), { recursive: true })
      writeFileSync(join(store.root, path), "x")
    }
    store.putAction(key("d0e0"), {})
    store.putRef("bot", { nodes: { one: key("d0e0") } })
    await collectGarbage(store, all)
    for (const path of paths) expect(existsSync(join(store.root, path)), path).toBe(true)
    expect(scratch.map((path) => existsSync(join(store.root, path)))).toEqual([true, true, false])
    for (const path of [
      "folders/making-x",
      "leases/.staged-x",
      "work/old/one/step",
      "work/old/one",
      "work/old",
      ...paths
    ])
      age(join(store.root, path), 8)
    // The folder is old, what is in it is not.
    age(join(store.root, "work/new"), 8)
    const { removed } = await collectGarbage(store, all)
    for (const path of paths) expect(existsSync(join(store.root, path)), path).toBe(false)
    expect(scratch.map((path) => existsSync(join(store.root, path)))).toEqual([true, false, false])
    expect(removed.leftovers.files).toBe(paths.length)
  })
})
