// The edit matrix by real runs, packages, what loading does, and what is refused: rows computed, or an error and no new ref.
import { type EditCase, from, runEdits } from "./edited-cases.ts"

const PACKAGES: ReadonlyArray<EditCase> = [
  [
    "npm version bumped",
    (p) => p.install("alpha", "1.1.0", "export const md5 = (t) => 'c' + t.length\nexport const sha = (t) => t\n"),
    from("hashed", { hashed: 7, tidied: 7 }),
    "made"
  ],
  [
    "transitive npm version bumped",
    (p) => p.install("beta", "1.1.0", 'export const salt = "c"\n'),
    from("hashed", { hashed: 7, tidied: 7 }),
    "made"
  ],
  ["unrelated npm version bumped", (p) => p.install("gamma", "1.1.0", "export const gamma = 2\n"), {}],
  [
    "npm package patched",
    (p) => p.edit("node_modules/alpha/main.js", ["+ t.length", "+ (t.length + 1)"]),
    from("hashed", { hashed: 7, tidied: 7 }),
    "made"
  ],
  [
    "package below patched in place",
    (p) => p.edit("node_modules/beta/main.js", ['"b"', '"d"']),
    from("hashed", { hashed: 7, tidied: 7 }),
    "made"
  ],
  ["declaration file of a package", (p) => p.write("node_modules/alpha/main.d.ts", "export declare const md5: 1"), {}],
  [
    "npm export swapped under one alias",
    (p) => p.edit("stages/packages.ts", ["md5 as", "sha as"]),
    from("hashed", { hashed: 7 }),
    "made"
  ],
  [
    "which file an import map names",
    (p) => {
      p.write(
        "other/index.ts",
        'export * from "../lib/share.ts"\nexport const plain = (text: string) => text.replace(/[^a-z ]/gi, "")\n'
      )
      p.edit("package.json", ['"./lib/*"', '"./other/*"'])
    },
    from("clean", {
      clean: 11,
      scored: 1,
      known: 1,
      prompted: 1,
      counted: 1,
      paired: 1,
      hashed: 1,
      tidied: 1,
      echoed: 7,
      words: 1,
      first: 1,
      tally: 4
    }),
    "made words tally"
  ],
  [
    "linked workspace package edited",
    (p) => p.edit("packages/linked/trim.ts", ['"e"', '"o"']),
    from("tidied", { tidied: 7 }),
    "made"
  ],
  ["comment in a linked package", (p) => p.append("packages/linked/trim.ts", "// hi"), {}]
]

const LOADING: ReadonlyArray<EditCase> = [
  [
    "effect added to a loaded module",
    (p) => p.append("lib/plain.ts", "globalThis.marks = 1"),
    from("clean", { clean: 11, scored: 11, tabled: 7, echoed: 7 })
  ],
  ["effect edited", (p) => p.edit("lib/marks-two.ts", ["2", "5"]), from("tabled", { tabled: 7 }), "made"],
  [
    "order of two effects swapped",
    (p) => p.edit("lib/table.ts", ["one.ts", "two.ts"], ["two.ts", "one.ts"]),
    from("tabled", { tabled: 7 }),
    "made"
  ],
  [
    "unread initialiser with a call",
    (p) => p.append("lib/plain.ts", 'const unread = plain("x")'),
    from("clean", { clean: 11, scored: 11, echoed: 7 })
  ],
  [
    "pure constant added",
    (p) => p.append("lib/plain.ts", "export const LETTERS = Object.freeze({ a: new Set([1]) })"),
    {}
  ]
]

const UNSEEN: ReadonlyArray<EditCase> = [
  ["helper", (p) => p.editUnseen("lib/steps.ts", "n * 2", "n * 3"), from("paired", { paired: 7 }), "made"],
  [
    "prompt .md",
    (p) => p.editUnseen("data/prompt.md", "briefly", "at once"),
    from("prompted", { prompted: 7 }),
    "made"
  ],
  [
    "npm package",
    (p) => p.editUnseen("node_modules/beta/main.js", '"b"', '"d"'),
    from("hashed", { hashed: 7, tidied: 7 }),
    "made"
  ]
]

const ERRORS: ReadonlyArray<EditCase> = [
  [
    "schema check added",
    (p) =>
      p.edit("pipeline.ts", [
        "text: Schema.String",
        "text: Schema.String.check(Schema.makeFilter((t) => t.length > 3))"
      ]),
    "SLUICE_SCHEMA"
  ],
  [
    "prompt read by readFileSync",
    (p) =>
      p.edit("stages/lists.ts", [
        'new URL("../data/prompt.md", import.meta.url)',
        JSON.stringify(p.path("data/prompt.md"))
      ]),
    "SLUICE_IMPURE"
  ],
  ["env read at top level", (p) => p.append("lib/share.ts", "export const HOME = process.env.HOME"), "SLUICE_IMPURE"],
  [
    "process.env read in a row function",
    (p) => p.edit("stages/text.ts", ["local * SCALE", "local * Number(process.env.SCALE ?? 1)"]),
    "SLUICE_IMPURE"
  ],
  ["clock read in a helper", (p) => p.edit("lib/left.ts", ["n + 1", "n + Date.now()"]), "SLUICE_IMPURE"],
  [
    "Map kept between rows",
    (p) => {
      p.edit("lib/left.ts", [
        "export const pick = (n: number) => n + 1",
        "const seen = new Map<number, number>()\nexport const pick = (n: number) => seen.set(n, n).size"
      ])
    },
    "SLUICE_NOT_ROW_LOCAL"
  ],
  [
    "lastIndex kept between rows",
    (p) =>
      p.edit("lib/ends.ts", [
        "export const head = (text: string) => text.slice(0, 1)",
        "const LETTER = /[aeiou]/g\nexport const head = (text: string) => String(LETTER.test(text)) + LETTER.lastIndex"
      ]),
    "SLUICE_NOT_ROW_LOCAL"
  ],
  [
    "top-level let reassigned",
    (p) => p.write("lib/limits.ts", "export let SCALE = 100\nexport const raise = () => { SCALE++ }\n"),
    "SLUICE_CANNOT_FOLLOW"
  ],
  [
    "stage made in a factory",
    (p) =>
      p.write(
        "stages/classes.ts",
        p
          .read("stages/classes.ts")
          .replace("export const counted = Stage", "const make = () => Stage")
          .concat("export const counted = make()\n")
      ),
    "SLUICE_STAGE_NOT_TOP_LEVEL"
  ],
  ["eval", (p) => p.edit("lib/left.ts", ["n + 1", 'n + eval("1")']), "SLUICE_CANNOT_FOLLOW"]
]

const DURING: ReadonlyArray<EditCase> = [
  [
    "module edited during the run",
    (p) => {
      p.edit("lib/steps.ts", ["n * 2", "n * 3"])
      p.editLater("lib/left.ts", "export const pick = (n: number) => n + 7\n")
    },
    "SLUICE_CHANGED_DURING_RUN"
  ],
  [
    "JSON import edited during the run",
    (p) => {
      p.edit("lib/steps.ts", ["n * 2", "n * 3"])
      p.editLater("data/names.json", '["a"]')
    },
    "SLUICE_CHANGED_DURING_RUN"
  ],
  [
    "prompt .md edited during the run",
    (p) => {
      p.edit("stages/lists.ts", ["}: ${", "}; ${"])
      p.editLater("data/prompt.md", "Answer slowly")
    },
    "SLUICE_CHANGED_DURING_RUN"
  ],
  [
    "npm package patched during the run",
    (p) => {
      p.edit("stages/packages.ts", ["digest(text)", "digest(text) + '!'"])
      p.editLater(
        "node_modules/alpha/main.js",
        "export const md5 = (t) => 'q' + t.length\nexport const sha = (t) => t\n"
      )
    },
    "SLUICE_CHANGED_DURING_RUN"
  ]
]

runEdits({
  "edits during a run": DURING,
  "edits of packages": PACKAGES,
  "edits of what loading does": LOADING,
  "edits that keep a file's size and time": UNSEEN,
  "edits that end in an error": ERRORS
})
