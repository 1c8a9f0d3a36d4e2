// Columns hold what their field says and nothing else; taking and joining rows agrees with arrays.
import { describe, expect, it } from "vitest"
import { columnLength, columnOf, columnValues, concatColumns, takeColumn, valueAt } from "../../src/table/column.ts"
import { Random } from "../run/random-numbers.ts"
import { fields, randomValues } from "./random-columns.ts"

describe("a column", () => {
  it.each([
    ["text", 7, "expected text, got number"],
    ["whole", 1.5, "expected an integer within ±2^53, got 1.5"],
    ["whole", 2 ** 53, "expected an integer within ±2^53, got 9007199254740992"],
    ["whole", 2n ** 60n, "expected an integer within ±2^53, got 1152921504606846976"],
    ["real", Number.NaN, "expected a finite number, got NaN"],
    ["real", "1", "expected a finite number, got 1"],
    ["flag", 1, "expected a boolean, got number"],
    ["bytes", "x", "expected bytes, got string"],
    ["nested", new Date(0), "expected JSON, got a Date"],
    ["nested", [Number.POSITIVE_INFINITY], "expected JSON, got Infinity (number)"],
    ["nested", { inner: new Map() }, "expected JSON, got a Map"]
  ])("of %s refuses %s", (name, value, message) => {
    expect(() => columnOf([value], fields[name]!)).toThrow(new TypeError(message))
  })

  it("has no negative zero, which a file of integers would lose", () => {
    expect(Object.is(valueAt(columnOf([-0], fields["real"]!), 0), 0)).toBe(true)
  })

  it("of nested values is frozen: functions share it", () => {
    const value = columnValues(columnOf([{ tags: ["a"] }], fields["nested"]!))[0] as { readonly tags: Array<string> }
    expect(() => value.tags.push("b")).toThrow(TypeError)
  })

  it("replaces lone surrogates, as UTF-8 does", () => {
    expect(valueAt(columnOf(["a\uD800b"], fields["text"]!), 0)).toBe("a\uFFFDb")
  })
})

describe("taking and joining rows", () => {
  it("agrees with arrays", () => {
    for (let seed = 0; seed < 80; seed++) {
      const random = new Random(seed)
      for (const [name, field] of Object.entries(fields)) {
        const parts = Array.from({ length: random.between(1, 4) }, () => randomValues(random, name, random.below(12)))
        const joined = concatColumns(
          parts.map((values) => columnOf(values, field)),
          field
        )
        const all = parts.flat()
        expect(columnLength(joined)).toBe(all.length)
        expect(Array.from(columnValues(joined)), `${name}, seed ${seed}`).toEqual(all)
        const index = Int32Array.from({ length: all.length === 0 ? 0 : random.below(15) }, () =>
          random.below(all.length)
        )
        const taken = takeColumn(joined, index)
        expect(Array.from(columnValues(taken))).toEqual(Array.from(index, (row) => all[row]))
        expect(Array.from(index, (_, row) => valueAt(taken, row))).toEqual(Array.from(index, (row) => all[row]))
      }
    }
  })
})
