// What enters a key and what does not: equal keys where results must be equal, other keys where they may differ.
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { type Dataset, keep, opt, pipeline, Stage } from "#sluice"
import type { Code } from "../../src/graph/code.ts"
import { buildGraph } from "../../src/graph/graph.ts"
import { childLabel, graphKey, nodeKeys } from "../../src/graph/key.ts"

const lines = Stage.source({
  name: "test.lines",
  options: { path: opt(Schema.String), row: opt.rows() },
  emits: { option: "row" },
  list: ({ path }) => path,
  frame: () => ({ count: 0, record: () => new Uint8Array(0), place: () => ({ line: 1 }) }),
  parse: () => ({})
})
const measured = Stage.filter({
  name: "test.measured",
  needs: { by: Schema.String },
  measures: { words: Schema.Int },
  measureOptions: { split: opt(Schema.String, " "), speed: opt.knob(Schema.Int, 1) },
  measure: () => ({ words: 1 }),
  options: { least: opt(Schema.Number, 3), by: opt.column("text") },
  reasons: ["few"],
  decide: () => keep
})
const expanded = Stage.expand({
  name: "test.expanded",
  needs: { text: Schema.String },
  emits: { word: Schema.String },
  options: { most: opt(Schema.Int, 3), speed: opt.knob(Schema.Int, 1) },
  apply: ({ text }) => [{ word: text }]
})
const chosen = Stage.select({
  name: "test.chosen",
  needs: { text: Schema.String },
  prepares: { start: Schema.String },
  prepareOptions: { letters: opt(Schema.Int, 4) },
  options: { most: opt(Schema.Int, 5) },
  reasons: ["other"],
  prepare: ({ text }) => ({ start: text }),
  resolve: () => {}
})

const Page = Schema.Struct({ text: Schema.String, title: Schema.String })
const source = (options: object = {}) => lines({ path: "x", row: Page, ...options })
type Pages = Dataset<{ readonly text: string; readonly title: string }>

const none: Code = { functions: {}, impure: undefined }
const code = (functions: { readonly [name: string]: string }): Code => ({
  functions: Object.fromEntries(Object.entries(functions).map(([name, hash]) => [name, { hash } as never])),
  impure: undefined
})

const keysOf = (out: Dataset<unknown>, own: Code = none) =>
  nodeKeys(buildGraph(pipeline("p", { out })).nodes.at(-1)!, own)
const measure = (options: object, own?: Code) => keysOf((source() as Pages).pipe(measured(options as never)), own)

describe("the key of a filter", () => {
  it("is the same with a default given, another column, another knob, another name", () => {
    const key = measure({})
    for (const options of [{ least: 3 }, { split: " " }, { by: "title" }, { speed: 9 }, { name: "other" }])
      expect(measure(options), JSON.stringify(options)).toEqual(key)
  })

  it("of its measure does not see the threshold; that of its decision does", () => {
    const [three, four] = [measure({}), measure({ least: 4 })]
    expect(four.row).toBe(three.row)
    expect(four.whole).not.toBe(three.whole)
  })

  it("tells thresholds apart that JSON cannot write", () => {
    const keys = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY, Number.NaN].map(
      (least) => measure({ least }).whole
    )
    expect(new Set(keys).size).toBe(3)
  })

  it("changes with the options of its measure", () => {
    expect(measure({ split: "," }).row).not.toBe(measure({}).row)
  })

  it("sees the code of its measure and of its decision apart", () => {
    const base = measure({}, code({ measure: "m1", decide: "d1" }))
    const decided = measure({}, code({ measure: "m1", decide: "d2" }))
    const both = measure({}, code({ measure: "m2", decide: "d1" }))
    expect(decided.row).toBe(base.row)
    expect(decided.whole).not.toBe(base.whole)
    expect(both.row).not.toBe(base.row)
    expect(both.whole).not.toBe(base.whole)
  })
})

describe("the key of a select", () => {
  const select = (options: object) => keysOf((source() as Pages).pipe(chosen(options)))

  it("of its preparation sees the preparation's options only", () => {
    expect(select({ most: 6 }).row).toBe(select({}).row)
    expect(select({ most: 6 }).whole).not.toBe(select({}).whole)
    expect(select({ letters: 3 }).row).not.toBe(select({}).row)
  })
})

describe("the key of a source", () => {
  it("does not see the size of partitions", () => {
    expect(keysOf(source({ partitionBytes: 9 }))).toEqual(keysOf(source()))
  })

  it("sees a schema by its syntax tree", () => {
    const same = Schema.Struct({ title: Schema.String, text: Schema.String.annotate({ description: "words" }) })
    const other = Schema.Struct({ title: Schema.NullOr(Schema.String), text: Schema.String })
    const sorted = (row: Schema.Top) => keysOf(source({ row: row as never })).row
    expect(sorted(Schema.Struct({ text: same.fields.text, title: same.fields.title }))).toBe(sorted(Page))
    expect(sorted(other)).not.toBe(sorted(Page))
  })
})

describe("the ids of children", () => {
  const label = (options: object) =>
    childLabel(buildGraph(pipeline("p", { out: (source() as Pages).pipe(expanded(options)) })).nodes[1]!)

  it("depend on the stage and its options, not on knobs, defaults or the node's name", () => {
    for (const options of [{ most: 3 }, { speed: 4 }, { name: "other" }]) expect(label(options)).toBe(label({}))
    expect(label({ most: 2 })).not.toBe(label({}))
  })
})

describe("the key of a graph", () => {
  const graph = (options: object, from: Dataset<unknown> = source()) =>
    graphKey(buildGraph(pipeline("p", { out: (from as Pages).pipe(measured(options as never)) })))

  it("sees options, columns and what is joined to what", () => {
    const keys = [graph({}), graph({ least: 4 }), graph({ by: "title" }), graph({}, (source() as Pages).pipe(chosen()))]
    expect(new Set(keys).size).toBe(4)
    expect(graph({ least: 3 })).toBe(keys[0])
  })
})
