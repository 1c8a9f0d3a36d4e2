// The edit matrix by real runs, inputs, options, columns and programs: after each edit exactly these nodes run, and compute this many rows.
import { utimesSync } from "node:fs"
import { type EditCase, from, runEdits } from "./edited-cases.ts"

/** A row that is new and kept; the bucket of its group is gathered again. */
const NEW_ROW = {
  lines: 1,
  clean: 1,
  scored: 1,
  known: 1,
  prompted: 1,
  counted: 1,
  paired: 1,
  hashed: 1,
  tidied: 1,
  echoed: 1,
  words: 1,
  first: 1
}

const INPUTS: ReadonlyArray<EditCase> = [
  ["input file touched (mtime)", (p) => utimesSync(p.path("in/a.txt"), 1, 2), {}],
  [
    "input file edited (one row)",
    (p) => p.edit("in/a.txt", ["ash Birch", "ash alder"]),
    from("lines", { ...NEW_ROW, tally: 4 }),
    "made words tally"
  ],
  [
    "input file edited, its size and time kept",
    (p) => p.editUnseen("in/a.txt", "ash Birch", "ash alder"),
    from("lines", { ...NEW_ROW, tally: 4 }),
    "made words tally"
  ],
  [
    "input file edited (one row that is dropped)",
    (p) => p.edit("in/a.txt", ["a|elm\n", "a|oak\n"]),
    from("lines", { lines: 1, clean: 1, scored: 1 })
  ],
  [
    "input row inserted at the front",
    (p) => p.write("in/a.txt", `a|lime oak\n${p.read("in/a.txt")}`),
    from("lines", { ...NEW_ROW, tally: 5 }),
    "made words tally"
  ],
  [
    "input row removed",
    (p) => p.edit("in/b.txt", ["a|hazel ivy grow\n", ""]),
    from("lines", { tally: 3 }),
    "made words tally"
  ],
  ["input file renamed", (p) => p.move("in/b.txt", "in/bb.txt"), from("lines", { tally: 7 }), "made words"],
  [
    "input file renamed to the end",
    (p) => p.move("in/a.txt", "in/d.txt"),
    from("lines", { tally: 7 }),
    "made words tally"
  ],
  [
    "file added",
    (p) => p.write("in/d.txt", "a|larch maple\nc|olive tree\n"),
    from("lines", { ...NEW_ROW, lines: 2, clean: 2, scored: 2, known: 2, tabled: 1, first: 2, tally: 5 }),
    "made words tally"
  ],
  ["file removed", (p) => p.remove("in/b.txt"), from("lines", { tally: 5 }), "made words tally"]
]

const OPTIONS: ReadonlyArray<EditCase> = [
  [
    "option default changed",
    (p) => p.edit("stages/text.ts", ["opt(Schema.Int, 2)", "opt(Schema.Int, 3)"]),
    from("scored", { tally: 3 }),
    "made words tally"
  ],
  [
    "option set by hand",
    (p) => p.give({ sets: { "own.scored.minWords": "3" } }),
    from("scored", { tally: 3 }),
    "made words tally"
  ],
  [
    "option passed explicitly equal to its default",
    (p) => p.edit("pipeline.ts", ["scored()", "scored({ minWords: 2 })"]),
    {}
  ],
  ["option that changes nothing", (p) => p.edit("pipeline.ts", ["scored()", "scored({ most: 51 })"]), from("scored")],
  [
    "option of an expand",
    (p) => p.edit("pipeline.ts", ["words()", "words({ most: 2 })"]),
    from("words", { words: 7 }),
    "words"
  ],
  [
    "schema check of the library added",
    (p) => p.edit("pipeline.ts", ["text: Schema.String", "text: Schema.String.check(Schema.isMinLength(1))"]),
    from("lines", { lines: 11 })
  ],
  ["stage renamed", (p) => p.edit("stages/packages.ts", ["own.tidied", "own.neat"]), {}],
  ["filter renamed", (p) => p.edit("stages/text.ts", ["own.scored", "own.judged"]), {}],
  ["reason renamed", (p) => p.edit("stages/text.ts", ['"short"', '"brief"']), from("scored")],
  ["perf knob changed", (p) => p.edit("pipeline.ts", ["partitionBytes: 110", "partitionBytes: 50"]), {}],
  ["worker count changed", (p) => p.give({ workers: 2 }), {}],
  ["stage taken out", (p) => p.edit("pipeline.ts", ["counted(), ", ""]), from("paired"), "made"],
  ["stages swapped", (p) => p.edit("pipeline.ts", ["counted(), paired()", "paired(), counted()"]), from("counted")],
  ["output added", (p) => p.edit("pipeline.ts", ["{ made,", "{ read, made,"]), {}, "read"]
]

const addTone = (p: Parameters<EditCase[1]>[0]) =>
  p.edit(
    "stages/lists.ts",
    ["adds: { prompt: Schema.String }", "adds: { prompt: Schema.String, tone: Schema.String }"],
    ["text}` })", "text}`, tone: text.slice(0, 2) })"]
  )

const COLUMNS: ReadonlyArray<EditCase> = [
  ["column added upstream and not read", addTone, from("prompted", { prompted: 7 }), "made"],
  [
    "column added upstream and read",
    (p) => {
      addTone(p)
      p.edit(
        "stages/effects.ts",
        ["needs: {", "needs: { tone: Schema.String,"],
        ["({ group })", "({ group, tone })"],
        ["[...table]", "[...table, tone]"]
      )
    },
    from("prompted", { prompted: 7, tabled: 7 }),
    "made"
  ],
  [
    "column added by the source and not read",
    (p) => {
      p.edit("pipeline.ts", ["text: Schema.String }", "text: Schema.String, size: Schema.Int }"])
      p.edit("stages/lines.ts", ["return { group, text }", "return { group, text, size: text.length }"])
    },
    from("lines", { lines: 11, tally: 0 }),
    "made words"
  ],
  [
    "column needed more",
    (p) => p.edit("stages/packages.ts", ["needs: {", "needs: { group: Schema.String,"]),
    from("hashed", { hashed: 7, tidied: 7 })
  ]
]

const PROGRAM: ReadonlyArray<EditCase> = [
  ["no edit", () => {}, {}],
  ["async helper", (p) => p.edit("lib/later.ts", ["(await n) + 1", "(await n) + 2"]), { learned: 11 }, "report"],
  ["dynamic import literal", (p) => p.edit("lib/lazy.ts", ["n * 3", "n * 4"]), { learned: 11 }, "report"],
  ["effect behind a literal import()", (p) => p.append("lib/lazy.ts", "globalThis.marks = 3"), { learned: 11 }],
  [
    "dynamic import computed",
    (p) => p.edit("stages/learn.ts", ['"../lib/lazy.ts"', '"../lib/" + "lazy.ts"']),
    "SLUICE_CANNOT_FOLLOW"
  ],
  [
    "module edited during the program's run",
    (p) => {
      p.edit("lib/later.ts", ["(await n) + 1", "(await n) + 2"])
      p.editLater("lib/lazy.ts", "export const lazy = (n: number) => n * 5\n")
    },
    "SLUICE_CHANGED_DURING_RUN"
  ],
  ["program's input edited", (p) => p.edit("in/a.txt", ["a|elm\n", "a|oak\n"]), { lines: 1, learned: 11 }],
  ["code of stages elsewhere", (p) => p.edit("lib/plain.ts", ["/g,", "/gi,"]), {}]
]

runEdits({ "edits of inputs": INPUTS, "edits of options": OPTIONS, "edits of columns": COLUMNS })
runEdits({ "edits around a program": PROGRAM }, { file: "program.ts" })
