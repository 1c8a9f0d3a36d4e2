// A step of work: its files are read by who writes them at once, by others when it is done, whole or not at all.
import { existsSync, mkdtempSync, readdirSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { afterEach, expect, it } from "vitest"
import { StepStore } from "../../src/store/step-store.ts"
import { Store } from "../../src/store/store.ts"
import { keyOf, sha256 } from "../../src/table/digest.ts"

const folders: Array<string> = []
const fresh = (): StepStore => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-step-"))
  folders.push(folder)
  return new StepStore(join(folder, ".sluice"))
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const bytes = (text: string) => new TextEncoder().encode(text)
const key = keyOf("a result")
const leftovers = (store: Store) =>
  readdirSync(store.root, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))

it("is seen by the store inside of the step, and by others behind it", async () => {
  const store = fresh()
  const given = await store.step(async () => {
    const digest = store.put(bytes("ash"))
    store.put(bytes("ash"))
    store.putAction(key, { pack: digest })
    store.putAction(key, { pack: digest, twice: true })
    expect(store.has(digest)).toBe(true)
    expect(store.size(digest)).toBe(3)
    expect(store.get(digest)).toEqual(bytes("ash"))
    expect(store.action(key)).toEqual({ pack: digest, twice: true })
    expect(store.hasAction(key)).toBe(true)
    const other = new Store(store.root)
    expect([other.has(digest), other.hasAction(key)]).toEqual([false, false])
    return digest
  })
  const other = new Store(store.root)
  expect(given).toBe(sha256(bytes("ash")))
  expect(other.get(given)).toEqual(Buffer.from("ash"))
  expect(other.action(key)).toEqual({ pack: given, twice: true })
  expect(store.action(key)).toEqual({ pack: given, twice: true })
  expect(leftovers(store)).toEqual([])
})

it("keeps what a step wrote that fails later on", async () => {
  const store = fresh()
  const failing = store.step(async () => {
    store.putAction(key, "done")
    throw new Error("later on")
  })
  await expect(failing).rejects.toThrow("later on")
  expect(new Store(store.root).action(key)).toBe("done")
})

it("runs a step while the files of the one before go to the disk, and names them in order", async () => {
  const store = fresh()
  const first = await store.begin(async () => {
    store.putAction(key, "first")
    return store.put(bytes("ash"))
  })
  const second = await store.begin(async () => {
    expect(store.action(key)).toBe("first")
    expect(store.get(first.result)).toEqual(bytes("ash"))
    expect(store.put(bytes("ash"))).toBe(first.result)
    store.putAction(key, "second")
  })
  expect(store.action(key)).toBe("second")
  await second.onDisk
  const other = new Store(store.root)
  expect(other.action(key)).toBe("second")
  expect(other.get(first.result)).toEqual(Buffer.from("ash"))
  expect(leftovers(store)).toEqual([])
})

it("names nothing of a step behind one that fails", async () => {
  const store = fresh()
  const blocked = sha256(bytes("elm"))
  const first = await store.begin(async () => {
    store.put(bytes("elm"))
    rmSync(dirname(store.objectPath(blocked)), { recursive: true })
  })
  const second = await store.begin(async () => {
    store.put(bytes("elm"))
    store.putAction(key, [blocked])
  })
  await expect(first.onDisk).rejects.toMatchObject({ code: "SLUICE_DISK" })
  await expect(second.onDisk).rejects.toMatchObject({ code: "SLUICE_DISK" })
  expect(new Store(store.root).hasAction(key)).toBe(false)
  expect(leftovers(store)).toEqual([])
  expect(await store.step(async () => store.put(bytes("elm")))).toBe(blocked)
  expect(new Store(store.root).get(blocked)).toEqual(Buffer.from("elm"))
})

it("publishes nothing behind a file that gets no name, and leaves nothing behind", async () => {
  const store = fresh()
  const blocked = sha256(bytes("elm"))
  const failing = store.step(async () => {
    store.put(bytes("ash"))
    store.put(bytes("elm"))
    store.putAction(key, [blocked])
    rmSync(dirname(store.objectPath(blocked)), { recursive: true })
  })
  await expect(failing).rejects.toMatchObject({ code: "SLUICE_DISK" })
  expect(existsSync(store.objectPath(sha256(bytes("ash"))))).toBe(true)
  expect(new Store(store.root).hasAction(key)).toBe(false)
  expect(leftovers(store)).toEqual([])
  const digest = await store.step(async () => store.put(bytes("elm")))
  expect(new Store(store.root).get(digest)).toEqual(Buffer.from("elm"))
})
