// The edit matrix, source: one edit each, and exactly the functions of stages that it changes.
import { expect, it } from "vitest"
import { type EditCase, makeMatrixProject, runMatrix, STAGE_FILES } from "./matrix-project.ts"
import { changesBetween } from "./temp-project.ts"

const NOTHING: ReadonlyArray<EditCase> = [
  ["a comment", (p) => p.edit("lib/share.ts", "const words", "/* hi */ const words // there\n"), []],
  ["formatting", (p) => p.edit("lib/share.ts", "text: string, floor = 0", "text: string,\n\n   floor = 0"), []],
  ["quotes and semicolons", (p) => p.edit("lib/share.ts", 'split(" ")', "split(' ');"), []],
  ["a quoted key", (p) => p.edit("stages/text.ts", "score:", '"score":'), []],
  ["a shorthand property", (p) => p.edit("stages/text.ts", "{ text }: { text", "{ text: text }: { text"), []],
  ["a type annotation", (p) => p.edit("lib/share.ts", "): number {", ") {"), []],
  ["an interface", (p) => p.append("lib/share.ts", "export interface Shape { readonly n: number }"), []],
  [
    "an overload",
    (p) =>
      p.edit(
        "lib/share.ts",
        "export function share(text: string, f",
        "export function share(text: string): number\nexport function share(text: string, f"
      ),
    []
  ],
  ["a cast", (p) => p.edit("lib/share.ts", "normal(text)", "(normal(text as string) satisfies string)!"), []],
  [
    "a type-only import",
    (p) => p.edit("lib/share.ts", "const STOP", 'import type { Limit } from "./limits.ts"\nconst STOP'),
    []
  ],
  ["a type behind a type-only import", (p) => p.edit("lib/limits.ts", "Limit = number", "Limit = string"), []],
  ["a local variable renamed", (p) => p.edit("stages/text.ts", "local", "renamed"), []],
  [
    "a destructured local renamed",
    (p) =>
      p.write(
        "stages/text.ts",
        p.read("stages/text.ts").replace("({ text }:", "({ text: t }:").replace("share(text)", "share(t)")
      ),
    []
  ],
  [
    "a parameter renamed throughout",
    (p) => p.edit("lib/share.ts", "(word) => STOP.has(word)", "(t) => STOP.has(t)"),
    []
  ],
  ["an unused helper", (p) => p.edit("lib/share.ts", "x + 1", "x + 2"), []],
  ["a constant nobody uses", (p) => p.edit("lib/limits.ts", "OTHER = 4", "OTHER = 5"), []],
  [
    "imports reordered",
    (p) =>
      p.edit(
        "stages/text.ts",
        '{ share, shout } from "#lib/index.ts"\nimport { LIMIT } from "../lib/limits.ts"',
        '{ LIMIT } from "../lib/limits.ts"\nimport { shout, share } from "#lib/index.ts"'
      ),
    []
  ],
  [
    "an import renamed with its uses",
    (p) =>
      p.write(
        "stages/text.ts",
        p.read("stages/text.ts").replace("{ LIMIT }", "{ LIMIT as MOST }").replace("* LIMIT", "* MOST")
      ),
    []
  ],
  ["declarations reordered", (p) => p.write("lib/limits.ts", "export const OTHER = 4\nexport const LIMIT = 3\n"), []],
  [
    "a file renamed with its imports",
    (p) => {
      p.move("lib/normal.ts", "lib/deep/plain.ts")
      p.edit("lib/share.ts", "./normal.ts", "./deep/plain.ts")
    },
    []
  ],
  [
    "a helper moved to another module",
    (p) => {
      p.append("lib/limits.ts", p.read("lib/normal.ts"))
      p.write("lib/normal.ts", 'export { normal } from "./limits.ts"')
    },
    []
  ],
  [
    "a re-export inserted",
    (p) => {
      p.write("lib/door.ts", 'export { shout as say } from "./shout.ts"')
      p.edit("lib/index.ts", '{ shout } from "./shout.ts"', '{ say as shout } from "./door.ts"')
    },
    []
  ],
  [
    "export * inserted",
    (p) => {
      p.write("lib/door.ts", 'export * from "./shout.ts"')
      p.edit("lib/index.ts", '{ shout } from "./shout.ts"', '* from "./door.ts"')
    },
    []
  ],
  [
    "a namespace import of the same",
    (p) => {
      p.write(
        "lib/share.ts",
        p.read("lib/share.ts").replace("{ normal }", "* as n").replace("normal(text)", "n.normal(text)")
      )
    },
    ["a.measure"]
  ],
  ["an unrelated package's version", (p) => p.edit("package-lock.json", "gamma1", "gamma2"), []],
  ["an effect in a module nobody loads", (p) => p.append("lib/lonely.ts", "globalThis.marks = 9"), []],
  [
    "a pure constant added to a loaded module",
    (p) => p.append("lib/shout.ts", "export const WORDS = Object.freeze({ a: new Set([1]), b: /x/g })"),
    []
  ],
  [
    "a pure class added to a loaded module",
    (p) => p.append("lib/shout.ts", "export class Box { static size = 2; open() { return Math.floor(2.5) } }"),
    []
  ],
  ["an input touched", (p) => p.write("data/names.json", p.read("data/names.json")), []]
]

const SOURCE: ReadonlyArray<EditCase> = [
  ["a used helper", (p) => p.edit("lib/share.ts", "/ words", "* words"), ["a.measure"]],
  [
    "a helper of a helper in a third module",
    (p) => p.edit("lib/normal.ts", "toLowerCase", "toUpperCase"),
    ["a.measure"]
  ],
  ["a constant", (p) => p.edit("lib/limits.ts", "LIMIT = 3", "LIMIT = 4"), ["a.measure"]],
  ["a default parameter", (p) => p.edit("lib/share.ts", "floor = 0", "floor = 1"), ["a.measure"]],
  ["a regular expression's flag", (p) => p.edit("lib/normal.ts", "/g,", "/gi,"), ["a.measure"]],
  ["a template literal", (p) => p.edit("lib/shout.ts", "}!`", "}?`"), ["b.apply"]],
  ["a word in a set", (p) => p.edit("lib/share.ts", '"of"', '"off"'), ["a.measure"]],
  ["object key order", (p) => p.edit("lib/counter.ts", "fast: 1, slow: 2", "slow: 2, fast: 1"), ["c.apply"]],
  ["an enum-like constant", (p) => p.edit("lib/counter.ts", "fast: 1", "fast: 9"), ["c.apply"]],
  ["a method", (p) => p.edit("lib/counter.ts", "+= by", "-= by"), ["c.apply"]],
  ["a static field", (p) => p.edit("lib/counter.ts", "first = 7", "first = 8"), ["c.apply"]],
  ["a getter", (p) => p.edit("lib/counter.ts", "return this.#n }", "return this.#n + 1 }"), ["c.apply"]],
  ["an async helper", (p) => p.edit("lib/kinds.ts", "(await n) + 1", "(await n) + 2"), ["h.apply"]],
  ["await taken away", (p) => p.edit("lib/kinds.ts", "(await n) + 1", "n + 1"), ["h.apply"]],
  ["a generator", (p) => p.edit("lib/kinds.ts", "yield n * 2", "yield n * 3"), ["h.apply"]],
  [
    "a name shadowed",
    (p) => p.edit("stages/text.ts", "const local = share(text)", "const LIMIT = 9\n    const local = share(text)"),
    ["a.measure"]
  ],
  [
    "a name shadowed by a parameter",
    (p) => p.edit("lib/share.ts", "floor = 0", "floor = 0, STOP = new Set([text])"),
    ["a.measure"]
  ],
  ["one of two stages in a file", (p) => p.edit("stages/text.ts", "loud:", "louder:"), ["b.apply"]],
  ["decide", (p) => p.edit("stages/text.ts", "m.score >", "m.score >="), ["a.decide"]],
  ["measure", (p) => p.edit("stages/text.ts", "local * LIMIT", "local / LIMIT"), ["a.measure"]],
  ["an option's default", (p) => p.edit("stages/text.ts", '"number", 3', '"number", 4'), ["a.data"]],
  [
    "a column needed",
    (p) => p.edit("stages/text.ts", '{ text: "string" }', '{ text: "string", title: "string" }'),
    ["a.data"]
  ],
  ["a stage renamed", (p) => p.edit("stages/text.ts", 'name: "a"', 'name: "aa"'), ["a.data"]],
  [
    "two import aliases swapped",
    (p) => p.edit("stages/text.ts", "{ share, shout }", "{ shout as share, share as shout }"),
    ["a.measure", "b.apply"]
  ],
  [
    "same-named helpers of two modules swapped",
    (p) =>
      p.write(
        "stages/kinds.ts",
        p.read("stages/kinds.ts").replace("left.ts", "x.ts").replace("right.ts", "left.ts").replace("x.ts", "right.ts")
      ),
    ["i.apply"]
  ],
  [
    "bodies of two same-named helpers swapped",
    (p) => {
      const left = p.read("lib/left.ts")
      p.write("lib/left.ts", p.read("lib/right.ts"))
      p.write("lib/right.ts", left)
    },
    ["i.apply"]
  ],
  [
    "JSON imports swapped",
    (p) =>
      p.write(
        "stages/files.ts",
        p
          .read("stages/files.ts")
          .replace("names.json", "x")
          .replace("towns.json", "names.json")
          .replace('x"', 'towns.json"')
      ),
    ["d.apply"]
  ],
  ["a JSON import", (p) => p.edit("data/names.json", "bob", "rob"), ["d.apply"]],
  ["a prompt in a file", (p) => p.edit("data/prompt.md", "briefly", "at length"), ["e.apply"]],
  ["a word list in a file", (p) => p.edit("data/stop.txt", "of", "off"), ["e.apply"]],
  ["a module behind a literal import()", (p) => p.edit("lib/lazy.ts", "n * 3", "n * 4"), ["j.apply"]],
  ["an effect behind a literal import()", (p) => p.append("lib/lazy.ts", "globalThis.marks = 3"), ["j.apply"]],
  ["a program's code", (p) => p.edit("stages/effects.ts", "Date.now()", "2 * Date.now()"), ["p.run"]]
]

runMatrix("edits that change nothing", NOTHING)
runMatrix("edits of source", SOURCE)

it("follows a row function that calls another stage's function", () => {
  const project = makeMatrixProject()
  project.edit("stages/text.ts", "shout(row.text)", "shout(row.text) + a.decide({ score: 1 }, { min: 2 })")
  const before = project.hashes(STAGE_FILES)
  project.edit("stages/text.ts", "m.score >", "m.score <")
  expect(changesBetween(before, project.hashes(STAGE_FILES))).toEqual(["a.decide", "b.apply"])
  project.remove()
})
