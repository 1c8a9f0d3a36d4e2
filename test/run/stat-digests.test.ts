// When the digest of a file that was read before is trusted: its stat is the same, and was when it could no longer change unseen.
import { mkdtempSync, rmSync, type Stats, statSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, expect, it } from "vitest"
import { StatDigests } from "#src/run/stat-digests.ts"

const root = mkdtempSync(join(tmpdir(), "sluice-stats-"))
afterAll(() => rmSync(root, { recursive: true, force: true }))

const changed = 1_800_000_000_000
const stat = (mtime: number, ctime: number): Stats =>
  ({ size: 7, mtimeMs: changed + mtime, ctimeMs: changed + ctime, ino: 3 }) as Stats

it.each([
  ["long after it changed", 0.25, 0.25, 10_000, true],
  ["just after a tick of clocks that count fractions of a millisecond", 0.25, 0.25, 300, true],
  ["within it", 0.25, 0.25, 200, false],
  ["just after, where times are whole milliseconds", 0, 0, 300, false],
  ["some seconds after, where times are whole milliseconds", 0, 0, 2100, true],
  ["just after it was given an old time of change", -60_000, 0.25, 200, false],
  ["with a time of change that is yet to come", 60_000, 0.25, 1000, false]
])("looked at %s", (_, mtime, ctime, seen, isTrusted) => {
  const digests = new StatDigests(join(root, "none.json"))
  digests.set("a.txt", stat(mtime, ctime), changed + seen, "its digest")
  expect(digests.of("a.txt", stat(mtime, ctime))).toBe(isTrusted ? "its digest" : undefined)
  expect(digests.before("a.txt")).toBe("its digest")
})

it.each([
  ["size", { size: 8 }],
  ["time of change", { mtimeMs: changed + 1.5 }],
  ["time of its entry's change", { ctimeMs: changed + 1.5 }],
  ["inode", { ino: 4 }]
])("another %s", (_, other) => {
  const digests = new StatDigests(join(root, "none.json"))
  digests.set("a.txt", stat(0.25, 0.25), changed + 10_000, "its digest")
  expect(digests.of("a.txt", { ...stat(0.25, 0.25), ...other })).toBe(undefined)
})

it("tells whether any file is other than it was; one that is gone is not", () => {
  const [kept, gone] = [join(root, "kept.txt"), join(root, "gone.txt")]
  for (const path of [kept, gone]) writeFileSync(path, "dawn")
  const digests = new StatDigests(join(root, "none.json"))
  for (const path of [kept, gone]) digests.set(path, statSync(path), Date.now() + 10_000, "its digest")
  expect(digests.isAnyOther).toBe(false)
  rmSync(gone)
  expect(digests.isAnyOther).toBe(false)
  writeFileSync(kept, "dusk falls")
  expect(digests.isAnyOther).toBe(true)
})
