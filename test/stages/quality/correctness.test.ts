// quality.correctness: equations worked out, code blocks, numbers from nowhere.
import { expect, test } from "vitest"
import { equationsIn } from "../../../stages/quality/arithmetic.ts"
import { isBalanced, unsupportedNumbers } from "../../../stages/quality/code-blocks.ts"
import { correctness } from "../../../stages/quality/correctness.ts"
import { decodedDefaults, type Filter } from "../declared.ts"

const filter = correctness.declaration as Filter
const defaults = decodedDefaults(filter.options)

test.each([
  ["16 - 3 - 4 = 9", 1, 0],
  ["16 - 3 - 4 = 8", 1, 1],
  ["<<16-3-4=9>>9 and 9*2=$18", 2, 0],
  ["2 + 3 * 4 = 14, (2 + 3) × 4 = 20, 20 ÷ 8 = 2.5", 3, 0],
  ["3 x 4 = 12 and 3x4=12", 2, 0],
  ["$1,200 + $300 = $1,500", 1, 0],
  ["25% of 80 = 20; 100% - 80% = 20%", 2, 0],
  ["10 / 3 = 3.33, 10 / 3 = 3.34, 10 / 3 = 3.4", 3, 0],
  ["10 / 3 = 3.5", 1, 1],
  ["7 / 2 = 3 left", 1, 0],
  ["1 / 4 = 25%", 1, 0],
  ["−3 + 5 = 2", 1, 0],
  // No equations of numbers, or not whole ones.
  ["5x + 7 = 52, y = 3, a = b", 0, 0],
  ["2 + 2 = 4 * 1", 0, 0],
  ["v1.2-3 = x, 2024-01-15 = today", 0, 0],
  ["2^3 + 1 = 9", 0, 0],
  ["1 / 0 = 0", 0, 0],
  ["24 * 1/2 = 12", 1, 0],
  ["5 * 3 = 15 000", 0, 0],
  ["", 0, 0]
])("%j", (text, count, wrong) => {
  expect(equationsIn(text)).toMatchObject({ count, wrong })
})

test("the first that is wrong is told", () => {
  expect(equationsIn("1 + 1 = 2, 2 + 2 = 5, 3 + 3 = 7").first).toBe("2 + 2 = 5")
})

test.each([
  ["f(a[0], {b: 1})", true],
  ["f(a[0)]", false],
  ["f(", false],
  ["f(')') // )", true],
  ['s = """ ( """\nprint(s) # (', true],
  ["`$(a(`", true]
])("%j", (code, balanced) => {
  expect(isBalanced(code)).toBe(balanced)
})

test.each([
  ["3 gates and four boats", "There are 3 and 4.", 0],
  ["3 gates", "There are 3 and 5.", 0.5],
  ["3 gates", "3 * 2 = 6, so 6.", 1 / 4],
  ["none", "1. north\n2. south", 0],
  ["1,200 boats", "1200 boats of 7.5 t", 0.5],
  ["", "", 0]
])("numbers of %j in %j", (question, answer, share) => {
  expect(unsupportedNumbers(question, answer)).toBeCloseTo(share)
})

test.each([
  ["2 + 2 = 4", {}, ""],
  ["2 + 2 = 5", {}, "wrong-equation"],
  ["2 + 2 = 5", { maxWrongEquations: 1 }, ""],
  ['```json\n{"a": 1}\n```', {}, ""],
  ["```json\n{a: 1}\n```", {}, "broken-code"],
  ["```js\nf(\n```", {}, "broken-code"],
  ["```text\nf(\n```", {}, ""],
  ["``` ts\nf()\n```\n```js\n[(])\n```", { maxBrokenBlocks: 1 }, ""],
  ["There are 7.", {}, ""],
  ["There are 7.", { maxUnsupported: 0.5 }, "unsupported-numbers"]
])("%j with %j", (answer, options, reason) => {
  expect(filter.decide(filter.measure({ question: "", answer }, {}), { ...defaults, ...options })).toBe(reason)
})
