// The store: whole objects or none, damage seen by whoever reads, results and refs under a checksum of their own.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, describe, expect, it } from "vitest"
import { DamagedObject, Store } from "../../src/store/store.ts"
import { sha256 } from "../../src/table/digest.ts"

const folders: Array<string> = []
const fresh = (): Store => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-store-"))
  folders.push(folder)
  return new Store(join(folder, ".sluice"))
}
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true })
})

const bytes = (text: string) => new TextEncoder().encode(text)
const flip = (path: string, at = 0) => {
  const content = readFileSync(path)
  content[at]! ^= 1
  writeFileSync(path, content)
}
/** Another store on the same folder, with nothing in memory. */
const again = (store: Store) => new Store(store.root)

describe("an object", () => {
  it("stands under the sha256 of its bytes and is given back", () => {
    const store = fresh()
    const digest = store.put(bytes("ash"))
    expect(digest).toBe(sha256(bytes("ash")))
    expect(store.objectPath(digest)).toBe(join(store.root, "objects", digest.slice(0, 2), digest.slice(2)))
    expect(again(store).get(digest)).toEqual(Buffer.from("ash"))
    expect(store.has(digest)).toBe(true)
    expect(store.has(sha256(bytes("elm")))).toBe(false)
  })

  it("is not written twice", () => {
    const store = fresh()
    const path = store.objectPath(store.put(bytes("ash")))
    utimesSync(path, 1, 1)
    store.put(bytes("ash"))
    expect(statSync(path).mtimeMs).toBe(1000)
  })

  it("that is missing is told by name", () => {
    const digest = sha256(bytes("gone"))
    expect(() => fresh().get(digest)).toThrow(
      expect.objectContaining({ code: "SLUICE_DAMAGED", digest, message: `object ${digest.slice(0, 12)} is missing` })
    )
  })

  it("that was changed, cut short or lengthened is found, put away, and can be stored anew", () => {
    const breaks: ReadonlyArray<(path: string) => void> = [
      (path) => flip(path),
      (path) => writeFileSync(path, "as"),
      (path) => writeFileSync(path, "ashes"),
      (path) => writeFileSync(path, "")
    ]
    for (const damage of breaks) {
      const store = fresh()
      const digest = store.put(bytes("ash"))
      damage(store.objectPath(digest))
      expect(store.check().map(({ what }) => what)).toEqual(["its bytes do not match its name"])
      expect(() => again(store).get(digest)).toThrow(DamagedObject)
      expect(store.has(digest)).toBe(false)
      expect(store.put(bytes("ash"))).toBe(digest)
      expect(again(store).get(digest)).toEqual(Buffer.from("ash"))
    }
  })
})

describe("a result", () => {
  it("is given back under its key, and replaced by a later one", () => {
    const store = fresh()
    expect(store.action("abcdef")).toBeUndefined()
    store.putAction("abcdef", { rows: 1, text: "línea\nzwei" })
    expect(again(store).action("abcdef")).toEqual({ rows: 1, text: "línea\nzwei" })
    store.putAction("abcdef", { rows: 2 })
    expect(store.action("abcdef")).toEqual({ rows: 2 })
    store.removeAction("abcdef")
    expect(store.action("abcdef")).toBeUndefined()
  })

  it("that was changed anywhere is none", () => {
    const store = fresh()
    const path = join(store.root, "actions", "ab", "cdef.json")
    store.putAction("abcdef", { rows: 1 })
    const { length } = readFileSync(path)
    for (let at = 0; at < length; at++) {
      store.putAction("abcdef", { rows: 1 })
      flip(path, at)
      const read = store.action("abcdef")
      if (at < length - 1) expect(read, `byte ${at}`).toBeUndefined()
      else expect(read === undefined || (read as { rows: number }).rows === 1).toBe(true)
    }
    store.putAction("abcdef", { rows: 1 })
    for (let end = 0; end < length - 1; end++) {
      writeFileSync(path, readFileSync(path).subarray(0, end))
      expect(store.action("abcdef")).toBeUndefined()
      store.putAction("abcdef", { rows: 1 })
    }
  })
})

describe("a ref", () => {
  it("is replaced whole, and listed by name", () => {
    const store = fresh()
    store.putRef("bot", { run: 1 })
    store.putRef("bot", { run: 2 })
    store.putRef("other", {})
    expect(again(store).ref("bot")).toEqual({ run: 2 })
    expect(store.refNames()).toEqual(["bot", "other"])
    expect(store.ref("none")).toBeUndefined()
  })
})

describe("what is damaged or missing", () => {
  const scratched = () => {
    const store = fresh()
    const digest = store.put(bytes("ash"))
    store.putAction("abcdef", { pack: digest })
    flip(store.objectPath(digest))
    flip(join(store.root, "actions", "ab", "cdef.json"), 70)
    return { store: again(store), digest, path: store.objectPath(digest) }
  }

  it("is put away by whoever reads it, kept in mind by the store, and forgotten when that is said", () => {
    const { store, digest, path } = scratched()
    expect(store.away()).toEqual([])
    expect(() => store.get(digest)).toThrow(DamagedObject)
    expect(store.action("abcdef")).toBeUndefined()
    expect(store.has(digest)).toBe(false)
    expect(store.hasAction("abcdef")).toBe(false)
    const away = again(store).away()
    expect(away.map(({ kind, name }) => [kind, name]).sort()).toEqual([
      ["object", digest],
      ["result", "abcdef"]
    ])
    expect(away.find(({ kind }) => kind === "object")).toEqual({
      kind: "object",
      name: digest,
      path,
      what: "it was put away"
    })
    expect(readFileSync(join(store.root, "damaged", digest))).not.toEqual(Buffer.from("ash"))
    for (const damage of away) store.forget(damage)
    expect(again(store).away()).toEqual([])
  })

  it("is told as it is found, and what was found before at once", () => {
    const { store, digest } = scratched()
    store.action("abcdef")
    const told: Array<string> = []
    store.onFound((found) => told.push(`${found.kind} ${found.name.slice(0, 6)}`))
    expect(told).toEqual(["result abcdef"])
    expect(() => store.get(digest)).toThrow()
    expect(told).toEqual(["result abcdef", `object ${digest.slice(0, 6)}`])
  })

  it("is kept in mind by its name where nothing is left of it", () => {
    const store = fresh()
    expect(() => store.needed("abcdef")).toThrow("result abcdef is missing")
    expect(store.away()).toEqual([
      { kind: "result", name: "abcdef", path: join(store.root, "actions", "ab", "cdef.json"), what: "missing" }
    ])
  })

  it("leaves a ref where it is: what it named may still be read from it", () => {
    const store = fresh()
    store.putRef("bot", { run: 1 })
    flip(store.refPath("bot"), 70)
    const told: Array<unknown> = []
    store.onFound((found) => told.push(found))
    expect(store.ref("bot")).toBeUndefined()
    expect(told).toEqual([{ kind: "ref", name: "bot", path: store.refPath("bot"), what: "its checksum is wrong" }])
    expect(store.refNames()).toEqual(["bot"])
    expect(store.away()).toEqual([])
  })
})

describe("a result that comes out again", () => {
  it("is told where it says something else than the one under its key", () => {
    const store = fresh()
    const told: Array<unknown> = []
    store.onFound((found) => told.push(found))
    const content = ({ rows }: { readonly rows: number }) => rows
    store.compare("abcdef", { rows: 1, seconds: 1 }, content)
    store.putAction("abcdef", { rows: 1, seconds: 1 })
    store.compare("abcdef", { rows: 1, seconds: 2 }, content)
    expect(told).toEqual([])
    store.compare("abcdef", { rows: 2, seconds: 1 }, content)
    expect(told).toEqual([{ kind: "difference", name: "abcdef" }])
  })
})

describe("the check of a store", () => {
  it("finds damaged objects, results and refs, and takes leftovers of a crash for none", () => {
    const store = fresh()
    const digest = store.put(bytes("ash"))
    store.put(bytes("elm"))
    store.putAction("abcdef", { rows: 1 })
    store.putRef("bot", { run: 1 })
    writeFileSync(`${store.objectPath(digest)}.1-aa.tmp`, "half")
    writeFileSync(join(store.root, "actions", "ab", "cdef.json.1-aa.tmp"), "half")
    writeFileSync(join(store.root, "refs", "bot.json.1-aa.tmp"), "half")
    expect(store.check()).toEqual([])
    expect(store.refNames()).toEqual(["bot"])
    flip(store.objectPath(digest))
    flip(join(store.root, "actions", "ab", "cdef.json"), 70)
    flip(join(store.root, "refs", "bot.json"), 70)
    expect(store.check().map(({ path, what }) => [path.slice(store.root.length).split("/")[1], what])).toEqual([
      ["objects", "its bytes do not match its name"],
      ["actions", "its checksum is wrong"],
      ["refs", "its checksum is wrong"]
    ])
  })

  it("names every object and result", () => {
    const store = fresh()
    const digests = ["ash", "elm", "oak"].map((text) => store.put(bytes(text)))
    store.putAction("abcdef", {})
    expect([...store.entries("objects")].map(({ name }) => name).sort()).toEqual([...digests].sort())
    expect([...store.entries("actions")].map(({ name }) => name)).toEqual(["abcdef"])
  })
})

describe("a store's folders", () => {
  it("are made, and hold no temporary files when all is written", () => {
    const store = fresh()
    store.put(bytes("ash"))
    store.putAction("abcdef", {})
    expect(readdirSync(store.root).sort()).toEqual(["actions", "damaged", "objects", "refs", "runs"])
    const left = readdirSync(store.root, { recursive: true }).filter((name) => String(name).endsWith(".tmp"))
    expect(left).toEqual([])
    expect(store.runNames()).toEqual([])
    store.runFolder("one")
    expect(store.runNames()).toEqual(["one"])
  })
})
