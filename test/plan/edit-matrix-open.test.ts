// Edits after which a run gives what the code no longer says: each case states what ought to happen and does not yet.
import { type EditCase, from, runEdits } from "./edited-cases.ts"
import { editedFiles } from "./edited-files.ts"

const ELSEWHERE: ReadonlyArray<EditCase> = [
  [
    "a global that a module of another stage sets",
    (p) => p.edit("lib/lonely.ts", ["other = 5", "other = 6"]),
    from("paired", { paired: 7 }),
    "made"
  ],
  [
    "a method of String that a module of another stage replaces",
    (p) => p.edit("lib/lonely.ts", ["length + 5", "length + 6"]),
    from("paired", { paired: 7 }),
    "made"
  ]
]

runEdits(
  { "effects of modules that a stage's module does not load": ELSEWHERE },
  {
    open: true,
    files: {
      "lib/lonely.ts":
        "globalThis.other = 5\nString.prototype.trimEnd = function () { return String(this.length + 5) }\n",
      "pipeline.ts": `import "./lib/lonely.ts"\n${editedFiles["pipeline.ts"]}`,
      "stages/pairs.ts": editedFiles["stages/pairs.ts"]!.replace(
        "end(text)",
        "end(text), globalThis.other, text.trimEnd()"
      )
    }
  }
)
