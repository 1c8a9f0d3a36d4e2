// Packages as they were looked at: a changed byte is noticed during a run, a hard link made elsewhere or a touched file is not one.
import { linkSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterEach, beforeEach, expect, it } from "vitest"
import { InstalledPackages } from "../../../src/graph/fingerprint/installed-packages.ts"

let root = ""
let directory = ""

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), "sluice-packages-"))
  directory = join(root, "node_modules/tide")
  mkdirSync(directory, { recursive: true })
  writeFileSync(join(directory, "package.json"), '{"name":"tide","version":"1.0.0"}')
  writeFileSync(join(directory, "index.js"), "export const high = 1\n")
})
afterEach(() => rmSync(root, { recursive: true }))

it.each<readonly [what: string, changed: boolean, edit: (file: string) => void]>([
  ["nothing", false, () => {}],
  ["a hard link made elsewhere", false, (file) => linkSync(file, join(root, "backup.js"))],
  ["a file touched", false, (file) => utimesSync(file, 1, 1)],
  ["a file of other bytes and the same size", true, (file) => writeFileSync(file, "export const high = 2\n")],
  ["a file removed", true, (file) => rmSync(file)],
  ["a file added", true, (file) => writeFileSync(`${file}.more.js`, "")]
])("%s: %s", (_, changed, edit) => {
  const packages = new InstalledPackages(new Map())
  packages.facts(directory)
  edit(join(directory, "index.js"))
  expect(packages.changed()).toBe(changed ? directory : undefined)
  expect(packages.changed()).toBe(changed ? directory : undefined)
})

it("known from an earlier look are compared all the same", () => {
  const stored = new Map()
  for (const file of ["package.json", "index.js"]) utimesSync(join(directory, file), 1, 1)
  new InstalledPackages(stored).facts(directory)
  const packages = new InstalledPackages(stored)
  packages.facts(directory)
  linkSync(join(directory, "index.js"), join(root, "backup.js"))
  expect(packages.changed()).toBeUndefined()
  writeFileSync(join(directory, "index.js"), "export const high = 3\n")
  expect(packages.changed()).toBe(directory)
})
