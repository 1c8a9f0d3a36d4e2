// Edits of what a pipeline loads outside the modules of a stage: those run again that could notice, and no others.
import { type EditCase, from, runEdits } from "./edited-cases.ts"
import { editedFiles } from "./edited-files.ts"

/** Everything but the source, whose stage is read by its own file and which is not asked for values here. */
const everything = from("lines", {
  lines: 11,
  clean: 11,
  scored: 11,
  known: 9,
  prompted: 7,
  counted: 7,
  paired: 7,
  hashed: 7,
  tidied: 7,
  tabled: 7,
  echoed: 7,
  words: 7,
  first: 22,
  tally: 7
})

const GLOBALS: ReadonlyArray<EditCase> = [
  [
    "a global set by its name, which another module sets after it",
    (p) => p.edit("lib/lonely.ts", ["other = 5", "other = 6"]),
    from("paired", { paired: 7 })
  ],
  [
    "a global set by its name",
    (p) => p.edit("lib/again.ts", ["other = 7", "other = 8"]),
    from("paired", { paired: 7 }),
    "made"
  ],
  [
    "the order in which two modules set it",
    (p) => p.edit("pipeline.ts", ['"./lib/lonely.ts"', '"./lib/again.ts"'], ['"./lib/again.ts"', '"./lib/lonely.ts"']),
    from("paired", { paired: 7 }),
    "made"
  ],
  [
    "a global set by a function that a module calls",
    (p) => p.edit("lib/give.ts", ["value + 1", "value + 2"]),
    from("paired", { paired: 7 }),
    "made"
  ],
  ["a global that no stage reads", (p) => p.edit("lib/lonely.ts", ["unread = 1", "unread = 2"]), {}],
  ["an effect that touches nothing", (p) => p.edit("lib/lonely.ts", ["hello", "good-bye"]), {}],
  ["a global set from the clock", (p) => p.edit("lib/again.ts", ["= 7", "= Date.now()"]), "SLUICE_IMPURE"],
  [
    "state filled by code that reads the environment, which may only look at it",
    (p) => p.edit("lib/lonely.ts", ['put("a")', 'put(process.pid > 0 ? "a" : "b")']),
    from("paired", { paired: 7 })
  ],
  [
    "state of a module that a function fills",
    (p) => p.edit("lib/lonely.ts", ['put("a")', 'put("b")']),
    from("paired", { paired: 7 }),
    "made"
  ]
]

const BUILT_IN: ReadonlyArray<EditCase> = [
  ["a method of String replaced", (p) => p.edit("lib/patch.ts", ["+ 5", "+ 6"]), everything, "made"],
  ["a method defined by Object.defineProperty", (p) => p.edit("lib/patch.ts", ["=> 1", "=> 2"]), everything, "made"]
]

const reading = editedFiles["stages/pairs.ts"]!.replace(
  "end(text)",
  "end(text), globalThis.other, globalThis.given, ...bag.held"
).replace("\nexport", '\nimport { bag } from "../lib/bag.ts"\n\nexport')

runEdits(
  { "globals and state": GLOBALS },
  {
    files: {
      "lib/bag.ts":
        "export const bag = { held: [] as Array<string> }\nexport const put = (one: string) => bag.held.push(one)\n",
      "lib/give.ts": "export const give = (value: number) => { globalThis.given = value + 1 }\n",
      "lib/again.ts": "globalThis.other = 7\n",
      "lib/lonely.ts":
        'import { put } from "./bag.ts"\nimport { give } from "./give.ts"\nglobalThis.other = 5\nglobalThis.unread = 1\ngive(3)\nput("a")\nString("hello").trim()\n',
      "pipeline.ts": `import "./lib/lonely.ts"\nimport "./lib/again.ts"\n${editedFiles["pipeline.ts"]}`,
      "stages/pairs.ts": reading
    }
  }
)

runEdits(
  { "what is built in": BUILT_IN },
  {
    files: {
      "lib/patch.ts":
        'String.prototype.trimEnd = function () { return String(this.length + 5) }\nObject.defineProperty(Array.prototype, "own", { value: () => 1, configurable: true })\n',
      "pipeline.ts": `import "./lib/patch.ts"\n${editedFiles["pipeline.ts"]}`,
      "stages/pairs.ts": editedFiles["stages/pairs.ts"]!.replace("end(text)", "end(text), text.trimEnd(), [].own()")
    }
  }
)
