// Row objects from columns: the rows meant, under the names of the needs, each made when it is asked for.
import * as Schema from "effect/Schema"
import { expect, it } from "vitest"
import { callRows, Rows } from "../../src/run/row-function.ts"
import { columnOf } from "../../src/table/column.ts"
import { fieldOf } from "../../src/table/field.ts"

const needs = { text: Schema.String, note: Schema.optional(Schema.String), score: Schema.NullOr(Schema.Finite) }
const columns = {
  text: columnOf(["a", "b", "c"], fieldOf(needs.text, "text")),
  note: columnOf([null, "said", null], fieldOf(needs.note, "note")),
  score: columnOf([1, null, 3], fieldOf(needs.score, "score"))
}

it("a missing value is null, or no property where the column is optional", () => {
  expect([...new Rows(columns, Int32Array.of(2, 1), needs)]).toEqual([
    { text: "c", score: 3 },
    { text: "b", note: "said", score: null }
  ])
})

it("rows of which none is meant have none", () => {
  expect(new Rows({}, new Int32Array(0), needs).length).toBe(0)
})

it("what one call does to its row, the next does not see", () => {
  const rows = new Rows(columns, Int32Array.of(0, 0), needs)
  const { results, errors } = callRows((row) => ((row as { text: string }).text += "!"), rows, {})
  expect([results, errors]).toEqual([["a!", "a!"], []])
})

it("a row that throws fails alone, and its result is undefined", () => {
  const run = ({ text }: { readonly [need: string]: unknown }) => {
    if (text === "b") throw new Error("no b")
    return text
  }
  const { results, errors } = callRows(run, new Rows(columns, Int32Array.of(0, 1, 2), needs), {})
  expect(results).toEqual(["a", undefined, "c"])
  expect(errors.map(({ row, message }) => [row, message])).toEqual([[1, "no b"]])
})
