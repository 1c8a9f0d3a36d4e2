// Digests of packages that stores share: taken while the files are those that were read, and never where anything is in doubt.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import { fileURLToPath } from "node:url"
import { afterEach, beforeEach, expect, it } from "vitest"
import { InstalledPackages } from "#src/graph/fingerprint/installed-packages.ts"
import { SharedDigests } from "#src/graph/fingerprint/shared-digests.ts"

/** A package that was installed long ago, as far as clocks tell. */
const directory = dirname(dirname(fileURLToPath(import.meta.resolve("parse5"))))

let folder = ""
let file = ""
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "sluice-shared-"))
  file = join(folder, "cache", "packages.json")
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

const factsWith = (shared: SharedDigests) => new InstalledPackages(new Map(), shared).facts(directory).digest

it("spares another store to read a package, and no store to look at its files", () => {
  const first = new SharedDigests(file)
  const digest = factsWith(first)
  first.save()
  const known = new SharedDigests(file).get(directory)!
  expect(factsWith(new SharedDigests(file))).toBe(digest)
  const another = new SharedDigests(file)
  another.set(directory, { state: "of other files", digest: "another" })
  expect(factsWith(another)).toBe(digest)
  // That it is not read again is seen by a digest that no reading gives.
  const unread = new SharedDigests(join(folder, "other.json"))
  unread.set(directory, { state: known.state, digest: "another" })
  expect(factsWith(unread)).not.toBe(digest)
})

it("takes nothing from a file that is damaged or of another format, and writes it anew", () => {
  const shared = new SharedDigests(file)
  const digest = factsWith(shared)
  shared.save()
  const whole = readFileSync(file, "utf8")
  for (const text of [whole.slice(0, -9), whole.replace(/"digest":"./, '"digest":"x'), "", "{}"]) {
    writeFileSync(file, text)
    const damaged = new SharedDigests(file)
    expect(damaged.get(directory)).toBeUndefined()
    expect(factsWith(damaged)).toBe(digest)
    damaged.save()
    expect(readFileSync(file, "utf8")).toBe(whole)
  }
})

it("goes without where the file cannot be written", () => {
  writeFileSync(join(folder, "cache"), "no folder")
  const shared = new SharedDigests(file)
  const digest = factsWith(shared)
  shared.save()
  expect(factsWith(new SharedDigests(file))).toBe(digest)
})
