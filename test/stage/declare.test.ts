// Where a model may be an option: of the functions that run row by row.
import * as Schema from "effect/Schema"
import { describe, expect, it } from "vitest"
import { keep, opt, Stage } from "#sluice"

const options = { model: opt.model() }

describe("a model", () => {
  it("is no option of a decision, a program or a source", () => {
    const filter = () =>
      Stage.filter({ name: "test.filter", needs: { text: Schema.String }, options, reasons: [], decide: () => keep })
    expect(filter).toThrow('test.filter: a model is no option of a filter; "model" belongs to measureOptions')
    const program = () =>
      Stage.program({ name: "test.program", inputs: {}, emits: "report", options, run: async () => ({ data: 1 }) })
    expect(program).toThrow('"model" belongs to its inputs, as input.model()')
  })

  it("is one of a map", () => {
    expect(() =>
      Stage.map({ name: "test.map", needs: {}, options, adds: { x: Schema.Int }, apply: () => ({ x: 1 }) })
    ).not.toThrow()
  })
})
