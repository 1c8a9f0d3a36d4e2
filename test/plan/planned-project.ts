// A project in a folder of its own whose code, options and inputs a test edits, and what a plan then says.
import {
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from "node:fs"
import { tmpdir } from "node:os"
import { dirname, join } from "node:path"
import type { NodePlan } from "../../src/graph/plan.ts"
import { Engine } from "../run/engine.ts"
import { repository } from "../run/sequence.ts"

const files: { readonly [path: string]: string } = {
  "package.json": JSON.stringify({ type: "module", imports: { "#sluice": "./src/index.ts" } }),
  "words.ts": `// words
export const wordsOf = (text: string): ReadonlyArray<string> => text.split(" ")
export const loud = (text: string): string => text.toUpperCase()
`,
  "stages.ts": `import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
import { loud, wordsOf } from "./words.ts"

export const long = Stage.filter({
  name: "own.long",
  needs: { text: Schema.String },
  measures: { words: Schema.Int },
  measure: ({ text }) => ({ words: wordsOf(text).length }),
  options: { minWords: opt(Schema.Int, 2), from: opt.column("text") },
  reasons: ["too-short"],
  decide: ({ words }, { minWords }) => (words < minWords ? "too-short" : keep)
})

export const shout = Stage.map({
  name: "own.shout",
  needs: { text: Schema.String },
  adds: { note: Schema.String },
  apply: ({ text }) => ({ note: loud(text) })
})

export const words = Stage.expand({
  name: "own.words",
  needs: { text: Schema.String },
  emits: { word: Schema.String },
  apply: ({ text }) => wordsOf(text).map((word) => ({ word }))
})

export const first = Stage.select({
  name: "own.first",
  needs: { word: Schema.String },
  prepares: { word: Schema.String },
  reasons: ["again"],
  prepare: (row) => row,
  resolve: ({ rows }, _options, verdicts) => {
    const seen = new Map<string, number>()
    for (let row = 0; row < rows.rows; row++) {
      const before = seen.get(rows.columns.word[row]!)
      if (before === undefined) seen.set(rows.columns.word[row]!, row)
      else verdicts.merge(row, before, 1, "again")
    }
  }
})
`,
  "pipeline.ts": `import { pipeline } from "#sluice"
import { lines } from ${JSON.stringify(join(repository, "test/run/fixtures/stages.ts"))}
import { first, long, shout, words } from "./stages.ts"

const kept = lines({ path: "in/*.txt", partitionBytes: 60 }).pipe(long({ minWords: 2 }), shout())
export default pipeline("planned", { kept, words: kept.pipe(words(), first()) })
`,
  "in/a.txt": "ash birch\ncedar\nelm fir oak\nhazel ivy\nrowan tree in spring\n",
  "in/b.txt": "beech\npine cone\nyew hedge row\nwillow by water\n"
}

export class PlannedProject {
  readonly #root = realpathSync(mkdtempSync(join(tmpdir(), "sluice-plan-")))

  constructor() {
    for (const [path, text] of Object.entries(files)) this.write(path, text)
    for (const linked of ["src", "node_modules"]) symlinkSync(join(repository, linked), join(this.#root, linked))
  }

  write(path: string, text: string) {
    mkdirSync(dirname(join(this.#root, path)), { recursive: true })
    writeFileSync(join(this.#root, path), text)
  }

  /** Replaces text in a file; the text must be there. */
  edit(path: string, from: string, to: string) {
    const text = readFileSync(join(this.#root, path), "utf8")
    if (!text.includes(from)) throw new Error(`${path} has no ${from}`)
    this.write(path, text.replaceAll(from, to))
  }

  rename(from: string, to: string) {
    renameSync(join(this.#root, from), join(this.#root, to))
  }

  remove(path: string) {
    rmSync(join(this.#root, path))
  }

  /** Everything as it was at first. */
  restore() {
    rmSync(join(this.#root, "in"), { recursive: true })
    for (const [path, text] of Object.entries(files)) this.write(path, text)
  }

  #request(sets: { readonly [target: string]: string }) {
    return { root: this.#root, storeRoot: join(this.#root, ".sluice"), file: join(this.#root, "pipeline.ts"), sets }
  }

  async run(sets: { readonly [target: string]: string } = {}) {
    using engine = new Engine()
    return await engine.run(this.#request(sets))
  }

  /** The plan as data. */
  async planned(sets: { readonly [target: string]: string } = {}): Promise<ReadonlyArray<NodePlan>> {
    using engine = new Engine()
    return (await engine.ask({ ...this.#request(sets), plan: true })).plan!
  }

  /** A line for each node that is no hit, read by a process that has loaded nothing yet. */
  async plan(sets: { readonly [target: string]: string } = {}): Promise<ReadonlyArray<string>> {
    using engine = new Engine()
    const { plan, error } = await engine.ask({ ...this.#request(sets), plan: true })
    if (error !== undefined) return [`${error.code} ${error.message}`]
    return plan!
      .filter(({ verdict }) => verdict !== "hit")
      .map(({ name, verdict, because, partitions, rows }) => {
        const counts = `partitions ${partitions.hit} + ${partitions.run}, rows ${rows.reusable} + ${rows.new}${rows.open ? " or more" : rows.atMost ? " at most" : ""}`
        return `${name} ${verdict}: ${because.join("; ")} [${counts}]`
      })
  }

  [Symbol.dispose]() {
    rmSync(this.#root, { recursive: true, force: true })
  }
}
