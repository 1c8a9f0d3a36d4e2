// Calling a stage does no work: it gives an immutable handle that says what was called with what.
import * as Schema from "effect/Schema"
import { fileURLToPath } from "node:url"
import { describe, expect, it } from "vitest"
import { type Dataset, input, keep, opt, param, pipeline, sample, share, split, Stage, union, without } from "#sluice"
import { handleKind, isHandle } from "../../src/stage/handle.ts"
import { isParam } from "../../src/stage/param.ts"
import { isPipeline } from "../../src/stage/pipeline.ts"

const never = (): never => {
  throw new Error("a stage's function ran while the pipeline was written down")
}
const lines = Stage.source({
  name: "test.lines",
  options: { path: opt(Schema.String) },
  emits: { text: Schema.String, source: Schema.String },
  list: never,
  frame: never,
  parse: never
})
const short = Stage.filter({
  name: "test.short",
  needs: { text: Schema.String },
  options: { least: opt(Schema.Int, 3) },
  reasons: ["short"],
  decide: () => (Math.random() > 2 ? "short" : keep)
})
const learn = Stage.program({
  name: "test.learn",
  inputs: { rows: input.dataset({ text: Schema.String }) },
  main: "rows",
  emits: "model",
  run: never
})
const rows = lines({ path: "x" })

describe("a call of a stage", () => {
  it("runs nothing and gives a frozen handle", () => {
    const kept = rows.pipe(short({ least: 2 }))
    expect(isHandle(kept)).toBe(true)
    expect(Object.isFrozen(kept)).toBe(true)
    expect(kept.call.declaration.name).toBe("test.short")
    expect(kept.call.options).toEqual({ least: 2 })
    expect(kept.call.inputs).toEqual({ rows })
    expect([handleKind(rows), handleKind(kept.pipe(learn()))]).toEqual(["dataset", "model"])
  })

  it("can be used twice, each time a call of its own", () => {
    const stage = short()
    expect(rows.pipe(stage).call).not.toBe(rows.pipe(stage).call)
  })

  it("knows where its stage is defined", () => {
    const { site } = short.declaration
    expect(site.file).toBe(fileURLToPath(import.meta.url))
  })
})

describe("a split", () => {
  it("gives two parts of one call", () => {
    const { train, test } = rows.pipe(split({ by: "source", test: 0.2 }))
    expect(train.call).toBe(test.call)
    expect([train.part, test.part]).toEqual(["train", "test"])
  })
})

describe("the stages that need no declaration", () => {
  it("keep their inputs in order", () => {
    const other: Dataset<{ readonly text: string; readonly source: string }> = lines({ path: "y" })
    expect(union(rows, other).call.inputs).toEqual({ rows, more: [other] })
    expect(rows.pipe(without(other)).call.inputs).toEqual({ rows, other: [other] })
    expect(rows.pipe(sample({ rows: 3 })).call.options).toEqual({ rows: 3 })
  })
})

describe("a share", () => {
  it("is the same for the same text and seed, spread evenly", () => {
    expect(share("a", 1)).toBe(share("a", 1))
    expect(share("a", 1)).not.toBe(share("a", 2))
    const drawn = Array.from({ length: 4000 }, (_, i) => share(`row ${i}`, 7))
    expect(drawn.filter((value) => value < 0.25).length / 4000).toBeCloseTo(0.25, 1)
    expect(Math.max(...drawn)).toBeLessThan(1)
  })
})

describe("a pipeline and a parameter", () => {
  it("are values known by their brand", () => {
    const made = pipeline("p", { rows })
    expect([isPipeline(made), isPipeline({ name: "p", outputs: {} }), Object.isFrozen(made)]).toEqual([
      true,
      false,
      true
    ])
    expect([isParam(param("a", Schema.Int, 1)), isParam({ name: "a" })]).toEqual([true, false])
  })
})
