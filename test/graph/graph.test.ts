// The graph that a pipeline's outputs reach: names, order, columns, options and everything that is told about mistakes.
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { type Dataset, keep, opt, param, pipeline, Stage, split, union } from "#sluice"
import { SluiceErrors } from "../../src/errors.ts"
import { buildGraph } from "../../src/graph/graph.ts"

const text = { text: Schema.String }

const lines = Stage.source({
  name: "test.lines",
  options: { path: opt(Schema.String) },
  emits: { text: Schema.String, source: Schema.String },
  list: ({ path }) => path,
  frame: () => ({ count: 0, record: () => new Uint8Array(0), place: () => ({ line: 1 }) }),
  parse: () => ({ text: "", source: "" })
})
const short = Stage.filter({
  name: "test.short",
  needs: text,
  options: {
    minWords: opt(Schema.Int, 3),
    language: opt(Schema.Literals(["en", "de"]), "en"),
    label: opt.maybe(Schema.String)
  },
  reasons: ["short"],
  decide: () => keep
})
const upper = Stage.map({
  name: "test.upper",
  needs: { text: Schema.String },
  options: { text: opt.column("text"), fast: opt.knob(Schema.Int, 1) },
  adds: { text: Schema.String, size: Schema.Int },
  apply: ({ text: given }) => ({ text: given, size: 1 })
})
const learn = Stage.map({
  name: "test.learn",
  needs: { body: Schema.String },
  adds: { x: Schema.Int },
  apply: () => ({ x: 1 })
})

const source = lines({ path: "x" })
const namesOf = (...outputs: ReadonlyArray<Dataset<unknown>>) =>
  buildGraph(pipeline("p", Object.fromEntries(outputs.map((output, i) => [`o${i}`, output])))).nodes.map(
    ({ name }) => name
  )

const errorsOf = (make: () => unknown): ReadonlyArray<string> => {
  try {
    make()
  } catch (cause) {
    if (cause instanceof SluiceErrors) return cause.errors.map(({ code, message }) => `${code} ${message}`)
    throw cause
  }
  return []
}

/** What is wrong with a stage called with options that the compiler would not let through. */
const wrong = (options: object, sets: { readonly [target: string]: string } = {}) =>
  errorsOf(() => buildGraph(pipeline("p", { out: source.pipe(short(options as never)) }), sets))

describe("names", () => {
  it("are the stage's, numbered in pipeline order, or those given", () => {
    const first = source.pipe(short())
    const named = first.pipe(short({ minWords: 2, name: "strict" } as never))
    expect(namesOf(named.pipe(short()), first)).toEqual(["test.lines", "test.short", "strict", "test.short#2"])
  })

  it("stay unique where a given name is one that would be made", () => {
    const taken = source.pipe(short({ name: "test.short#2" } as never))
    expect(namesOf(taken.pipe(short(), short()))).toEqual(["test.lines", "test.short#2", "test.short", "test.short#3"])
  })

  it("are one per call: what two outputs share is one node", () => {
    const shared = source.pipe(short())
    const parts = shared.pipe(split({ by: "source", test: 0.5 }))
    expect(namesOf(shared, parts.train, parts.test, union(parts.train, parts.test))).toEqual([
      "test.lines",
      "test.short",
      "split.by",
      "union.rows"
    ])
  })
})

describe("order", () => {
  it("puts inputs before what reads them, the first input first", () => {
    const other = lines({ path: "y" })
    const joined = union(source.pipe(short()), other.pipe(upper()))
    const { nodes } = buildGraph(pipeline("p", { joined }))
    expect(nodes.map(({ name }) => name)).toEqual([
      "test.lines",
      "test.short",
      "test.lines#2",
      "test.upper",
      "union.rows"
    ])
    for (const node of nodes)
      for (const edge of node.edges) expect(nodes.indexOf(edge.node)).toBeLessThan(nodes.indexOf(node))
  })

  it("of 10,000 steps needs no deep stack", () => {
    let rows: Dataset<{ readonly text: string }> = source
    for (let step = 0; step < 10_000; step++) rows = rows.pipe(short())
    const { nodes } = buildGraph(pipeline("long", { rows }))
    expect(nodes.length).toBe(10_001)
    expect(nodes.at(-1)!.name).toBe("test.short#10000")
  })
})

describe("columns", () => {
  it("are followed through stages, renamed by column options", () => {
    const rows = source.pipe(upper({ text: "source" }))
    expect(Object.keys(buildGraph(pipeline("p", { rows })).nodes[1]!.columns)).toEqual(["text", "source", "size"])
  })

  it("of a union are those of all its inputs", () => {
    const rows = union<{ readonly text: string }>(source.pipe(upper()), lines({ path: "y" }))
    expect(Object.keys(buildGraph(pipeline("p", { rows })).nodes.at(-1)!.columns)).toEqual(["text", "source"])
  })

  it("that are missing are told with those there are", () => {
    const build = () => buildGraph(pipeline("p", { out: (source as never as Dataset<{ body: string }>).pipe(learn()) }))
    expect(errorsOf(build)).toEqual([
      'SLUICE_MISSING_COLUMN test.learn needs the column "body", which test.lines does not have'
    ])
    try {
      build()
    } catch (cause) {
      expect((cause as SluiceErrors).errors[0]!.evidence).toEqual(["test.lines has text, source"])
    }
  })

  it("that a column option names wrongly are told", () => {
    const rows = source.pipe(upper({ text: "nope" } as never))
    expect(errorsOf(() => buildGraph(pipeline("p", { rows })))).toEqual([
      'SLUICE_MISSING_COLUMN test.upper needs the column "nope", which test.lines does not have'
    ])
  })
})

describe("options", () => {
  it.each<readonly [object, string]>([
    [{ minWord: 3 }, 'SLUICE_UNKNOWN_OPTION test.short has no option "minWord"; did you mean "minWords"?'],
    [{ zzzzzz: 3 }, 'SLUICE_UNKNOWN_OPTION test.short has no option "zzzzzz"'],
    [{ minWords: "3" }, 'SLUICE_BAD_OPTION test.short.minWords cannot be "3"'],
    [{ language: "fr" }, 'SLUICE_BAD_OPTION test.short.language cannot be "fr"']
  ])("%o are told", (options, message) => {
    expect(wrong(options)).toEqual([message])
  })

  it("that are missing are told, all mistakes together", () => {
    const out = lines({} as never).pipe(short({ minWord: 1, language: 3 } as never))
    expect(errorsOf(() => buildGraph(pipeline("p", { out })))).toEqual([
      'SLUICE_BAD_OPTION test.lines needs the option "path"',
      'SLUICE_UNKNOWN_OPTION test.short has no option "minWord"; did you mean "minWords"?',
      "SLUICE_BAD_OPTION test.short.language cannot be 3"
    ])
  })

  it("have their defaults filled in; keys see neither knobs nor columns", () => {
    const { nodes } = buildGraph(pipeline("p", { out: source.pipe(short({ minWords: 5 }), upper()) }))
    expect(nodes[1]!.options).toEqual({ minWords: 5, language: "en", label: undefined })
    expect(nodes[2]!.options).toEqual({ text: "text", fast: 1 })
    expect(nodes[2]!.keyed).toEqual({})
  })
})

describe("--set", () => {
  const words = param("words", Schema.Int, 4)
  const folder = param("folder", Schema.String, "data/*.txt")
  const given = pipeline("p", { out: lines({ path: folder }).pipe(short({ minWords: words })) })
  const optionsOf = (sets: { readonly [target: string]: string }) =>
    buildGraph(given, sets).nodes.map(({ options }) => options["path"] ?? options["minWords"])

  it("leaves parameters their defaults", () => {
    expect(optionsOf({})).toEqual(["data/*.txt", 4])
  })

  it("decodes parameters and options by the option's schema", () => {
    expect(optionsOf({ words: "7", folder: "other/*.txt" })).toEqual(["other/*.txt", 7])
    expect(optionsOf({ "test.short.minWords": "9", words: "7" })).toEqual(["data/*.txt", 9])
  })

  it("takes what looks like a number as text where the option is text", () => {
    expect(optionsOf({ folder: "2024" })).toEqual(["2024", 4])
    expect(optionsOf({ "test.lines.path": "true" })).toEqual(["true", 4])
  })

  it.each([
    [{ words: "many" }, 'SLUICE_BAD_OPTION --set words cannot be "many"'],
    [{ "test.short.minWords": "1.5" }, "SLUICE_BAD_OPTION test.short.minWords cannot be 1.5"],
    [
      { wrods: "3" },
      'SLUICE_UNKNOWN_OPTION --set wrods: the pipeline has no such parameter or option; did you mean "words"?'
    ],
    [
      { "test.short.minWord": "3" },
      'SLUICE_UNKNOWN_OPTION --set test.short.minWord: the pipeline has no such parameter or option; did you mean "test.short.minWords"?'
    ]
  ])("%o is told", (sets, message) => {
    expect(errorsOf(() => buildGraph(given, sets as never))).toEqual([message])
  })
})

describe("options that name files", () => {
  const listed = Stage.filter({
    name: "test.listed",
    needs: { text: Schema.String },
    options: { words: opt.list([]), seal: opt.file() },
    reasons: ["other"],
    decide: ({ text }, { words }) => (words.includes(text) ? keep : "other")
  })
  const files: { readonly [path: string]: string } = {
    "words.txt": "# those\n dawn \n\ndusk\r\n",
    same: "dawn\ndusk",
    "many.txt": Array.from({ length: 21 }, (_, i) => `w${i}\n`).join(""),
    latin: "caf\u00e9"
  }
  const read = (path: string) => {
    if (!(path in files)) throw new Error("no such file")
    return Buffer.from(files[path]!, path === "latin" ? "latin1" : "utf8")
  }
  const build = (options: object, sets: { readonly [target: string]: string } = {}) =>
    buildGraph(pipeline("p", { out: source.pipe(listed(options as never)) }), sets, read).nodes[1]!

  it("are seen as content, and enter keys by it", () => {
    const given = build({ words: ["dawn", "dusk"], seal: "same" })
    const named = build({ words: "words.txt", seal: "same" })
    expect(named.options).toEqual({ words: ["dawn", "dusk"], seal: Buffer.from("dawn\ndusk") })
    expect(named.keyed).toEqual(given.keyed)
    expect(build({ words: "same", seal: "same" }).keyed).toEqual(given.keyed)
    expect(build({ seal: "words.txt" }).keyed["seal"]).not.toEqual(given.keyed["seal"])
    expect(build({ words: "many.txt", seal: "same" }).keyed["words"]).toMatch(/^21 entries, sha256 [0-9a-f]{64}$/)
    expect(build({ seal: "same" }, { "test.listed.words": "words.txt" }).keyed).toEqual(given.keyed)
    expect(build({ seal: "same" }, { "test.listed.words": '["dawn","dusk"]' }).keyed).toEqual(given.keyed)
  })

  it.each([
    [{ seal: "gone" }, "SLUICE_BAD_OPTION test.listed.seal: gone cannot be read"],
    [{ seal: "same", words: "latin" }, "SLUICE_BAD_OPTION test.listed.words: latin cannot be read"],
    [{ seal: "same", words: 3 }, "SLUICE_BAD_OPTION test.listed.words cannot be 3"],
    [{ seal: ["same"] }, 'SLUICE_BAD_OPTION test.listed.seal cannot be ["same"]'],
    [{}, 'SLUICE_BAD_OPTION test.listed needs the option "seal"']
  ])("%j is told", (options, message) => {
    expect(errorsOf(() => build(options))).toEqual([message])
  })
})
