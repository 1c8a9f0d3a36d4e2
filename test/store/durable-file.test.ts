// Durable files: the old content or the new, never a part; what the disk says is told as an error for the user.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { asError, diskError, onDisk, writeDurably } from "../../src/store/durable-file.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-durable-"))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

describe("a durable file", () => {
  it("is written whole, its folders made, and replaced whole", () => {
    const path = join(folder, "a", "b", "file.json")
    writeDurably(path, "old")
    writeDurably(path, new Uint8Array(3_000_000).fill(7))
    expect(readFileSync(path).length).toBe(3_000_000)
    expect(readdirSync(join(folder, "a", "b"))).toEqual(["file.json"])
  })

  it("leaves what was there and nothing else where it cannot be written", () => {
    const inner = join(folder, "taken")
    mkdirSync(join(inner, "file.json", "below"), { recursive: true })
    expect(() => writeDurably(join(inner, "file.json"), "new")).toThrow()
    expect(readdirSync(inner)).toEqual(["file.json"])
  })

  it("is readable beside others being written at once", async () => {
    const path = join(folder, "busy")
    writeFileSync(path, "0".repeat(100))
    for (let i = 0; i < 50; i++) {
      writeDurably(path, String(i % 10).repeat(100))
      expect(new Set(readFileSync(path, "utf8")).size).toBe(1)
    }
  })
})

const writeAndThrow = (cause: Error): never => {
  throw cause
}

describe("what the disk says", () => {
  const told = (code: string) => diskError("/x/file", Object.assign(new Error(code), { code }))

  it("is told for a full disk and for missing rights", () => {
    expect(told("ENOSPC")).toMatchObject({
      code: "SLUICE_DISK",
      message: "the disk is full: /x/file could not be written"
    })
    expect(told("EDQUOT")).toMatchObject({ code: "SLUICE_DISK" })
    expect(told("EACCES")).toMatchObject({ code: "SLUICE_DISK", message: "/x/file may not be written (EACCES)" })
    expect(told("EIO")).toMatchObject({ code: "EIO" })
  })

  it("is told for whatever else goes wrong with a file, and left alone where it is about none", () => {
    const cause = Object.assign(new Error("EIO: i/o error, read"), { code: "EIO", syscall: "read" })
    const expected = { code: "SLUICE_DISK", message: "/x/file could not be read or written (EIO)", exit: 1, cause }
    expect(diskError("/x/file", cause)).toMatchObject(expected)
    expect(asError(cause, "/x/file")).toMatchObject(expected)
    expect(asError({ ...cause, path: "/y" })).toMatchObject({ message: "/y could not be read or written (EIO)" })
    const refused = Object.assign(new Error("connect ECONNREFUSED"), { code: "ECONNREFUSED", syscall: "connect" })
    expect(asError(refused)).toBe(refused)
    const spawned = Object.assign(new Error("spawn x ENOENT"), { code: "ENOENT", syscall: "spawn x", path: "x" })
    expect(asError(spawned)).toBe(spawned)
    expect(asError("no error")).toEqual(new Error("no error"))
  })

  it("is told once, however many hands it goes through", () => {
    const cause = Object.assign(new Error("ENOSPC"), { code: "ENOSPC", syscall: "write" })
    const told = (() => {
      try {
        return onDisk("/outer", () => onDisk("/inner", () => writeAndThrow(cause)))
      } catch (thrown) {
        return thrown
      }
    })()
    expect(told).toMatchObject({ message: "the disk is full: /inner could not be written" })
  })
})
