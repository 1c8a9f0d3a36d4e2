// dedup.exact: the first row of each text survives.
import { expect, test } from "vitest"
import { exact } from "../../../stages/dedup/exact.ts"
import { columnValues, oddTexts, textBatch } from "../../text/text-batch.ts"
import { decodedDefaults, resolved, type Select } from "../declared.ts"

const select = exact.declaration as Select & { readonly prepareOptions: object; readonly options: object }
const options = decodedDefaults({ ...select.prepareOptions, ...select.options } as never)
const prepared = (texts: ReadonlyArray<string>) => texts.map((by) => select.prepare({ by, rank: by }, options))

test("later rows merge into the first of the same text", () => {
  expect(resolved(select, prepared(["a", "b", "a", "", "b", "a", ""]), options)).toEqual([
    { row: 2, into: 0, similarity: 1, reason: "duplicate" },
    { row: 4, into: 1, similarity: 1, reason: "duplicate" },
    { row: 5, into: 0, similarity: 1, reason: "duplicate" },
    { row: 6, into: 3, similarity: 1, reason: "duplicate" }
  ])
  expect(select.reasons).toEqual(["duplicate", "seen-before"])
})

test("rows that another dataset has are dropped", () => {
  const against = [["c", "b"], [], ["b", "d"]].map(prepared)
  expect(resolved(select, prepared(["a", "b", "a", "d", "e"]), options, { against })).toEqual([
    { row: 1, reason: "seen-before" },
    { row: 2, into: 0, similarity: 1, reason: "duplicate" },
    { row: 3, reason: "seen-before" }
  ])
})

test("a space, a capital or an accent makes another text", () => {
  expect(resolved(select, prepared(["a", "a ", "A", "á", "a\u0301"]), options)).toEqual([])
})

test("normalised texts are compared without case, marks, accents and digits", () => {
  const given = { ...options, normalise: true }
  const rows = ["Page 7: É", "page 1,250 — e", "page e", "PAGE\n9 e"].map((by) =>
    select.prepare({ by, rank: by }, given)
  )
  expect(resolved(select, rows, given).map(({ row, into }) => [row, into])).toEqual([
    [1, 0],
    [3, 0]
  ])
})

/** For ranks of five rows of one text, the row that survives. */
const policies: ReadonlyArray<
  readonly [given: object, ranks: ReadonlyArray<string | number | null>, survivor: number]
> = [
  [{ keep: "first" }, ["b", "a", "c", "d", "e"], 0],
  [{ keep: "best" }, [1, 3, 2, 3, -7], 1],
  [{ keep: "best" }, [null, -3, null, -4, -7], 1],
  [{ keep: "best" }, [null, null, null, null, null], 0],
  [{ keep: "newest" }, ["2024-05-01", "2024-11-30", "2023-01-01", "2024-11-30T00:00:01Z", "2024-11-29"], 3],
  [{ keep: "newest" }, ["2024-05-01T10:00", "2024-05-01T09:59Z", "2024-05-01 10:00:00", null, "2024-05-01"], 0],
  [{ keep: "newest" }, [2019, 2021, 2020, 2021, null], 1],
  [{ keep: "priority", priority: ["book", "wiki"] }, ["web", "wiki", "book", "book", "wiki"], 2],
  [{ keep: "priority", priority: ["book"] }, ["web", "wiki", null, "forum", "web"], 0]
]

test.each(policies)("%j of %j", (given, ranks, survivor) => {
  const all = { ...options, ...given }
  const rows = ranks.map((rank) => select.prepare({ by: "same", rank }, all))
  expect(new Set(resolved(select, rows, all).map(({ into }) => into))).toEqual(new Set([survivor]))
  expect(resolved(select, rows, all).map(({ row }) => row)).toEqual([0, 1, 2, 3, 4].filter((row) => row !== survivor))
})

test("what is no date or no number is an error that quotes it", () => {
  const prepare = (keep: string, rank: unknown) => () => select.prepare({ by: "x", rank }, { ...options, keep })
  expect(prepare("newest", "last week")).toThrow('keep: "newest" ranks by a date, and "last week" is none')
  expect(prepare("best", "0.5")).toThrow('keep: "best" ranks by a number, and "0.5" is none')
})

test("the longest survives, and a survivor is found among own rows only", () => {
  const given = { ...options, normalise: true, keep: "longest" }
  const made = (texts: ReadonlyArray<string>) => texts.map((by) => select.prepare({ by, rank: by }, given))
  const found = resolved(select, made(["Dawn", "dawn!!", "dusk", "DAWN."]), given, { against: [made(["dusk ..."])] })
  expect(found.map(({ row, into, reason }) => [row, into, reason])).toEqual([
    [0, 1, "duplicate"],
    [2, undefined, "seen-before"],
    [3, 1, "duplicate"]
  ])
})

test("batch and row agree", () => {
  const texts = ["", ...oddTexts(41, 100)]
  for (const given of [{}, { normalise: true }, { keep: "longest" }, { keep: "priority", priority: [texts[3]] }]) {
    const all = { ...options, ...given }
    const { columns } = textBatch("by", texts)
    const batch = select.prepareBatch!({ rows: texts.length, columns: { by: columns.by!, rank: columns.by! } }, all)
    const digest = columnValues(batch, "digest") as ReadonlyArray<Uint8Array>
    const rank = columnValues(batch, "rank")
    texts.forEach((by, i) => {
      const row = select.prepare({ by, rank: by }, all)
      expect(Buffer.from(digest[i]!).equals(row.digest as Uint8Array)).toBe(true)
      expect(rank[i]).toBe(row.rank)
    })
  }
})
