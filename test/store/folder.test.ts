// Folders of the store that are not there, or cannot be listed.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { filesBelow, listed } from "../../src/store/folder.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-folder-"))
afterAll(() => rmSync(root, { recursive: true }))
mkdirSync(join(root, "a/b"), { recursive: true })
writeFileSync(join(root, "a/1"), "")
writeFileSync(join(root, "a/b/2"), "")

describe.each([
  ["names", listed, ["1", "b"]],
  ["files", filesBelow, [join(root, "a/1"), join(root, "a/b/2")]]
] as const)("%s of a folder", (_, list, found) => {
  it("that is there", () => expect([...list(join(root, "a"))].sort()).toEqual(found))
  it("that is not", () => expect(list(join(root, "none"))).toEqual([]))
  it("that the disk does not list are an error for the user", () => {
    const message = `${join(root, "a/1")} could not be read or written (ENOTDIR)`
    expect(() => list(join(root, "a/1"))).toThrow(expect.objectContaining({ code: "SLUICE_DISK", message }))
  })
})
