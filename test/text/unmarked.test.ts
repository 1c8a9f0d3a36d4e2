// Text as RefinedWeb simplifies it: one by one and in batches.
import { expect, test } from "vitest"
import { unmarkAll, unmarked } from "#sluice/text"
import { textBatch } from "./text-batch.ts"

const cases = [
  ["Don't stop — NOW!", "dont stop now"],
  ["  Ünïcödé\t\n(«ÉCOLE»)  ", "unicode ecole"],
  ["1,250.75 €", "125075 €"],
  ["e\u0301 + é", "e + e"],
  ["…", ""],
  ["", ""],
  ["日本、東京。", "日本東京"]
] as const

test.each(cases)("%j becomes %j", (text, expected) => {
  expect(unmarked(text)).toBe(expected)
})

test("a batch gives the same", () => {
  const column = textBatch(
    "by",
    cases.map(([text]) => text)
  ).columns.by as { offsets: Int32Array; bytes: Uint8Array }
  const { offsets, bytes } = unmarkAll(column, cases.length)
  expect(cases.map((_, i) => Buffer.from(bytes.subarray(offsets[i], offsets[i + 1])).toString())).toEqual(
    cases.map(([, expected]) => expected)
  )
})
