// Values at an index: those of the rows meant, in their order, of an array that stays as it is.
import { expect, it } from "vitest"
import { isInOrder, takeBytes, takeInts } from "../../src/table/take.ts"

it.each([
  ["none", [], []],
  ["in another order", [3, 0, 2], [40, 10, 30]],
  ["one twice", [1, 1], [20, 20]]
])("%s", (_, index, wanted) => {
  const values = [10, 20, 30, 40]
  const [bytes, ints] = [Uint8Array.from(values), Int32Array.from(values)]
  expect(takeBytes(bytes, Int32Array.from(index))).toEqual(Uint8Array.from(wanted))
  expect(takeInts(ints, Int32Array.from(index))).toEqual(Int32Array.from(wanted))
  expect([...bytes, ...ints]).toEqual([...values, ...values])
})

it.each([
  [[], true],
  [[0, 1, 2], true],
  [[1, 2], false],
  [[0, 2], false],
  [[0, 0], false]
])("%j is in order: %s", (index, wanted) => expect(isInOrder(Int32Array.from(index))).toBe(wanted))
