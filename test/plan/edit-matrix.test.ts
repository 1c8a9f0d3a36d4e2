// The edit matrix by real runs, source: after each edit exactly these nodes run, and compute this many rows.
import { type EditCase, from, runEdits } from "./edited-cases.ts"

/** Below a row that is another and still kept. */
const ROW_BELOW = { prompted: 1, counted: 1, paired: 1, hashed: 1, tidied: 1, echoed: 1, words: 1, first: 1 }
const EDITED_ROW = { scored: 1, known: 1, ...ROW_BELOW }

/** The filter decides on its nine rows anew, and lets in a row of four words whose group shares a bucket with another. */
const OTHER_GROUP = { ...ROW_BELOW, known: 9, tabled: 1, first: 4, tally: 5 }

const NOTHING: ReadonlyArray<EditCase> = [
  ["comment", (p) => p.edit("lib/share.ts", ["const words", "/* hi */ const words // there\n"]), {}],
  ["formatting", (p) => p.edit("lib/share.ts", ["text: string, floor = 0", "text: string,\n\n   floor = 0"]), {}],
  ["type annotation", (p) => p.edit("lib/share.ts", ["): number {", ") {"]), {}],
  ["local variable renamed", (p) => p.edit("stages/text.ts", ["local", "renamed"]), {}],
  ["unused helper changed", (p) => p.edit("lib/share.ts", ["x + 1", "x + 2"]), {}],
  ["constant nobody uses", (p) => p.edit("lib/limits.ts", ["OTHER = 4", "OTHER = 5"]), {}],
  [
    "import reordered",
    (p) => {
      const scale = 'import { SCALE } from "../lib/limits.ts"\n'
      const words = 'import { wordsOf } from "../lib/words.ts"\n'
      p.edit("stages/text.ts", [scale + words, words + scale], ["{ plain, share }", "{ share, plain }"])
    },
    {}
  ],
  [
    "file renamed with its imports",
    (p) => {
      p.move("lib/words.ts", "lib/deep/split.ts")
      for (const file of ["lib/share.ts", "stages/text.ts", "stages/lists.ts", "stages/words.ts"])
        p.edit(file, ["/words.ts", "/deep/split.ts"])
    },
    {}
  ],
  [
    "file of stages renamed with its imports",
    (p) => {
      p.move("stages/classes.ts", "stages/counts.ts")
      p.edit("pipeline.ts", ["classes.ts", "counts.ts"])
    },
    {}
  ],
  [
    "helper moved to another module unchanged",
    (p) => {
      p.append("lib/limits.ts", p.read("lib/plain.ts"))
      p.write("lib/plain.ts", 'export { plain } from "./limits.ts"')
    },
    {}
  ],
  [
    "re-export inserted",
    (p) => {
      p.write("lib/door.ts", 'export { plain as bare } from "./plain.ts"')
      p.edit("lib/index.ts", ['{ plain } from "./plain.ts"', '{ bare as plain } from "./door.ts"'])
    },
    {}
  ],
  ["export *", (p) => p.edit("lib/index.ts", ["{ plain }", "*"]), {}],
  ["effect in a module not loaded", (p) => p.append("lib/lonely.ts", "globalThis.marks = 9"), {}],
  [
    "stages of a pipeline's file reordered",
    (p) => p.edit("pipeline.ts", ["{ known, prompted }", "{ prompted, known }"]),
    {}
  ],
  ["pipeline's handle renamed", (p) => p.edit("pipeline.ts", ["kept", "chosen"]), {}]
]

const SOURCE: ReadonlyArray<EditCase> = [
  [
    "used helper changed",
    (p) => p.edit("lib/share.ts", ["/ words.length", "* 3 / words.length"]),
    from("scored", { scored: 11, tally: 1 }),
    "made words tally"
  ],
  [
    "used helper changed, same verdicts",
    (p) => p.edit("lib/share.ts", ["/ words.length", "* 1.5 / words.length"]),
    from("scored", { scored: 11 })
  ],
  [
    "helper of a helper in a third module",
    (p) => p.edit("lib/words.ts", ['split(" ")', "split(/[ -]|(?=ow)/)"]),
    from("scored", { scored: 11, known: 9, words: 7, first: 6 }),
    "words"
  ],
  [
    "constant",
    (p) => p.edit("lib/limits.ts", ["SCALE = 100", "SCALE = 250"]),
    from("scored", { scored: 11, tally: 1 }),
    "made words tally"
  ],
  [
    "default parameter",
    (p) => p.edit("lib/share.ts", ["floor = 0", "floor = 0.3"]),
    from("scored", { scored: 11, tally: 1 }),
    "made words tally"
  ],
  [
    "regular expression flag",
    (p) => p.edit("lib/plain.ts", ["/g,", "/gi,"]),
    from("clean", { ...EDITED_ROW, clean: 11, echoed: 7, tally: 4 }),
    "made words tally"
  ],
  ["template literal", (p) => p.edit("stages/lists.ts", ["}: ${", "}; ${"]), from("prompted", { prompted: 7 }), "made"],
  [
    "object key order",
    (p) => p.edit("lib/counter.ts", ["fast: 1, slow: 2", "slow: 2, fast: 1"]),
    from("counted", { counted: 7 }),
    "made"
  ],
  [
    "name shadowed",
    (p) => p.edit("stages/text.ts", ["const local", "const SCALE = 300\n    const local"]),
    from("scored", { scored: 11, tally: 1 }),
    "made words tally"
  ],
  [
    "two stages in one file, one edited",
    (p) => p.edit("stages/packages.ts", ["tidy(text)", "tidy(text) + '.'"]),
    from("tidied", { tidied: 7 }),
    "made"
  ],
  [
    "JSON import edited",
    (p) => p.edit("data/names.json", ['"b"', '"c"']),
    from("known", OTHER_GROUP),
    "made words tally"
  ],
  [
    "prompt .md edited",
    (p) => p.edit("data/prompt.md", ["briefly", "at length"]),
    from("prompted", { prompted: 7 }),
    "made"
  ],
  [
    "word list edited",
    (p) => p.edit("data/stop.txt", ["anchor", "cone"]),
    from("known", { known: 9, tally: 3 }),
    "made words tally"
  ],
  [
    "enum-like const object edited",
    (p) => p.edit("lib/counter.ts", ["fast: 1", "fast: 9"]),
    from("counted", { counted: 7 }),
    "made"
  ],
  ["class method edited", (p) => p.edit("lib/counter.ts", ["+= by", "-= by"]), from("counted", { counted: 7 }), "made"],
  [
    "static field edited",
    (p) => p.edit("lib/counter.ts", ["first = 7", "first = 8"]),
    from("counted", { counted: 7 }),
    "made"
  ],
  [
    "getter edited",
    (p) => p.edit("lib/counter.ts", ["return this.#n", "return this.#n + 1"]),
    from("counted", { counted: 7 }),
    "made"
  ],
  ["generator helper", (p) => p.edit("lib/steps.ts", ["n * 2", "n * 3"]), from("paired", { paired: 7 }), "made"],
  [
    "two import aliases swapped",
    (p) => p.edit("stages/pairs.ts", ["head as start, tail as end", "tail as start, head as end"]),
    from("paired", { paired: 7 }),
    "made"
  ],
  [
    "same-named helpers of two modules swapped",
    (p) => p.edit("stages/pairs.ts", ["left.ts", "right.ts"], ["right.ts", "left.ts"]),
    from("paired", { paired: 7 }),
    "made"
  ],
  [
    "bodies of two same-named helpers swapped",
    (p) => {
      p.edit("lib/left.ts", ["n + 1", "n - 1"])
      p.edit("lib/right.ts", ["n - 1", "n + 1"])
    },
    from("paired", { paired: 7 }),
    "made"
  ],
  [
    "measure edited",
    (p) => p.edit("stages/text.ts", ["local * SCALE", "(local + 0.3) * SCALE"]),
    from("scored", { scored: 11, tally: 1 }),
    "made words tally"
  ],
  [
    "decide edited (measure reused)",
    (p) => p.edit("stages/text.ts", ["words < minWords", "words <= minWords"]),
    from("scored", { tally: 3 }),
    "made words tally"
  ],
  [
    "decide of a filter that measures nothing",
    (p) => p.edit("stages/lists.ts", ["names.includes(group)", "group"]),
    from("known", OTHER_GROUP),
    "made words tally"
  ],
  [
    "row function calling another stage's function, that one edited",
    (p) => p.edit("stages/text.ts", ["plain(text)", "plain(text).trim()"]),
    from("clean", { clean: 11, echoed: 7 }),
    "made"
  ],
  [
    "expand's function",
    (p) => p.edit("stages/words.ts", ["map((word) => ({ word })", "map((word) => ({ word: word + 's' })"]),
    from("words", { words: 7, first: 22 }),
    "words"
  ],
  [
    "select's prepare",
    (p) => p.edit("stages/words.ts", ["word.toLowerCase()", "word.slice(0, 1)"]),
    from("first", { first: 22 }),
    "words"
  ],
  [
    "select's resolve (prepared reused)",
    (p) => p.edit("stages/words.ts", ["row, before, 1,", "row, before, 0.5,"]),
    from("first")
  ],
  [
    "gather's key",
    (p) => p.edit("stages/words.ts", ["({ group }) => group", "({ group }) => group.toUpperCase()"]),
    { tally: 7 },
    "tally"
  ],
  ["gather's function", (p) => p.edit("stages/words.ts", ['" + "', '" & "']), { tally: 7 }, "tally"],
  ["source's frame", (p) => p.edit("lib/frame.ts", ['line !== ""', "line.length > 5"]), from("lines", { lines: 10 })],
  [
    "source's parse",
    (p) => p.edit("stages/lines.ts", ["return { group, text }", "return { group, text: text.replace(/^elm/, 'alm') }"]),
    from("lines", { ...EDITED_ROW, lines: 11, clean: 2, scored: 2, tally: 3 }),
    "made words tally"
  ]
]

runEdits({ "edits that change nothing": NOTHING, "edits of source": SOURCE })
