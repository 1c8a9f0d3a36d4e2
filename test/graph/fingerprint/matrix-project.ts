// The project that the edit matrix edits: stages a to k, each with code of another sort behind it.
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { changesBetween, TempProject } from "./temp-project.ts"

const TEXT = `
import { Stage, keep, opt } from "#sluice"
import { share, shout } from "#lib/index.ts"
import { LIMIT } from "../lib/limits.ts"
export const a = Stage.filter({
  name: "a",
  needs: { text: "string" },
  options: { min: opt("number", 3) },
  measure: ({ text }: { text: string }) => {
    const local = share(text)
    return { score: local * LIMIT }
  },
  decide: (m: { score: number }, options: { min: number }) => (m.score > options.min ? keep : "low")
})
export const b = Stage.map({ name: "b", apply: (row: { text: string }) => ({ loud: shout(row.text) }) })
`
const CLASSES = `
import { Stage } from "#sluice"
import { Counter, Mode } from "../lib/counter.ts"
export const c = Stage.map({
  name: "c",
  apply: (row: { n: number }) => {
    const counter = new Counter()
    counter.add(row.n)
    return { n: counter.total, mode: Mode.fast }
  }
})
`
const COUNTER = `
export const Mode = { fast: 1, slow: 2 } as const
export class Counter {
  static first = 7
  #n = Counter.first
  add(by: number): void { this.#n += by }
  get total(): number { return this.#n }
}
`
const FILES = `
import { readFileSync } from "node:fs"
import { Stage } from "#sluice"
import names from "../data/names.json" with { type: "json" }
import towns from "../data/towns.json" with { type: "json" }
const PROMPT = readFileSync(new URL("../data/prompt.md", import.meta.url), "utf8")
const STOP = new Set(readFileSync(new URL("../data/stop.txt", import.meta.url), "utf8").split("\\n"))
export const d = Stage.map({ name: "d", apply: (row: { text: string }) => ({ n: names.indexOf(row.text), t: towns.length }) })
export const e = Stage.map({ name: "e", apply: (row: { text: string }) => ({ p: PROMPT + row.text, s: STOP.has(row.text) }) })
`
const PACKAGES = `
import { Stage } from "#sluice"
import { md5 as digest } from "alpha"
import { tidy } from "linked"
export const f = Stage.map({ name: "f", apply: (row: { text: string }) => ({ h: digest(row.text) }) })
export const g = Stage.map({ name: "g", apply: (row: { text: string }) => ({ h: tidy(row.text) }) })
`
const KINDS = `
import { Stage } from "#sluice"
import { later, steps } from "../lib/kinds.ts"
import { pick as one } from "../lib/left.ts"
import { pick as two } from "../lib/right.ts"
export const h = Stage.map({ name: "h", apply: async (row: { n: number }) => ({ l: await later(row.n), s: [...steps(row.n)] }) })
export const i = Stage.map({ name: "i", apply: (row: { n: number }) => ({ d: one(row.n) - 2 * two(row.n) }) })
export const j = Stage.map({
  name: "j",
  apply: async (row: { n: number }) => ({ v: (await import("../lib/lazy.ts")).lazy(row.n) })
})
`
const EFFECTS = `
import { Stage } from "#sluice"
import { table } from "../lib/table.ts"
import { readFileSync } from "node:fs"
export const k = Stage.map({ name: "k", apply: (row: { key: string }) => ({ v: table.get(row.key) }) })
export const p = Stage.program({ name: "p", run: (input: string) => readFileSync(input, "utf8").length + Date.now() })
`
const TABLE = `
import "./first.ts"
import "./second.ts"
export const table = new Map<string, number>()
table.set("x", 1)
table.set("x", table.get("x")! + 1)
`

const FIRST_FILES = {
  "stages/text.ts": TEXT,
  "stages/classes.ts": CLASSES,
  "stages/files.ts": FILES,
  "stages/packages.ts": PACKAGES,
  "stages/kinds.ts": KINDS,
  "stages/effects.ts": EFFECTS,
  "lib/index.ts": 'export * from "./share.ts"\nexport { shout } from "./shout.ts"\n',
  "lib/share.ts": `
import { normal } from "./normal.ts"
const STOP = new Set(["the", "of"])
export function share(text: string, floor = 0): number {
  const words = normal(text).split(" ")
  return words.filter((word) => STOP.has(word)).length / words.length + floor
}
export const unused = (x: number): number => x + 1
`,
  "lib/normal.ts": 'export const normal = (text: string) => text.toLowerCase().replace(/[^a-z ]/g, " ")\n',
  "lib/shout.ts": `export function shout(text: string): string {\n  return \`\${text}!\`\n}\n`,
  "lib/limits.ts": "export const LIMIT = 3\nexport const OTHER = 4\nexport type Limit = number\n",
  "lib/counter.ts": COUNTER,
  "lib/kinds.ts": `
export const later = async (n: number) => (await n) + 1
export function* steps(n: number) { yield n; yield n * 2 }
`,
  "lib/left.ts": "export const pick = (n: number) => n + 1\n",
  "lib/right.ts": "export const pick = (n: number) => n - 1\n",
  "lib/lazy.ts": "export const lazy = (n: number) => n * 3\n",
  "lib/table.ts": TABLE,
  "lib/first.ts": "globalThis.marks = 1\n",
  "lib/second.ts": "globalThis.marks = 2\n",
  "lib/lonely.ts": "export const lonely = 1\n",
  "data/names.json": '["ann", "bob"]',
  "data/towns.json": '["rome", "oslo"]',
  "data/prompt.md": "Answer briefly.",
  "data/stop.txt": "the\nof"
}

const LOCK = {
  lockfileVersion: 3,
  packages: {
    "": { name: "project" },
    "node_modules/alpha": { version: "1.0.0", integrity: "sha512-alpha1", dependencies: { beta: "^1.0.0" } },
    "node_modules/beta": { version: "1.0.0", integrity: "sha512-beta1" },
    "node_modules/gamma": { version: "1.0.0", integrity: "sha512-gamma1" },
    "node_modules/linked": { resolved: "packages/linked", link: true }
  }
}

/** The files whose stages the matrix watches. */
export const STAGE_FILES = Object.keys(FIRST_FILES).filter((path) => path.startsWith("stages/"))

/** Makes the project anew. */
export function makeMatrixProject(): TempProject {
  const project = new TempProject(FIRST_FILES)
  project.write("package-lock.json", JSON.stringify(LOCK, undefined, 1))
  writePackage(project, "alpha", "export const md5 = (t) => t.length\nexport const sha = (t) => t\n", {
    beta: "^1.0.0"
  })
  writePackage(project, "beta", "export const beta = 1\n")
  writePackage(project, "gamma", "export const gamma = 1\n")
  project.write("packages/linked/package.json", '{"name":"linked","type":"module","exports":{".":"./main.ts"}}')
  project.write(
    "packages/linked/main.ts",
    'import { trim } from "./trim.ts"\nexport const tidy = (t: string) => trim(t)\n'
  )
  project.write("packages/linked/trim.ts", "export const trim = (t: string) => t.trim()\n")
  project.link("packages/linked", "node_modules/linked")
  return project
}

function writePackage(project: TempProject, name: string, main: string, dependencies: object = {}): void {
  const manifest = { name, version: "1.0.0", type: "module", exports: "./main.js", sideEffects: false, dependencies }
  project.write(`node_modules/${name}/package.json`, JSON.stringify(manifest))
  project.write(`node_modules/${name}/main.js`, main)
}

/** One row of the matrix: its name, the edit, and what changes by it. */
export type EditCase = readonly [name: string, edit: (project: TempProject) => void, changed: ReadonlyArray<string>]

/** Runs cases, each on a project of its own. */
export function runMatrix(
  name: string,
  cases: ReadonlyArray<EditCase>,
  make: () => TempProject = makeMatrixProject,
  files: ReadonlyArray<string> = STAGE_FILES
): void {
  describe(name, () => {
    let project: TempProject
    beforeEach(() => {
      project = make()
    })
    afterEach(() => project.remove())

    it.each(cases)("%s", (_, edit, changed) => {
      const before = project.hashes(files)
      edit(project)
      expect(changesBetween(before, project.hashes(files))).toEqual(changed)
    })
  })
}
