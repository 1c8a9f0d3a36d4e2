// The files of the project that the edit matrix edits: for each kind of edit a stage whose rows depend on it.

const SCHEMA = 'import * as Schema from "effect/Schema"\n'

const PIPELINE = `${SCHEMA}import { pipeline } from "#sluice"
import { counted } from "./stages/classes.ts"
import { tabled } from "./stages/effects.ts"
import { echoed } from "./stages/echo.ts"
import { lines } from "./stages/lines.ts"
import { known, prompted } from "./stages/lists.ts"
import { hashed, tidied } from "./stages/packages.ts"
import { paired } from "./stages/pairs.ts"
import { clean, scored } from "./stages/text.ts"
import { first, tally, words } from "./stages/words.ts"

const Row = Schema.Struct({ group: Schema.String, text: Schema.String })
const read = lines({ path: "in/*.txt", row: Row, partitionBytes: 110 })
const kept = read.pipe(clean(), scored(), known())
const made = kept.pipe(prompted(), counted(), paired(), hashed(), tidied(), tabled(), echoed())
export default pipeline("edited", { made, words: kept.pipe(words(), first()), tally: kept.pipe(tally()) })
`

const PROGRAM = `${SCHEMA}import { pipeline } from "#sluice"
import { learned } from "./stages/learn.ts"
import { lines } from "./stages/lines.ts"

const Row = Schema.Struct({ group: Schema.String, text: Schema.String })
const read = lines({ path: "in/*.txt", row: Row, partitionBytes: 110 })
export default pipeline("learned", { report: read.pipe(learned()) })
`

const TEXT = `${SCHEMA}import { keep, opt, Stage } from "#sluice"
import { plain, share } from "#lib/index.ts"
import { SCALE } from "../lib/limits.ts"
import { wordsOf } from "../lib/words.ts"

export const clean = Stage.map({
  name: "own.clean",
  needs: { text: Schema.String },
  adds: { text: Schema.String },
  apply: ({ text }) => ({ text: plain(text) })
})
export const scored = Stage.filter({
  name: "own.scored",
  needs: { text: Schema.String },
  measures: { share: Schema.Finite, words: Schema.Int },
  measure: ({ text }) => {
    const local = share(text)
    return { share: local * SCALE, words: wordsOf(text).length }
  },
  options: { minWords: opt(Schema.Int, 2), most: opt(Schema.Finite, 50) },
  reasons: ["short", "common"],
  decide: ({ share, words }, { minWords, most }) => (words < minWords ? "short" : share > most ? "common" : keep)
})
`

const LISTS = `import { readFileSync } from "node:fs"
${SCHEMA}import { keep, Stage } from "#sluice"
import names from "../data/names.json" with { type: "json" }
import { wordsOf } from "../lib/words.ts"

const STOP = new Set(readFileSync(new URL("../data/stop.txt", import.meta.url), "utf8").split("\\n"))
const PROMPT = readFileSync(new URL("../data/prompt.md", import.meta.url), "utf8")

export const known = Stage.filter({
  name: "own.known",
  needs: { group: Schema.String, text: Schema.String },
  reasons: ["stopped", "unnamed"],
  decide: ({ group, text }) =>
    wordsOf(text).some((word) => STOP.has(word)) ? "stopped" : names.includes(group) ? keep : "unnamed"
})
export const prompted = Stage.map({
  name: "own.prompted",
  needs: { text: Schema.String },
  adds: { prompt: Schema.String },
  apply: ({ text }) => ({ prompt: \`\${PROMPT}: \${text}\` })
})
`

const CLASSES = `${SCHEMA}import { Stage } from "#sluice"
import { Counter, Mode } from "../lib/counter.ts"

export const counted = Stage.map({
  name: "own.counted",
  needs: { text: Schema.String },
  adds: { count: Schema.String },
  apply: ({ text }) => {
    const counter = new Counter()
    counter.add(text.length)
    return { count: \`\${counter.total} \${Mode.fast} \${Object.keys(Mode)}\` }
  }
})
`

const PAIRS = `${SCHEMA}import { Stage } from "#sluice"
import { head as start, tail as end } from "../lib/ends.ts"
import { pick as one } from "../lib/left.ts"
import { pick as two } from "../lib/right.ts"
import { steps } from "../lib/steps.ts"

export const paired = Stage.map({
  name: "own.paired",
  needs: { text: Schema.String },
  adds: { pair: Schema.String },
  apply: ({ text }) => ({
    pair: [one(text.length), two(text.length), start(text), end(text), ...steps(text.length)].join()
  })
})
`

const PACKAGES = `${SCHEMA}import { md5 as digest } from "alpha"
import { tidy } from "linked"
import { Stage } from "#sluice"

export const hashed = Stage.map({
  name: "own.hashed",
  needs: { text: Schema.String },
  adds: { hash: Schema.String },
  apply: ({ text }) => ({ hash: digest(text) })
})
export const tidied = Stage.map({
  name: "own.tidied",
  needs: { text: Schema.String },
  adds: { tidy: Schema.String },
  apply: ({ text }) => ({ tidy: tidy(text) })
})
`

const EFFECTS = `${SCHEMA}import { Stage } from "#sluice"
import { table } from "../lib/table.ts"

export const tabled = Stage.map({
  name: "own.tabled",
  needs: { group: Schema.String },
  adds: { value: Schema.String },
  apply: ({ group }) => ({ value: \`\${group} \${[...table]}\` })
})
`

const ECHO = `${SCHEMA}import { Stage } from "#sluice"
import { clean } from "./text.ts"

export const echoed = Stage.map({
  name: "own.echoed",
  needs: { text: Schema.String },
  adds: { echo: Schema.String },
  apply: ({ text }) => ({ echo: clean.declaration.apply!({ text: \`\${text} AND\` }, {}).text })
})
`

const WORDS = `${SCHEMA}import { opt, Stage } from "#sluice"
import { wordsOf } from "../lib/words.ts"

export const words = Stage.expand({
  name: "own.words",
  needs: { text: Schema.String },
  options: { most: opt(Schema.Int, 9) },
  emits: { word: Schema.String },
  apply: ({ text }, { most }) => wordsOf(text).slice(0, most).map((word) => ({ word }))
})
export const first = Stage.select({
  name: "own.first",
  needs: { word: Schema.String },
  prepares: { key: Schema.String },
  reasons: ["again"],
  prepare: ({ word }) => ({ key: word.toLowerCase() }),
  resolve: ({ rows }, _options, verdicts) => {
    const seen = new Map<string, number>()
    for (let row = 0; row < rows.rows; row++) {
      const before = seen.get(rows.columns.key[row]!)
      if (before === undefined) seen.set(rows.columns.key[row]!, row)
      else verdicts.merge(row, before, 1, "again")
    }
  }
})
export const tally = Stage.gather({
  name: "own.tally",
  needs: { group: Schema.String, text: Schema.String },
  emits: { group: Schema.String, texts: Schema.String },
  buckets: 4,
  key: ({ group }) => group,
  apply: (rows, _options, group) => [{ group, texts: rows.map(({ text }) => text).join(" + ") }]
})
`

const LINES = `${SCHEMA}import { opt, Stage } from "#sluice"
import { decode, frame } from "../lib/frame.ts"

export const lines = Stage.source({
  name: "own.lines",
  options: { path: opt(Schema.String), row: opt.rows() },
  emits: { option: "row" },
  list: ({ path }) => path,
  frame,
  parse: (record) => {
    const [group = "", text = ""] = decode(record).split("|")
    return { group, text }
  }
})
`

const LEARN = `${SCHEMA}import { input, Stage } from "#sluice"
import { later } from "../lib/later.ts"

export const learned = Stage.program({
  name: "own.learned",
  inputs: { rows: input.dataset({ text: Schema.String }) },
  main: "rows",
  emits: "report",
  run: async ({ inputs, used }) => {
    const { lazy } = await import("../lib/lazy.ts")
    const read = await inputs.rows.read()
    used("rows", read.map(({ id }) => id))
    return { data: { rows: lazy(await later(read.length)) } }
  }
})
`

const FRAME = `export const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)

export const frame = (bytes: Uint8Array) => {
  const found = decode(bytes).split("\\n").filter((line) => line !== "")
  return {
    count: found.length,
    record: (i: number) => new TextEncoder().encode(found[i]),
    place: (i: number) => ({ line: i + 1 })
  }
}
`

const SHARE = `import { wordsOf } from "./words.ts"
const COMMON = new Set(["the", "of"])
export function share(text: string, floor = 0): number {
  const words = wordsOf(text)
  return words.filter((word) => COMMON.has(word)).length / words.length + floor
}
export const unused = (x: number): number => x + 1
`

const COUNTER = `export const Mode = { fast: 1, slow: 2 } as const
export class Counter {
  static first = 7
  #n = Counter.first
  add(by: number): void { this.#n += by }
  get total(): number { return this.#n }
}
`

const TABLE = `import "./marks-one.ts"
import "./marks-two.ts"
export const table = new Map<string, number>()
table.set("x", Number(globalThis.marks))
table.set("y", table.get("x")! + 1)
`

/** Source and data of the project, without what is installed. */
export const editedFiles: { readonly [path: string]: string } = {
  "package.json": JSON.stringify({
    name: "edited",
    type: "module",
    imports: { "#sluice": "./src/index.ts", "#lib/*": "./lib/*" }
  }),
  "pipeline.ts": PIPELINE,
  "program.ts": PROGRAM,
  "stages/text.ts": TEXT,
  "stages/lists.ts": LISTS,
  "stages/classes.ts": CLASSES,
  "stages/pairs.ts": PAIRS,
  "stages/packages.ts": PACKAGES,
  "stages/effects.ts": EFFECTS,
  "stages/echo.ts": ECHO,
  "stages/words.ts": WORDS,
  "stages/lines.ts": LINES,
  "stages/learn.ts": LEARN,
  "lib/index.ts": 'export * from "./share.ts"\nexport { plain } from "./plain.ts"\n',
  "lib/frame.ts": FRAME,
  "lib/share.ts": SHARE,
  "lib/plain.ts": 'export const plain = (text: string) => text.replace(/[^a-z ]/g, "")\n',
  "lib/words.ts": 'export const wordsOf = (text: string): ReadonlyArray<string> => text.split(" ")\n',
  "lib/limits.ts": "export const SCALE = 100\nexport const OTHER = 4\n",
  "lib/counter.ts": COUNTER,
  "lib/ends.ts":
    "export const head = (text: string) => text.slice(0, 1)\nexport const tail = (text: string) => text.slice(-1)\n",
  "lib/left.ts": "export const pick = (n: number) => n + 1\n",
  "lib/right.ts": "export const pick = (n: number) => n - 1\n",
  "lib/steps.ts": "export function* steps(n: number) { yield n; yield n * 2 }\n",
  "lib/table.ts": TABLE,
  "lib/marks-one.ts": "globalThis.marks = 1\n",
  "lib/marks-two.ts": "globalThis.marks = 2\n",
  "lib/lonely.ts": "export const lonely = 1\n",
  "lib/later.ts": "export const later = async (n: number) => (await n) + 1\n",
  "lib/lazy.ts": "export const lazy = (n: number) => n * 3\n",
  "data/names.json": '["a", "b"]',
  "data/stop.txt": "boat\nanchor",
  "data/prompt.md": "Answer briefly",
  "in/a.txt": "a|ash Birch\nb|the cedar of the wood\na|elm\nb|elm fir oak\n",
  "in/b.txt": "a|hazel ivy grow\nc|rowan tree in spring\nb|beech of old, tall\n",
  "in/c.txt": "a|pine cone fir\nb|the boat\na|yew hedge row\nb|willow by the water\n"
}
