// Functions that keep a memory between rows, or read what no key holds, are caught.
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import { Engine } from "./engine.ts"
import { linkedProject } from "./linked-project.ts"
import { repository } from "./sequence.ts"
import type { TempRun } from "./temp-run.ts"

const engine = new Engine()
afterAll(() => engine[Symbol.dispose]())

const memory = "SLUICE_NOT_ROW_LOCAL own.odd gives other results for the same row in another order"

/** What a module keeps and what its row function gives; caught when rows are computed again in another order. */
const remembering: ReadonlyArray<readonly [what: string, kept: string, made: string]> = [
  ["a counter in an object", "const kept = { n: 0 }", "kept.n++"],
  ["a counter in a class", "class Kept { static n = 0 }", "Kept.n++"],
  ["a Map kept between rows", "const seen = new Map<string, number>()", "seen.set(text, seen.size).get(text)!"],
  ["an array kept between rows", "const kept: Array<string> = []", "kept.push(text)"],
  [
    "rows changed after they were given",
    "const kept: Array<any> = []",
    "(kept.push(row), (kept[0].text += text).length)"
  ],
  ["an option changed", "", "options.words.push(text)"],
  ["lastIndex of a /g expression", "const vowel = /o/g", "vowel.test(text) ? 1 : 0"],
  ["lastIndex of a /y expression", "const any = /./y", "any.test(text) ? 1 : 0"],
  ["a generator", "const numbers = (function* () { for (let n = 0; ; n++) yield n })()", "numbers.next().value!"],
  ["a property of globalThis", "", "((globalThis as any).own = ((globalThis as any).own ?? 0) + 1)"],
  ["the time of an event", "", "new Event(text).timeStamp"]
]

const [clock, chance] = ["the clock", "unseeded randomness"]
const [environment, disk] = ["the process and its environment", "the disk, the network or the machine"]

/** What a row function gives, and what the plan says that it reads; it is refused before anything runs. */
const reading: ReadonlyArray<readonly [made: string, imported: string, what: string, read: string]> = [
  ["Math.random()", "", "Math.random", chance],
  ["crypto.randomUUID().length", "", "crypto.randomUUID", chance],
  ["randomUUID().length", 'import { randomUUID } from "node:crypto"', "node:crypto, randomUUID", chance],
  ["Date.now()", "", "Date.now", clock],
  ["new Date().getTime()", "", "Date", clock],
  ["performance.now()", "", "performance.now", clock],
  ["Number(process.env.HOME)", "", "process.env", environment],
  ["process.hrtime()[1]", "", "process.hrtime", environment],
  ["hrtime()[1]", 'import { hrtime } from "node:process"', "node:process, hrtime", disk],
  ['readFileSync("in/a.txt").length', 'import { readFileSync } from "node:fs"', "node:fs, readFileSync", disk]
]

const stagesOf = (kept: string, stage: string) => `import * as Schema from "effect/Schema"
import { keep, opt, Stage } from "#sluice"
${kept}
const text = { text: Schema.String }
export const odd = ${stage}
`

const mapOf = (made: string) => `Stage.map({
  name: "own.odd",
  needs: { ...text, tags: Schema.Array(Schema.String) },
  options: { words: opt(Schema.Array(Schema.String), []) },
  adds: { made: Schema.Finite },
  apply: (row: any, options: any) => {
    const { text } = row
    return { made: ${made} }
  }
})`

const lines = "one#x\ntwo\nthree\nfour five\nsix\nno\ngo#y#z\nto\n"

const oddPipeline = (path: string, partitionBytes = 1000) => `import { pipeline } from "#sluice"
import * as known from ${JSON.stringify(join(repository, "test/run/fixtures/stages.ts"))}
import { odd } from "./stages.ts"
export default pipeline("odd", { odd: ${path.replace("LINES", `known.lines({ path: "in/*.txt", partitionBytes: ${partitionBytes} })`)} })
`

/** What a run says of a stage; runs of one project follow each other over one store. */
const toldBy = async (temp: TempRun): Promise<string> => {
  using fresh = new Engine()
  const [root, storeRoot, file] = [temp.folder, temp.path("store"), temp.path("pipeline.ts")]
  const { error } = await fresh.ask({ root, storeRoot, file })
  return error === undefined ? "nothing" : `${error.code} ${error.message}`
}

const odd = (kept: string, stage: string, path = "LINES.pipe(odd())", partitionBytes = 1000): TempRun => {
  const temp = linkedProject(engine)
  temp.write("in/a.txt", lines)
  temp.write("stages.ts", stagesOf(kept, stage))
  temp.write("pipeline.ts", oddPipeline(path, partitionBytes))
  return temp
}

describe("a row function that depends on more than its row is caught", () => {
  it("but none that does not", async () => {
    using temp = odd("const vowel = /o/", mapOf("vowel.test(text) ? row.tags.length : new Date(2020, 1, 1).getTime()"))
    expect(await toldBy(temp)).toBe("nothing")
  })

  it.each(remembering)("%s", async (_, kept, made) => {
    using temp = odd(kept, mapOf(made))
    expect(await toldBy(temp)).toBe(memory)
  })

  it.each(reading)("%s", async (made, imported, what, read) => {
    using temp = odd(imported, mapOf(made))
    expect(await toldBy(temp)).toBe(`SLUICE_IMPURE own.odd: "${what}" reads ${read}`)
  })

  it("a counter that is a variable", async () => {
    using temp = odd("let n = 0", mapOf("n++"))
    const told = '"n" is assigned again after its declaration, so its value depends on what ran before'
    expect(await toldBy(temp)).toBe(`SLUICE_CANNOT_FOLLOW own.odd: ${told}`)
  })
})

const counter = "const kept = { n: 0 }\nconst first: { text?: string } = {}"

const filterOf = (decide: string, measure = "(row) => row", measures = "text") => `Stage.filter({
  name: "own.odd", needs: text, measures: ${measures}, measure: ${measure}, reasons: ["odd"], decide: ${decide}
})`
const expandOf = (emits: string, apply: string) =>
  `Stage.expand({ name: "own.odd", needs: text, emits: ${emits}, apply: ${apply} })`
const batchOf = (value: string) => `Stage.map({
  name: "own.odd", needs: text, adds: { n: Schema.Int }, applyBatch: ({ rows }) => {
    const values = Float64Array.from({ length: rows }, ${value})
    return { rows, columns: { n: { type: "number", integer: true, values, valid: undefined } } }
  }
})`
const gatherOf = (key: string, apply: string) => `Stage.gather({
  name: "own.odd", needs: text, emits: text, buckets: 2, key: ${key}, apply: ${apply}
})`
const everyOther = '() => (kept.n++ % 2 ? "odd" : keep)'

describe("a memory is caught in each kind of row function", () => {
  it.each(
    Object.entries({
      "apply of an expand": expandOf("{ n: Schema.Int }", "() => [{ n: kept.n++ }]"),
      "the number of rows of an expand": expandOf("text", "(row) => (kept.n++ % 2 ? [row, row] : [row])"),
      "decide of a filter": `Stage.filter({ name: "own.odd", needs: text, reasons: ["odd"], decide: ${everyOther} })`,
      "measure of a filter": filterOf("() => keep", "() => ({ n: kept.n++ })", "{ n: Schema.Int }"),
      "decide of a filter that measures": filterOf(everyOther),
      "prepare of a select": `Stage.select({ name: "own.odd", needs: text, prepares: { n: Schema.Int },
        prepare: () => ({ n: kept.n++ }), resolve: () => {} })`,
      "applyBatch of a map": batchOf("() => kept.n++"),
      "the place in a batch": batchOf("(_, i) => i"),
      "key of a gather": gatherOf("() => String(kept.n++ % 3)", "(group) => group"),
      "key of a gather that keeps what came first": gatherOf("({ text }) => (first.text ??= text)", "(group) => group"),
      "apply of a gather": gatherOf("(row) => row.text", "() => [{ text: String(kept.n++) }]"),
      "apply of a gather of one group": gatherOf('() => "one"', "(group) => [group[kept.n++ % 2]]")
    })
  )("%s", async (_, stage) => {
    using temp = odd(counter, stage)
    for (let times = 0; times < 2; times++) expect(await toldBy(temp)).toBe(memory)
  })
})

const selectOf = (resolve: string, more = "") => `Stage.select({
  name: "own.odd", needs: text, prepares: { n: Schema.Int }, prepare: ({ text }) => ${more === "" ? "({ n: text.length })" : more},
  reasons: ["odd"], resolve: ${resolve}
})`
const decidesOtherwise = "SLUICE_NOT_DETERMINISTIC own.odd decides otherwise when it resolves the same rows again"

describe("a memory is caught in resolve of a select", () => {
  it.each([
    ["of calls before", selectOf('(_, __, verdicts) => { if (kept.n++ === 0) verdicts.drop(1, "odd") }')],
    [
      "of the rows that it saw",
      selectOf(`({ rows }, _, verdicts) => {
        for (let row = 0; row < rows.rows; row++) if (kept.n++ === 2) verdicts.drop(row, "odd")
      }`)
    ],
    [
      "of what prepare left behind",
      selectOf(
        '({ rows }, _, verdicts) => { if (kept.n > rows.rows) verdicts.drop(1, "odd") }',
        "({ n: (kept.n++, text.length) })"
      )
    ],
    [
      "in the columns that it gives",
      `Stage.select({ name: "own.odd", needs: text, adds: { n: Schema.Int }, prepares: { m: Schema.Int },
        prepare: ({ text }) => ({ m: text.length }), resolve: ({ rows }) => {
          const values = Float64Array.from({ length: rows.rows }, () => kept.n++)
          return { n: { type: "number", integer: true, values, valid: undefined } }
        } })`
    ]
  ])("%s", async (_, stage) => {
    using temp = odd(counter, stage)
    for (let times = 0; times < 2; times++) expect(await toldBy(temp)).toBe(decidesOtherwise)
  })

  it("but no resolve without one, nor what it counts within a call", async () => {
    const resolve = `({ rows }, _, verdicts) => {
      let n = 0
      for (let row = 0; row < rows.rows; row++) if (n++ % 2) verdicts.drop(row, "odd")
    }`
    using temp = odd("", selectOf(resolve))
    expect(await toldBy(temp)).toBe("nothing")
  })
})

const parserOf = (parse: string, onBadRow = "stop") => `Stage.source({
  name: "own.odd", options: { path: opt(Schema.String), onBadRow: opt(Schema.String, "${onBadRow}") },
  emits: { n: Schema.Int }, list: ({ path }) => path, parse: ${parse},
  frame: (bytes) => ({ count: 3, record: (i) => bytes.subarray(i, i + 1), place: (i) => ({ line: i + 1 }) })
})`

describe("a memory is caught in parse of a source", () => {
  it.each([
    ["a value", parserOf("() => ({ n: kept.n++ })")],
    ["which records are bad", parserOf("(bytes) => ({ n: kept.n++ % 2 ? bytes[0] : undefined })", "drop")]
  ])("%s", async (_, stage) => {
    using temp = odd(counter, stage, 'odd({ path: "in/*.txt" })')
    for (let times = 0; times < 2; times++) expect(await toldBy(temp)).toBe(memory)
  })

  it("but no parse without one, bad records among others", async () => {
    const parse = "(bytes) => ({ n: bytes[0] === 110 ? undefined : bytes[0] })"
    using temp = odd(counter, parserOf(parse, "drop"), 'odd({ path: "in/*.txt" })')
    expect(await toldBy(temp)).toBe("nothing")
  })
})

describe("what is harder to catch", () => {
  it("the date of today, by Intl", async () => {
    using temp = odd("", mapOf('new Intl.DateTimeFormat("en").format().length'))
    expect(await toldBy(temp)).toBe('SLUICE_IMPURE own.odd: "Intl.DateTimeFormat" reads the clock')
  })

  it("a memory where each partition has one row", async () => {
    using temp = odd(counter, mapOf("kept.n++"), "LINES.pipe(odd())", 1)
    expect(await toldBy(temp)).toBe(memory)
  })

  it("a memory that is the same backwards: every other of an odd number of rows", async () => {
    using temp = odd(counter, mapOf("kept.n++ % 2"))
    temp.write("in/a.txt", "one\ntwo\nthree\n")
    expect(await toldBy(temp)).toBe(memory)
  })

  it("a memory in an edited decide, when what is measured stays", async () => {
    using temp = odd(counter, filterOf("() => keep"))
    await toldBy(temp)
    temp.write("stages.ts", stagesOf(counter, filterOf(everyOther)))
    expect(await toldBy(temp)).toBe(memory)
  })
})
