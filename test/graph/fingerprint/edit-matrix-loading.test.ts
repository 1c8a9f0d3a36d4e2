// The edit matrix, what loading does and what is refused: one edit each, and exactly the functions of stages that it changes, or the error it ends in.
import { type EditCase, runMatrix } from "./matrix-project.ts"
import type { TempProject } from "./temp-project.ts"

const IMPURE = "SLUICE_IMPURE"
const CANNOT_FOLLOW = "SLUICE_CANNOT_FOLLOW"
const ALL_A_B = ["a.data", "a.decide", "a.measure", "b.apply", "b.data"]
const both = (code: string): string[] => [`a ${code}`, `b ${code}`]

function shoutReturns(project: TempProject, expression: string): void {
  project.write("lib/shout.ts", `export function shout(text: string): string {\n  return String(${expression})\n}\n`)
}

const PACKAGES: ReadonlyArray<EditCase> = [
  ["another export under one alias", (p) => p.edit("stages/packages.ts", "md5 as", "sha as"), ["f.apply"]],
  [
    "a package's version in the lockfile",
    (p) =>
      p.edit(
        "package-lock.json",
        '"version": "1.0.0",\n   "integrity": "sha512-alpha1"',
        '"version": "1.1.0",\n   "integrity": "sha512-alpha2"'
      ),
    ["f.apply", "f.data", "g.apply", "g.data"]
  ],
  [
    "a transitive version",
    (p) => p.edit("package-lock.json", "sha512-beta1", "sha512-beta2"),
    ["f.apply", "f.data", "g.apply", "g.data"]
  ],
  [
    "a package patched in place",
    (p) => p.append("node_modules/alpha/main.js", "export const more = 1"),
    ["f.apply", "f.data", "g.apply", "g.data"]
  ],
  [
    "a transitive package patched in place",
    (p) => p.append("node_modules/beta/main.js", "export const more = 1"),
    ["f.apply", "f.data", "g.apply", "g.data"]
  ],
  [
    "a declaration file of a package",
    (p) => p.write("node_modules/alpha/main.d.ts", "export declare const md5: 1"),
    []
  ],
  ["a linked package", (p) => p.edit("packages/linked/trim.ts", "t.trim()", "t.trimEnd()"), ["g.apply"]],
  ["a comment in a linked package", (p) => p.append("packages/linked/trim.ts", "// hi"), []]
]

const LOADING: ReadonlyArray<EditCase> = [
  ["an effect added to a loaded module", (p) => p.append("lib/shout.ts", "globalThis.marks = 1"), ALL_A_B],
  ["an effect edited", (p) => p.edit("lib/first.ts", "1", "5"), ["k.apply", "k.data", "p.data", "p.run"]],
  [
    "two statements swapped",
    (p) =>
      p.write("lib/table.ts", p.read("lib/table.ts").replace('table.set("x", 1)\n', "").concat('table.set("x", 1)\n')),
    ["k.apply", "k.data", "p.data", "p.run"]
  ],
  [
    "two modules with effects swapped",
    (p) =>
      p.write(
        "lib/table.ts",
        p.read("lib/table.ts").replace("first", "x").replace("second", "first").replace("x.ts", "second.ts")
      ),
    ["k.apply", "k.data", "p.data", "p.run"]
  ],
  [
    "a module with effects imported for them",
    (p) => p.edit("lib/share.ts", "const STOP", 'import "./first.ts"\nconst STOP'),
    ALL_A_B
  ],
  ["an unread initialiser with a call", (p) => p.append("lib/shout.ts", 'const unread = shout("x")'), ALL_A_B],
  [
    "a class with a static block",
    (p) => p.append("lib/shout.ts", "class Box { static { globalThis.marks = 4 } }"),
    ALL_A_B
  ],
  ["an effect in a default export", (p) => p.append("lib/shout.ts", 'export default shout("y")'), ALL_A_B]
]

const ERRORS: ReadonlyArray<EditCase> = [
  [
    "env read at the top of a module",
    (p) => p.append("lib/share.ts", "export const HOME = process.env.HOME"),
    both(IMPURE)
  ],
  [
    "env read in a row function",
    (p) => p.edit("stages/text.ts", "local * LIMIT", "local * Number(process.env.LIMIT)"),
    [`a ${IMPURE}`]
  ],
  [
    "env read in a helper",
    (p) => p.edit("lib/normal.ts", "text.toLowerCase()", "(process.env.X ?? text)"),
    [`a ${IMPURE}`]
  ],
  ["the clock in a row function", (p) => shoutReturns(p, "new Date().getTime()"), [`b ${IMPURE}`]],
  ["randomness in a row function", (p) => shoutReturns(p, "Math.random()"), [`b ${IMPURE}`]],
  ["a random function taken from Math", (p) => shoutReturns(p, "(({ random } = Math) => random())()"), [`b ${IMPURE}`]],
  [
    "randomness of node:crypto",
    (p) =>
      p.write(
        "lib/shout.ts",
        'import crypto from "node:crypto"\nexport const shout = (t: string) => t + crypto.randomUUID()'
      ),
    [`b ${IMPURE}`]
  ],
  [
    "a hash of node:crypto",
    (p) =>
      p.write(
        "lib/shout.ts",
        'import { createHash } from "node:crypto"\nexport const shout = (t: string) => createHash("md5").update(t).digest("hex")'
      ),
    ["b.apply"]
  ],
  ["the network in a row function", (p) => shoutReturns(p, "fetch(text)"), [`b ${IMPURE}`]],
  [
    "readFileSync of a path",
    (p) =>
      p.edit(
        "stages/files.ts",
        'readFileSync(new URL("../data/prompt.md", import.meta.url), "utf8")',
        'readFileSync("data/prompt.md", "utf8")'
      ),
    [`d ${IMPURE}`, `e ${IMPURE}`]
  ],
  [
    "an asset by a computed path",
    (p) => p.edit("stages/files.ts", '"../data/prompt.md"', '"../data/" + "prompt.md"'),
    [`d ${IMPURE}`, `e ${IMPURE}`]
  ],
  ["an asset that is not there", (p) => p.edit("stages/files.ts", "prompt.md", "none.md"), [`e ${CANNOT_FOLLOW}`]],
  [
    "a computed import()",
    (p) => p.edit("stages/kinds.ts", 'import("../lib/lazy.ts")', 'import("../lib/" + "lazy.ts")'),
    [`j ${CANNOT_FOLLOW}`]
  ],
  ["eval", (p) => shoutReturns(p, "eval(text)"), [`b ${CANNOT_FOLLOW}`]],
  ["the Function constructor", (p) => shoutReturns(p, "new Function(text)()"), [`b ${CANNOT_FOLLOW}`]],
  [
    "a top-level let assigned elsewhere",
    (p) =>
      p.edit("lib/limits.ts", "export const LIMIT = 3", "export let LIMIT = 3\nexport const raise = () => { LIMIT++ }"),
    [`a ${CANNOT_FOLLOW}`]
  ],
  [
    "a top-level let never assigned",
    (p) => p.edit("lib/limits.ts", "export const LIMIT = 3", "export let LIMIT = 3"),
    ["a.measure"]
  ],
  [
    "another module's object changed at load",
    (p) => p.edit("lib/share.ts", "const STOP", 'import { table } from "./table.ts"\ntable.set("y", 1)\nconst STOP'),
    both(CANNOT_FOLLOW)
  ],
  [
    "another module's object assigned to",
    (p) =>
      p.edit(
        "lib/share.ts",
        "const STOP",
        'import { Mode } from "./counter.ts"\nObject.assign(Mode, { fast: 3 })\nconst STOP'
      ),
    both(CANNOT_FOLLOW)
  ],
  [
    "a stage made in a factory",
    (p) =>
      p.write(
        "stages/text.ts",
        'import { Stage } from "#sluice"\nexport const make = (n: number) => {\n  const a = Stage.map({ name: "a", apply: () => ({ n }) })\n  return a\n}'
      ),
    ["a SLUICE_STAGE_NOT_TOP_LEVEL"]
  ],
  [
    "a stage made in a loop",
    (p) =>
      p.write(
        "stages/text.ts",
        'import { Stage } from "#sluice"\nfor (const n of [1, 2]) {\n  const a = Stage.map({ name: "a", apply: () => ({ n }) })\n}'
      ),
    ["a SLUICE_STAGE_NOT_TOP_LEVEL"]
  ],
  [
    "a spread in a definition",
    (p) => p.edit("stages/text.ts", 'name: "a",', '...{ name: "a" },'),
    [`a ${CANNOT_FOLLOW}`]
  ],
  [
    "this in a stage's method",
    (p) =>
      p.write(
        "stages/text.ts",
        p
          .read("stages/text.ts")
          .replace("apply: (row: { text: string }) => (", "apply(row: { text: string }) { return (this.name, ")
          .replace("shout(row.text) }) })", "shout(row.text) }) } })")
      ),
    [`b ${CANNOT_FOLLOW}`]
  ]
]

runMatrix("edits of packages", PACKAGES)
runMatrix("edits of what loading does", LOADING)
runMatrix("edits that end in an error", ERRORS)
