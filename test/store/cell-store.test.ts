// Cells on the disk: whole or not there, whatever was torn off or flipped, and seen by other processes as they are written.
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { framesIn, frameOf, valueAt } from "../../src/store/cell-frame.ts"
import { type CellDamage, CellStore } from "../../src/store/cell-store.ts"

let root = ""
let opened: Array<CellStore> = []
let found: Array<CellDamage> = []

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-cells-"))
  opened = []
  found = []
})
afterEach(async () => {
  for (const store of opened) await store.dispose()
  rmSync(root, { recursive: true })
})

const open = () => {
  const store = new CellStore(root, (damage) => found.push(damage))
  opened.push(store)
  store.refresh()
  return store
}
const keyOf = (n: number) => n.toString(16).padStart(32, "0")
const textFor = (n: number) => Buffer.from(`value ${n} ${"x".repeat(n % 7)}`)
const textOf = (store: CellStore, n: number) => {
  const value = store.get(keyOf(n))
  return value === undefined ? undefined : Buffer.from(value).toString()
}
const readable = (store: CellStore, count: number) =>
  Array.from({ length: count }, (_, n) => n).filter((n) => textOf(store, n) === textFor(n).toString())
const segments = () => readdirSync(join(root, "cells")).filter((name) => name.endsWith(".seg"))
const segment = () => join(root, "cells", segments()[0]!)

const write = async (count: number) => {
  const store = open()
  await Promise.all(Array.from({ length: count }, (_, n) => store.put(keyOf(n), textFor(n))))
  return store
}

describe("a cell", () => {
  it("is there for its writer, for who opens the store later, and for who had it open", async () => {
    const before = open()
    const writer = await write(20)
    expect(readable(writer, 21)).toHaveLength(20)
    expect(readable(before, 20)).toEqual([])
    before.refresh()
    expect(readable(before, 20)).toHaveLength(20)
    await writer.put(keyOf(20), textFor(20))
    expect(textOf(before, 20)).toBeUndefined()
    before.refresh()
    expect(textOf(before, 20)).toBe("value 20 xxxxxx")
    expect(readable(open(), 21)).toHaveLength(21)
    expect(segments()).toHaveLength(1)
    expect(found).toEqual([])
  })

  it("of several writers stands in a segment of each", async () => {
    const [one, two] = [open(), open()]
    await Promise.all([one.put(keyOf(1), textFor(1)), two.put(keyOf(2), textFor(2))])
    expect(segments()).toHaveLength(2)
    expect(readable(open(), 3)).toEqual([1, 2])
  })

  it("may be empty, and may hold the mark that frames begin with", async () => {
    const store = open()
    const nested = frameOf(keyOf(7), Buffer.from("inner"))
    await store.put(keyOf(1), Buffer.alloc(0))
    await store.put(keyOf(2), nested)
    await store.put(keyOf(3), textFor(3))
    const again = open()
    expect(again.get(keyOf(1))).toEqual(Buffer.alloc(0))
    expect(again.get(keyOf(2))).toEqual(nested)
    expect(again.get(keyOf(7))).toBeUndefined()
    expect(textOf(again, 3)).toBe(textFor(3).toString())
  })
})

describe("a cell that cannot be written", () => {
  it("fails, and the next is written where that is possible again", async () => {
    const store = open()
    writeFileSync(join(root, "cells"), "in the way")
    const failed = await Promise.allSettled([store.put(keyOf(0), textFor(0)), store.put(keyOf(1), textFor(1))])
    for (const one of failed) expect(one).toMatchObject({ status: "rejected", reason: { code: "SLUICE_DISK" } })
    rmSync(join(root, "cells"))
    await store.put(keyOf(2), textFor(2))
    expect(readable(store, 3)).toEqual([2])
    expect(readable(open(), 3)).toEqual([2])
  })
})

describe("a segment that was torn off", () => {
  it("keeps every cell before, wherever that was", async () => {
    await write(4)
    const bytes = readFileSync(segment())
    const ends = framesIn(bytes).cells.map(({ at, length }) => at + length)
    for (let size = 0; size <= bytes.length; size++) {
      writeFileSync(segment(), bytes)
      truncateSync(segment(), size)
      expect(readable(open(), 4)).toHaveLength(ends.filter((end) => end <= size).length)
    }
    expect(found).toEqual([])
  })

  it("goes on where its writer does", async () => {
    await write(2)
    const frame = frameOf(keyOf(2), textFor(2))
    const reader = open()
    appendFileSync(segment(), frame.subarray(0, 15))
    reader.refresh()
    expect(readable(reader, 3)).toEqual([0, 1])
    appendFileSync(segment(), frame.subarray(15))
    reader.refresh()
    expect(readable(reader, 3)).toEqual([0, 1, 2])
  })
})

describe("a segment of which a byte was changed", () => {
  it("loses the cell that the byte is of, and no other", async () => {
    await write(3)
    const bytes = readFileSync(segment())
    const ends = framesIn(bytes).cells.map(({ at, length }) => at + length)
    for (let at = 0; at < bytes.length; at++) {
      const flipped = Buffer.from(bytes)
      flipped[at]! ^= 1 << (at % 8)
      writeFileSync(segment(), flipped)
      rmSync(`${segment()}.told`, { force: true })
      found = []
      const hit = ends.findIndex((end) => at < end)
      const store = open()
      expect([at, readable(store, 3)]).toEqual([at, [0, 1, 2].filter((n) => n !== hit)])
      // The length of the last cell may read as one whose end is missing.
      if (hit < 2) expect(found).toHaveLength(1)
    }
  })

  it("says so once, in whichever process", async () => {
    await write(3)
    const bytes = readFileSync(segment())
    bytes[valueAt + 2]! ^= 4
    writeFileSync(segment(), bytes)
    open()
    open()
    expect(found).toEqual([
      {
        path: segment(),
        text: `${segments()[0]} of the model calls was changed at byte 0; replies that stood there are asked for anew`
      }
    ])
  })

  it("gives no value that was changed after it was found", async () => {
    const store = await write(3)
    const bytes = readFileSync(segment())
    bytes[valueAt + 2]! ^= 4
    writeFileSync(segment(), bytes)
    expect(readable(store, 3)).toEqual([1, 2])
    expect(found).toHaveLength(1)
    await store.put(keyOf(0), textFor(0))
    expect(readable(open(), 3)).toEqual([0, 1, 2])
  })
})
