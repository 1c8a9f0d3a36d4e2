// Random projects and random edits, really run: wherever two versions give different output, their fingerprints differ.
// A version that does not load has no plan and so no key; it is left out.
import { execFileSync } from "node:child_process"
import { afterAll, expect, it } from "vitest"
import { FingerprintError, makeFingerprinter } from "../../../src/graph/fingerprint/index.ts"
import { Dice } from "./dice.ts"
import { editProject, makeProject, type RandomProject, render } from "./random-modules.ts"
import { MANIFEST, SLUICE, TempProject } from "./temp-project.ts"

const SEEDS = Number(process.env.FINGERPRINT_SEEDS ?? 100)
const EDITS = 6
const RUNNER = `
import { pathToFileURL } from "node:url"
import { readFileSync } from "node:fs"
const outputs = {}
for (const folder of JSON.parse(readFileSync(process.argv[2], "utf8"))) {
  delete globalThis.trace
  const attempt = (run) => {
    try {
      return run()
    } catch (error) {
      return "failed: " + error.message
    }
  }
  const stage = await import(pathToFileURL(folder + "/pipeline.js").href).catch(() => undefined)
  if (stage) outputs[folder] = JSON.stringify([0, 1, 2].map((row) => attempt(() => stage.s.apply(row))))
}
console.log(JSON.stringify(outputs))
`

const folder = new TempProject()
afterAll(() => folder.remove())

function fingerprint(version: string): string {
  const root = folder.path(version)
  const text = folder.read(`${version}/stage.js`)
  const before = text.slice(0, text.indexOf("Stage.map(") + "Stage.".length).split("\n")
  try {
    const site = { file: `${root}/stage.js`, line: before.length, column: before.at(-1)!.length + 1 }
    const stage = makeFingerprinter({ root, entry: `${root}/pipeline.js`, boundaries: ["#sluice"] }).stage(site)
    return stage.functions.apply!.hash
  } catch (error) {
    if (error instanceof FingerprintError) return `${error.code} ${error.message}`
    throw error
  }
}

function writeVersion(version: string, project: RandomProject): void {
  folder.write(`${version}/package.json`, MANIFEST)
  folder.write(`${version}/src/index.ts`, SLUICE)
  folder.write(`${version}/src/index.js`, SLUICE.replaceAll(": unknown", ""))
  folder.edit(`${version}/package.json`, "./src/index.ts", "./src/index.js")
  for (const [name, module] of project) folder.write(`${version}/${name}`, render(module))
}

it(`tells apart every two of ${SEEDS} × ${EDITS + 1} versions that behave differently`, () => {
  const groups: string[][] = []
  for (let seed = 1; seed <= SEEDS; seed++) {
    const dice = new Dice(seed)
    let project = makeProject(dice)
    const versions = [`v${seed}-0`]
    writeVersion(versions[0]!, project)
    for (let index = 1; index <= EDITS; index++) {
      const edited = editProject(dice, project)
      if (dice.chance(30)) project = edited
      versions.push(`v${seed}-${index}`)
      writeVersion(versions[index]!, edited)
    }
    groups.push(versions)
  }
  folder.write("run.mjs", RUNNER)
  folder.write("versions.json", JSON.stringify(groups.flat().map((version) => folder.path(version))))
  const printed = execFileSync(process.execPath, [folder.path("run.mjs"), folder.path("versions.json")], {
    maxBuffer: 1 << 28
  })
  const outputs = JSON.parse(String(printed)) as { [path: string]: string }
  const falseHits: string[] = []
  let [different, same, needless, refused] = [0, 0, 0, 0]
  for (const versions of groups) {
    const hashes = versions.map(fingerprint)
    refused += hashes.filter((hash) => hash.startsWith("SLUICE")).length
    for (const [one, first] of versions.entries()) {
      for (let two = one + 1; two < versions.length; two++) {
        const second = versions[two]!
        if (!outputs[folder.path(first)] || !outputs[folder.path(second)]) continue
        const isSameOutput = outputs[folder.path(first)] === outputs[folder.path(second)]
        const isSameHash = hashes[one] === hashes[two]
        if (isSameHash && hashes[one]!.startsWith("SLUICE")) continue
        if (!isSameOutput && isSameHash)
          falseHits.push(`${first} ${outputs[folder.path(first)]} and ${second} ${outputs[folder.path(second)]}`)
        if (!isSameOutput) different++
        else if (isSameHash) same++
        else needless++
      }
    }
  }
  expect(falseHits).toEqual([])
  expect(different).toBeGreaterThan(SEEDS)
  expect(same).toBeGreaterThan(SEEDS)
  if (process.env.FINGERPRINT_SEEDS) console.log({ different, same, needless, refused })
})
