// Digests of files that options name: kept between processes, and made anew for what was touched or may still change.
import { createHash } from "node:crypto"
import { mkdtempSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { PathContents } from "#src/run/path-content.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-contents-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const sha256 = (bytes: Uint8Array): string => createHash("sha256").update(bytes).digest("hex")
const path = join(root, "large.bin")
const old = new Date(Date.now() - 60_000)

const write = (bytes: Uint8Array) => {
  writeFileSync(path, bytes)
  utimesSync(path, old, old)
}

it("are sha256 of the bytes, whatever the size", () => {
  for (const length of [0, 1, (1 << 22) - 1, 1 << 22, (1 << 23) + 5]) {
    const bytes = new Uint8Array(length).map((_, at) => at * 31)
    write(bytes)
    expect(new PathContents(root).digest(path)).toBe(sha256(bytes))
  }
})

it("are kept for the next process, which knows a file by size, times and inode", () => {
  const store = join(root, "store")
  const [one, other] = [Buffer.from("north"), Buffer.from("south")]
  write(one)
  const first = new PathContents(store)
  expect(first.digest(path)).toBe(sha256(one))
  first.save()
  expect(JSON.parse(readFileSync(join(store, "contents.json"), "utf8").split("\n")[1]!)[0][0]).toBe(path)
  expect(new PathContents(store).digest(path)).toBe(sha256(one))
  // Other bytes of the same length at the same time of change: the system's own time of change tells.
  write(other)
  expect(new PathContents(store).digest(path)).toBe(sha256(other))
})

it("of a file that was just written are not trusted", () => {
  const store = join(root, "fresh")
  writeFileSync(path, "dawn")
  const contents = new PathContents(store)
  expect(contents.digest(path)).toBe(sha256(Buffer.from("dawn")))
  writeFileSync(path, "dusk")
  expect(contents.digest(path)).toBe(sha256(Buffer.from("dusk")))
})

it("damaged notes of earlier digests are forgotten", () => {
  const store = join(root, "damaged")
  write(Buffer.from("north"))
  const contents = new PathContents(store)
  contents.digest(path)
  contents.save()
  const notes = join(store, "contents.json")
  writeFileSync(notes, readFileSync(notes, "utf8").replace(/[0-9a-f]{64}"/, `${"0".repeat(64)}"`))
  expect(new PathContents(store).digest(path)).toBe(sha256(Buffer.from("north")))
})
