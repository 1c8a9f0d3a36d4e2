// The cache file: the second process parses nothing and comes to the same fingerprints.
import { execFileSync } from "node:child_process"
import { afterEach, beforeEach, expect, it } from "vitest"
import { SummaryCache } from "../../../src/graph/fingerprint/summary-cache.ts"
import { makeMatrixProject } from "./matrix-project.ts"
import type { TempProject } from "./temp-project.ts"

let project: TempProject
beforeEach(() => {
  project = makeMatrixProject()
})
afterEach(() => project.remove())

const ENTRY = new URL("../../../src/graph/fingerprint/", import.meta.url).href
const SCRIPT = `
const { makeFingerprinter } = await import("${ENTRY}index.ts")
const { parserLoaded } = await import("${ENTRY}syntax.ts")
const { root, cacheFile, site } = JSON.parse(process.argv[1])
const fingerprinter = makeFingerprinter({ root, boundaries: ["#sluice"], cacheFile })
const stage = fingerprinter.stage(site)
fingerprinter.save()
console.log(JSON.stringify({ hash: stage.functions.measure.hash, parsed: parserLoaded() }))
`

function runElsewhere(): { hash: string; parsed: boolean } {
  const given = {
    root: project.root,
    cacheFile: project.path(".cache/modules.json"),
    site: project.site("stages/text.ts", "a")
  }
  return JSON.parse(
    String(execFileSync(process.execPath, ["--input-type=module", "-e", SCRIPT, JSON.stringify(given)]))
  )
}

it("spares the second process the parser, until a file changes", () => {
  const first = runElsewhere()
  expect(first.parsed).toBe(true)
  expect(runElsewhere()).toEqual({ hash: first.hash, parsed: false })
  project.edit("lib/limits.ts", "LIMIT = 3", "LIMIT = 5")
  const third = runElsewhere()
  expect(third.parsed).toBe(true)
  expect(third.hash).not.toBe(first.hash)
})

it("is ignored when it is damaged or of another format", () => {
  const cacheFile = project.path("modules.json")
  const plain = project.stage("stages/text.ts", "a").data.hash
  for (const text of ["{", '{"format":-1,"modules":{},"packages":{}}']) {
    project.write("modules.json", text)
    expect(project.stage("stages/text.ts", "a", project.fingerprinter({ cacheFile })).data.hash).toBe(plain)
  }
})

it("keeps digests of packages only once they are older than the clock's tick", () => {
  const cacheFile = project.path("modules.json")
  const fingerprinter = project.fingerprinter({ cacheFile })
  project.stage("stages/packages.ts", "f", fingerprinter)
  fingerprinter.save()
  expect(new SummaryCache(cacheFile).packages.size).toBe(0)
})
