// What one stage's fingerprint holds, where errors point, and the traps that a hash of a tree alone falls into.
import { afterEach, beforeEach, describe, expect, it } from "vitest"
import { diffRecords, FingerprintError, type StageFingerprint } from "../../../src/graph/fingerprint/index.ts"
import { TempProject } from "./temp-project.ts"

let project: TempProject
beforeEach(() => {
  project = new TempProject()
})
afterEach(() => project.remove())

const stage = (body: string): string => `import { Stage } from "#sluice"\n${body}`
const USES = (imports: string, value: string): string =>
  stage(`${imports}\nexport const s = Stage.map({ name: "s", apply: (row) => ${value} })\n`)

function apply(files: { readonly [path: string]: string }): string {
  for (const [path, text] of Object.entries(files)) project.write(path, text)
  return project.stage("stages/s.ts", "s").functions.apply!.hash
}

function errorOf(files: { readonly [path: string]: string }): FingerprintError {
  try {
    apply(files)
  } catch (error) {
    if (error instanceof FingerprintError) return error
    throw error
  }
  throw new Error("no error")
}

describe("a stage's fingerprint", () => {
  it("has a record per function and one for the rest", () => {
    project.write(
      "stages/s.ts",
      stage(
        'const cut = (n: number) => n > 1\nexport const s = Stage.filter({ name: "s", needs: {}, key: (r) => r.id, decide: cut })'
      )
    )
    const { functions, data, impure } = project.stage("stages/s.ts", "s")
    expect(Object.keys(functions)).toEqual(["key", "decide"])
    expect(data.symbols.map(({ symbol }) => symbol)).toEqual(["s.name", "s.needs"])
    expect(functions.decide!.symbols.map(({ symbol, kind }) => [symbol, kind])).toEqual([
      ["cut", "function"],
      ["s.decide", "function"]
    ])
    expect(impure).toBeUndefined()
  })

  it("finds functions by method, alias, namespace and call", () => {
    project.write(
      "lib/f.ts",
      "export function g(n: number) { return n }\nexport const h = g\nexport const make = () => g\n"
    )
    project.write(
      "stages/s.ts",
      stage(
        'import * as f from "../lib/f.ts"\nexport const s = Stage.filter({ name: "s", key: "id", a() { return 1 }, b: f.g, c: f.h, decide: f.make(), apply: f.h ? f.g : f.h })'
      )
    )
    expect(Object.keys(project.stage("stages/s.ts", "s").functions)).toEqual(["a", "b", "c", "decide", "apply"])
  })

  it("allows the disk and the clock to run and list, and to a stage that says why", () => {
    const body =
      'import { statSync } from "node:fs"\nexport const s = Stage.source({ name: "s", list: () => statSync("x"), WHAT: () => Date.now() })'
    project.write("stages/s.ts", stage(body.replace("WHAT", "run")))
    expect(Object.keys(project.stage("stages/s.ts", "s").functions)).toEqual(["list", "run"])
    project.write("stages/s.ts", stage(body.replace("WHAT", "parse")))
    expect(() => project.stage("stages/s.ts", "s")).toThrow("the clock")
    project.write("stages/s.ts", stage(body.replace("WHAT", 'impure: "asks the clock", parse')))
    expect(project.stage("stages/s.ts", "s").impure).toBe("asks the clock")
  })

  it("points at what it refuses", () => {
    const error = errorOf({
      "stages/s.ts": USES('import { f } from "../lib/f.ts"', "f(row)"),
      "lib/f.ts": "const g = (n: number) =>\n  n + Math.random()\nexport const f = (n: number) => g(n)\n"
    })
    expect(error).toMatchObject({ code: "SLUICE_IMPURE", file: "lib/f.ts", line: 2, column: 7 })
    expect(error.message).toContain('"Math.random"')
    expect(error.hint).toContain("impure:")
  })

  it.each([
    ["a missing file", 'import { f } from "./none.ts"', "f", '"./none.ts" does not exist'],
    ["a missing export", 'import { f } from "../lib/empty.ts"', "f", 'no export "f"'],
    ["a missing package", 'import { f } from "none"', "f", '"none" is not installed'],
    ["code by address", 'const w = new URL("../lib/empty.ts", import.meta.url)', "w", "loaded by its address"],
    ["an enum", "enum E { A }", "E.A", "type stripping"],
    ["globalThis as a value", "", "Object.keys(globalThis)", '"globalThis"'],
    ["require", 'import { createRequire } from "node:module"', "createRequire(row)", "node:module"]
  ])("refuses %s", (_, imports, value, message) => {
    expect(errorOf({ "stages/s.ts": USES(imports, value), "lib/empty.ts": "export {}\n" }).message).toContain(message)
  })

  it("says where no stage is defined", () => {
    project.write("stages/s.ts", stage("const d = {}\nexport const s = Stage.map(d)\n"))
    expect(() => project.stage("stages/s.ts", "s")).toThrow("not an object literal")
    const site = { file: project.path("stages/s.ts"), line: 1, column: 1 }
    expect(() => project.fingerprinter().stage(site)).toThrow("no call of a stage constructor")
  })

  it("lists the files that it read, with digests", () => {
    project.write("lib/f.ts", "export const f = 1\n")
    project.write("stages/s.ts", USES('import { f } from "../lib/f.ts"', "f"))
    const fingerprinter = project.fingerprinter()
    project.stage("stages/s.ts", "s", fingerprinter)
    expect([...fingerprinter.files().keys()].map((path) => path.slice(project.root.length + 1)).sort()).toEqual([
      "lib/f.ts",
      "stages/s.ts"
    ])
  })
})

describe("the authoring API", () => {
  it("is a boundary wherever it lies, and its inside never counts", () => {
    const first = apply({ "stages/s.ts": USES('import { keep } from "#sluice"', "keep") })
    expect(apply({ "src/index.ts": `${project.read("src/index.ts")}globalThis.marks = 1\n` })).toBe(first)
    expect(project.fingerprinter().stage(project.site("stages/s.ts", "s")).functions.apply!.effects).toEqual([])
  })

  it("may be an installed package", () => {
    project.write("node_modules/api/package.json", '{"name":"api","version":"1.0.0","exports":"./main.js"}')
    project.write("node_modules/api/main.js", "export const Stage = {}\n")
    project.edit("package.json", "./src/index.ts", "api")
    const first = apply({ "stages/s.ts": USES("", "1") })
    expect(apply({ "node_modules/api/package.json": '{"name":"api","version":"2.0.0","exports":"./main.js"}' })).toBe(
      first
    )
  })
})

describe("hashes tell apart", () => {
  const TABLES = {
    "lib/one.ts": 'export const table = new Map()\ntable.set("x", 1)\n',
    "lib/two.ts": "export const table = new Map()\n"
  }
  it("two objects that are written alike, one of which an effect fills", () => {
    const one = apply({
      ...TABLES,
      "stages/s.ts": USES('import { table } from "../lib/one.ts"\nimport "../lib/two.ts"', "table")
    })
    const two = apply({ "stages/s.ts": USES('import { table } from "../lib/two.ts"\nimport "../lib/one.ts"', "table") })
    expect(one).not.toBe(two)
  })

  it("one shared object and two alike", () => {
    const PAIR = {
      "lib/a.ts": "const seen = new Set()\nexport const add = (n) => seen.add(n)\n",
      "lib/b.ts": "const seen = new Set()\nexport const has = (n) => seen.has(n)\n"
    }
    const value = "add(row) && has(row)"
    const apart = apply({
      ...PAIR,
      "stages/s.ts": USES('import { add } from "../lib/a.ts"\nimport { has } from "../lib/b.ts"', value)
    })
    const shared = apply({
      "lib/a.ts":
        "const seen = new Set()\nexport const add = (n) => seen.add(n)\nexport const has = (n) => seen.has(n)\n",
      "stages/s.ts": USES('import { add, has } from "../lib/a.ts"', value)
    })
    expect(apart).not.toBe(shared)
  })

  it("a value read before and after an effect", () => {
    const file = (lines: string[]): string =>
      ["const list = []", ...lines, "export const f = () => copy", ""].join("\n")
    const uses = { "stages/s.ts": USES('import { f } from "../lib/f.ts"', "f()") }
    const before = apply({ ...uses, "lib/f.ts": file(["const copy = [...list]", "list.push(1)"]) })
    const after = apply({ ...uses, "lib/f.ts": file(["list.push(1)", "const copy = [...list]"]) })
    expect(before).not.toBe(after)
  })

  it("the names of one pattern", () => {
    const lib = { "lib/f.ts": "export const { a, b } = { a: 1, b: 2 }\n" }
    const a = apply({ ...lib, "stages/s.ts": USES('import { a as v } from "../lib/f.ts"', "v") })
    expect(apply({ "stages/s.ts": USES('import { b as v } from "../lib/f.ts"', "v") })).not.toBe(a)
  })

  it("two circles of functions, and leave one circle alone wherever it starts", () => {
    const circle = (even: string, odd: string): string =>
      `export const even = (n) => n === 0 ? ${even} : odd(n - 1)\nexport const odd = (n) => n === 0 ? ${odd} : even(n - 1)\n`
    const uses = { "stages/s.ts": USES('import { even } from "../lib/f.ts"', "even(row)") }
    const first = apply({ ...uses, "lib/f.ts": circle("true", "false") })
    expect(apply({ "lib/f.ts": circle("false", "true") })).not.toBe(first)
    expect(apply({ "lib/f.ts": circle("true", "false").split("\n").reverse().join("\n") })).toBe(first)
    expect(apply({ "stages/s.ts": USES('import { odd as even } from "../lib/f.ts"', "even(row)") })).not.toBe(first)
  })
})

describe("a namespace import", () => {
  const lib = { "lib/f.ts": "export const f = 1\nexport const g = 2\n" }
  it("counts by the members used, when all uses name one", () => {
    const first = apply({ ...lib, "stages/s.ts": USES('import * as n from "../lib/f.ts"', "n.f") })
    expect(apply({ "lib/f.ts": "export const f = 1\nexport const g = 3\n" })).toBe(first)
    expect(apply({ "lib/f.ts": "export const f = 2\nexport const g = 3\n" })).not.toBe(first)
  })
  it("counts as a whole otherwise", () => {
    const first = apply({ ...lib, "stages/s.ts": USES('import * as n from "../lib/f.ts"', "n[row]") })
    expect(apply({ "lib/f.ts": "export const f = 1\nexport const g = 3\n" })).not.toBe(first)
  })
})

describe("sentences", () => {
  function diffAfter(edit: () => void): string[] {
    const read = (): StageFingerprint => project.stage("stages/s.ts", "s")
    const before = read()
    edit()
    return diffRecords(before.functions.apply!, read().functions.apply!)
  }

  beforeEach(() => {
    project.write(
      "lib/f.ts",
      "export const LIMIT = 1\nexport function f(n: number) { return g(n) }\nfunction g(n: number) { return n }\n"
    )
    project.write("lib/e.ts", "globalThis.marks = 1\n")
    project.write("data/p.md", "hello")
    project.write(
      "stages/s.ts",
      USES(
        'import "../lib/e.ts"\nimport { f, LIMIT } from "../lib/f.ts"',
        'f(row) + LIMIT + String(new URL("../data/p.md", import.meta.url))'
      )
    )
  })

  it("name the function that changed and not those that use it", () => {
    expect(diffAfter(() => project.edit("lib/f.ts", "return n }", "return n + 1 }"))).toEqual([
      "changed function g in lib/f.ts"
    ])
  })
  it("name constants, assets and effects", () => {
    expect(diffAfter(() => project.edit("lib/f.ts", "LIMIT = 1", "LIMIT = 2"))).toEqual([
      "changed constant LIMIT in lib/f.ts"
    ])
    expect(diffAfter(() => project.write("data/p.md", "bye"))).toEqual(["asset data/p.md changed"])
    expect(diffAfter(() => project.edit("lib/e.ts", "1", "2"))).toEqual(["load-time effects of lib/e.ts changed"])
  })
  it("name an initialiser that acts once, and not as an effect too", () => {
    project.edit("lib/f.ts", "LIMIT = 1", "LIMIT = g(1)")
    expect(diffAfter(() => project.edit("lib/f.ts", "g(1)", "g(2)"))).toEqual(["changed constant LIMIT in lib/f.ts"])
  })
  it("name a stage's function and not the constant that holds it", () => {
    project.edit("stages/s.ts", "export const s", "export const other = () => s\nother().apply(0)\nexport const s")
    expect(diffAfter(() => project.edit("stages/s.ts", "f(row) +", "f(row) -"))).toEqual([
      "changed function s.apply in stages/s.ts"
    ])
  })
  it("do not add the constants that changed code reaches now", () => {
    project.append("lib/f.ts", "const MORE = 1")
    expect(diffAfter(() => project.edit("lib/f.ts", "return n }", "return n + MORE }"))).toEqual([
      "changed function g in lib/f.ts"
    ])
  })
  it("say nothing of what did not change", () => {
    expect(diffAfter(() => project.append("lib/f.ts", "// hi"))).toEqual([])
  })
  it("have words for declarations that were exchanged", () => {
    project.write("lib/g.ts", "export function f(n: number) { return n * 2 }\nexport const LIMIT = 9\n")
    const sentences = diffAfter(() => project.edit("stages/s.ts", "lib/f.ts", "lib/g.ts"))
    expect(sentences).toContain("added function f in lib/g.ts")
    expect(sentences).toContain("removed function f in lib/f.ts")
  })
})
