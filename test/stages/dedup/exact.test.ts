// dedup.exact: the first row of each text survives.
import { expect, test } from "vitest"
import { exact } from "../../../stages/dedup/exact.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { resolved, type Select } from "../declared.ts"

const select = exact.declaration as Select
const prepared = (texts: ReadonlyArray<string>) => texts.map((by) => select.prepare({ by }, { by: "text" }))

test("later rows merge into the first of the same text", () => {
  expect(resolved(select, prepared(["a", "b", "a", "", "b", "a", ""]), {})).toEqual([
    { row: 2, into: 0, similarity: 1, reason: "duplicate" },
    { row: 4, into: 1, similarity: 1, reason: "duplicate" },
    { row: 5, into: 0, similarity: 1, reason: "duplicate" },
    { row: 6, into: 3, similarity: 1, reason: "duplicate" }
  ])
  expect(select.reasons).toEqual(["duplicate", "seen-before"])
})

test("rows that another dataset has are dropped", () => {
  const against = [["c", "b"], [], ["b", "d"]].map(prepared)
  expect(resolved(select, prepared(["a", "b", "a", "d", "e"]), {}, { against })).toEqual([
    { row: 1, reason: "seen-before" },
    { row: 2, into: 0, similarity: 1, reason: "duplicate" },
    { row: 3, reason: "seen-before" }
  ])
})

test("a space, a capital or an accent makes another text", () => {
  expect(resolved(select, prepared(["a", "a ", "A", "á", "a\u0301"]), {})).toEqual([])
})

test("batch and row agree", () => {
  const texts = ["", ...oddTexts(41, 100)]
  const digests = columnValues(select.prepareBatch!(textBatch("by", texts), {}), "digest") as ReadonlyArray<Uint8Array>
  prepared(texts).forEach((row, i) => {
    expect(Buffer.from(digests[i]!).equals(row.digest as Uint8Array)).toBe(true)
  })
})
