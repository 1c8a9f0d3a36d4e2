// Stages that installed packages define count by what is installed; what only builds a pipeline from them counts as nothing.
import { sep } from "node:path"
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { diffRecords } from "../../../src/graph/fingerprint/index.ts"
import { packageDirectory } from "../../../src/graph/fingerprint/installed-stage.ts"
import { changesBetween, TempProject } from "./temp-project.ts"

const STAGES = 'import { Stage } from "sluice"\nexport const dose = Stage.map({ name: "m.dose", apply: () => ({}) })\n'
const manifest = (version: string, more: object = {}) =>
  JSON.stringify({ name: "@clinic/stages", version, type: "module", ...more })

const site = (project: TempProject) => project.site("node_modules/@clinic/stages/dist/dose.js", "dose")
const recordsOf = (project: TempProject, functions: ReadonlyArray<string> = ["apply"]) =>
  project.fingerprinter().installed(site(project), functions)!

let project: TempProject
beforeEach(() => {
  project = new TempProject({
    "node_modules/@clinic/stages/package.json": manifest("1.0.0"),
    "node_modules/@clinic/stages/dist/dose.js": STAGES,
    "node_modules/@clinic/stages/dist/table.js": "export const table = [1]\n"
  })
})
afterEach(() => project.remove())

describe("a stage of an installed package", () => {
  it("has one record for each function named, which differ", () => {
    const records = recordsOf(project, ["key", "apply"])
    expect(Object.keys(records)).toEqual(["key", "apply"])
    expect(records["key"]!.hash).not.toBe(records["apply"]!.hash)
    expect(recordsOf(project)["apply"]).toEqual(records["apply"])
  })

  it("changes with the package's version, and says so", () => {
    const before = recordsOf(project)["apply"]!
    project.write("node_modules/@clinic/stages/package.json", manifest("1.0.1"))
    expect(diffRecords(before, recordsOf(project)["apply"]!)).toEqual(["package @clinic/stages 1.0.0 → 1.0.1"])
  })

  it("changes when any file of the package is patched, and says so", () => {
    const before = recordsOf(project)["apply"]!
    project.append("node_modules/@clinic/stages/dist/table.js", "table.push(2)")
    expect(diffRecords(before, recordsOf(project)["apply"]!)).toEqual([
      "package @clinic/stages 1.0.0 changed in its files or in a package below it"
    ])
  })

  it("is the same whether Node came as a package or not", () => {
    const optionalDependencies = { "node-of-one-system": "24.0.0", "node-of-another": "24.0.0" }
    project.write("node_modules/@clinic/stages/package.json", manifest("1.0.0", { optionalDependencies }))
    const without = recordsOf(project)["apply"]!
    const node = JSON.stringify({ name: "node-of-one-system", version: "24.0.0", bin: { node: "bin/node" } })
    project.write("node_modules/node-of-one-system/package.json", node)
    expect(recordsOf(project)["apply"]).toEqual(without)
    project.write("node_modules/node-of-another/package.json", JSON.stringify({ name: "x", version: "24.0.0" }))
    expect(recordsOf(project)["apply"]!.hash).not.toBe(without.hash)
  })

  it("is read as source where the package is the project's own or linked", () => {
    project.write("packages/own/dose.ts", STAGES.replace('"sluice"', '"#sluice"'))
    expect(project.fingerprinter().installed(project.site("packages/own/dose.ts", "dose"), ["apply"])).toBeUndefined()
  })
})

describe("the directory of an installed package", () => {
  const path = (text: string) => text.replaceAll("/", sep)
  it.each([
    ["/p/node_modules/a/dist/x.js", "/p/node_modules/a"],
    ["/p/node_modules/@s/a/x.js", "/p/node_modules/@s/a"],
    ["/p/node_modules/.pnpm/a@1/node_modules/a/x.js", "/p/node_modules/.pnpm/a@1/node_modules/a"],
    ["/p/packages/a/x.js", undefined]
  ])("of %s is %s", (file, directory) => {
    expect(packageDirectory(path(file))).toBe(directory && path(directory))
  })
})

describe("a pipeline written beside a stage of the project's own", () => {
  const PIPELINE = `
import { Stage } from "#sluice"
import { ingest } from "sluice/stages"
import * as every from "sluice/stages"
export const own = Stage.map({ name: "own", apply: (row: { n: number }) => ({ m: row.n + 1 }) })
const notes = ingest.jsonl({ path: "data/notes.jsonl" })
const kept = notes.pipe(every.dedup.exact({ by: "text" }), own())
export default kept
`
  it("does not count for the stage, nor does the package's version", () => {
    const installed = (version: string) => {
      const facts = { name: "sluice", version, type: "module", exports: { "./stages": "./stages.js" } }
      project.write("node_modules/sluice/package.json", JSON.stringify({ ...facts, sideEffects: false }))
    }
    installed("1.0.0")
    project.write("node_modules/sluice/stages.js", "export const ingest = {}\nexport const dedup = {}\n")
    project.write("pipeline.ts", PIPELINE)
    const before = project.hashes(["pipeline.ts"])
    expect([...before.keys()]).toEqual(["own.apply", "own.data"])
    project.edit("pipeline.ts", "data/notes.jsonl", "data/more.jsonl")
    installed("1.0.1")
    expect(changesBetween(before, project.hashes(["pipeline.ts"]))).toEqual([])
    project.edit("pipeline.ts", "row.n + 1", "row.n + 2")
    expect(changesBetween(before, project.hashes(["pipeline.ts"]))).toEqual(["own.apply"])
  })
})
