// Leases between real processes: one holder at a time, the dead replaced, the paused fenced off, nothing done twice.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { setTimeout as sleep } from "node:timers/promises"
import { afterEach, describe, expect, it } from "vitest"
import { FencedStore, LeaseLost, removeThrough } from "../../src/store/fence.ts"
import { Leases } from "../../src/store/lease.ts"
import type { Watch } from "../../src/store/lease-watch.ts"
import { thisProcess } from "../../src/store/process-id.ts"
import { Store } from "../../src/store/store.ts"
import { LeaseProcess } from "./lease-process.ts"
import { shareWork } from "./shared-work.ts"

const folders: Array<string> = []
const fresh = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-lease-"))
  folders.push(folder)
  return folder
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

/** Looks every few milliseconds until something else than "held" is seen. */
const lookUntil = async (watch: Watch) => {
  for (;;) {
    const state = watch.look()
    if (state !== "held") return state
    await sleep(10)
  }
}

describe("a lease", () => {
  it("is free though the disk does not let its folder be renamed", () => {
    const root = fresh()
    const lease = new Leases(root, "one").take("key")!
    mkdirSync(join(root, "leases", `.done-${lease.token}`, "in the way"), { recursive: true })
    lease.release()
    expect(lease.held).toBe(false)
    expect(readdirSync(join(root, "leases"))).toEqual([])
    expect(new Leases(root, "two").take("key")).toBeDefined()
  })

  it("has one holder, and is free when that releases it", () => {
    const root = fresh()
    const [one, two] = [new Leases(root, "one"), new Leases(root, "two")]
    const lease = one.take("key")!
    expect(lease.held).toBe(true)
    const watch = two.watch("key")
    expect(two.take("key", watch)).toBeUndefined()
    expect(watch.holder).toMatchObject({ name: "one", pid: process.pid, token: lease.token })
    expect(two.take("other")).toBeDefined()
    lease.release()
    expect(lease.held).toBe(false)
    expect(two.take("key")!.held).toBe(true)
  })

  it("leaves nothing behind", () => {
    const root = fresh()
    const leases = new Leases(root, "one")
    leases.take("key")!.release()
    expect(readdirSync(leases.root)).toEqual([])
  })

  it("of a killed process is taken over at once", async () => {
    const root = fresh()
    using holder = new LeaseProcess(root, "holder")
    expect(await holder.take("key")).toBe(true)
    const leases = new Leases(root, "next")
    expect(leases.take("key")).toBeUndefined()
    await holder.kill()
    expect(leases.take("key")!.held).toBe(true)
  })

  it("of a process whose number another process was given is taken over", () => {
    const root = fresh()
    const leases = new Leases(root, "one")
    const { folder, token } = leases.take("key")!
    const holder = { ...thisProcess(), name: "other", token, beat: 1000 }
    writeFileSync(join(folder, "holder.json"), JSON.stringify(holder))
    expect(leases.watch("key").look()).toBe("held")
    writeFileSync(join(folder, "holder.json"), JSON.stringify({ ...holder, born: "1" }))
    expect(leases.watch("key").look()).toBe("dead")
  })

  it("of a process on another machine is held while its heart beats, and dead when it does not", async () => {
    const root = fresh()
    const leases = new Leases(root, "one", 10)
    const watch = leases.watch("key")
    const folder = join(leases.root, "key", "token")
    const file = join(folder, "holder.json")
    mkdirSync(folder, { recursive: true })
    writeFileSync(
      file,
      JSON.stringify({ ...thisProcess(), machine: "elsewhere", name: "other", token: "token", beat: 10 })
    )
    for (let i = 0; i < 40; i++) {
      utimesSync(file, i, i)
      expect(watch.look()).toBe("held")
      await sleep(10)
    }
    expect(await lookUntil(watch)).toBe("dead")
  })

  it("whose folder was made and nothing else is free, and half a holder is waited for", async () => {
    const root = fresh()
    const leases = new Leases(root, "one")
    mkdirSync(join(leases.root, "key"))
    expect(leases.take("key")!.held).toBe(true)
    mkdirSync(join(leases.root, "half", "token"), { recursive: true })
    writeFileSync(join(leases.root, "half", "token", "holder.json"), '{"na')
    expect(leases.take("half")).toBeUndefined()
  })

  it("is kept while the main thread of its holder is busy", async () => {
    const root = fresh()
    using holder = new LeaseProcess(root, "holder", 20)
    await holder.take("key")
    await sleep(300)
    const watch = new Leases(root, "next").watch("key")
    const busy = holder.ask({ do: "compute", milliseconds: 1500 })
    let computing = true
    void busy.then(() => {
      computing = false
    })
    while (computing) {
      expect(watch.look()).toBe("held")
      await sleep(10)
    }
  })

  it("of a paused process is taken over, and what that publishes when it wakes up is refused", async () => {
    const root = fresh()
    const store = new Store(root)
    using holder = new LeaseProcess(root, "holder", 20)
    await holder.take("key")
    holder.child.kill("SIGSTOP")
    const leases = new Leases(root, "next", 20)
    const watch = leases.watch("key")
    expect(await lookUntil(watch)).toBe("dead")
    const lease = leases.take("key", watch)!
    lease.store().putAction("key", { by: "next" })
    holder.child.kill("SIGCONT")
    expect(await holder.ask({ do: "publish", key: "key", body: { by: "holder" } })).toBe("lost")
    expect(await holder.ask({ do: "held", key: "key" })).toBe(false)
    expect(store.action("key")).toEqual({ by: "next" })
    expect(lease.held).toBe(true)
    await holder.ask({ do: "release", key: "key" })
    expect(lease.held).toBe(true)
  })
})

describe("something short that reads and then writes", () => {
  it("is done in turn while other runs are at work", async () => {
    const root = fresh()
    const file = join(root, "count.txt")
    const children = Array.from({ length: 4 }, (_, i) => new LeaseProcess(root, `run ${i}`))
    try {
      for (const [i, child] of children.entries()) await child.take(`run-${i}`)
      await Promise.all(children.map((child) => child.ask({ do: "count", file, times: 25 })))
      expect(readFileSync(file, "utf8")).toBe("100")
    } finally {
      for (const child of children) child[Symbol.dispose]()
    }
  })

  it("takes no lease where no other run is", () => {
    const root = fresh()
    const leases = new Leases(root, "one")
    let seen: ReadonlyArray<string> = ["?"]
    leases.inTurn("list", () => {
      seen = readdirSync(leases.root)
    })
    expect(seen).toEqual([])
  })
})

describe("the fence", () => {
  it("publishes results and refs, and nothing more when the lease's folder was renamed", () => {
    const root = fresh()
    const lease = new Leases(root, "one").take("key")!
    lease.store().putAction("abcdef", { rows: 1 })
    lease.store().putRef("bot", { run: 1 })
    const late = lease.store()
    const store = new Store(root)
    const next = new Leases(root, "two")
    const watch = next.watch("key")
    watch.look()
    // As if its holder were dead.
    watch.look = () => "dead"
    expect(next.take("key", watch)!.held).toBe(true)
    expect(() => late.putAction("abcdef", { rows: 2 })).toThrow(LeaseLost)
    expect(() => late.putRef("bot", { run: 2 })).toThrow(LeaseLost)
    expect([store.action("abcdef"), store.ref("bot")]).toEqual([{ rows: 1 }, { run: 1 }])
    expect(readdirSync(join(root, "leases"))).toEqual(["key"])
  })

  it("removes only while the lease is held", () => {
    const root = fresh()
    const store = new Store(root)
    const paths = ["ash", "elm"].map((text) => store.objectPath(store.put(Buffer.from(text))))
    const lease = new Leases(root, "gc").take("gc")!
    removeThrough(lease.folder, paths[0]!)
    removeThrough(lease.folder, paths[0]!)
    lease.release()
    expect(() => removeThrough(lease.folder, paths[1]!)).toThrow(LeaseLost)
    expect([...store.entries("objects")].map(({ path }) => path)).toEqual([paths[1]])
  })

  it("is a store like any other for reading", () => {
    const root = fresh()
    const store = new Store(root)
    const digest = store.put(Buffer.from("ash"))
    store.putAction("abcdef", { rows: 1 })
    const fenced = new FencedStore(root, "nowhere")
    expect(Buffer.from(fenced.get(digest)).toString()).toBe("ash")
    expect(fenced.action("abcdef")).toEqual({ rows: 1 })
  })
})

describe("eight processes with the same work", () => {
  it("do each piece of it once", () => shareWork(fresh(), { processes: 8, rounds: 3, pieces: 6, kills: 0 }))

  it("do each piece of it, though some are killed", () =>
    shareWork(fresh(), { processes: 8, rounds: 3, pieces: 6, kills: 4 }))
})

it("reads its own holder file back", () => {
  const lease = new Leases(fresh(), "one").take("key")!
  expect(JSON.parse(readFileSync(join(lease.folder, "holder.json"), "utf8"))).toMatchObject({ name: "one", beat: 1000 })
})
