// Columns in memory are those of the rows that were kept, however often some were left out, whether asked for between or not.
import { describe, expect, it } from "vitest"
import { columnOf, columnValues } from "../../src/table/column.ts"
import { HeldColumns } from "../../src/table/held-columns.ts"
import { Random } from "../run/random-numbers.ts"
import { fields, randomValues } from "./random-columns.ts"

const names = Object.keys(fields)

describe("columns in memory", () => {
  it("of rows that were kept agree with arrays", () => {
    for (let seed = 0; seed < 60; seed++) {
      const random = new Random(seed)
      const count = random.below(30)
      let values = Object.fromEntries(names.map((name) => [name, randomValues(random, name, count)]))
      let held = new HeldColumns()
      for (const name of names) held.set(name, columnOf(values[name]!, fields[name]!))
      for (let round = 0; round < 4; round++) {
        const rows = Array.from(values[names[0]!]!.keys()).filter(() => random.below(3) > 0)
        const before = held
        const asked = names[random.below(names.length)]!
        if (random.below(2) === 0) before.get(asked)
        held = before.take(Int32Array.from(rows))
        const all = values
        values = Object.fromEntries(names.map((name) => [name, rows.map((row) => all[name]![row])]))
        expect(columnValues(before.get(asked)!).length, `seed ${seed}`).toBe(all[asked]!.length)
      }
      for (const name of names) expect(Array.from(columnValues(held.get(name)!)), `seed ${seed}`).toEqual(values[name])
    }
  })

  it("are copied when they are asked for, once", () => {
    const column = columnOf(["a", "b", "c"], fields["text"]!)
    const held = new HeldColumns()
    held.set("text", column)
    const all = held.take(Int32Array.of(0, 1, 2))
    const some = held.take(Int32Array.of(1, 2))
    expect(all.get("text")).toBe(column)
    expect(some.get("text")).not.toBe(column)
    expect(some.get("text")).toBe(some.get("text"))
  })

  it("of a copy go their own way", () => {
    const held = new HeldColumns()
    held.set("text", columnOf(["a"], fields["text"]!))
    const copy = held.copy()
    copy.delete("text")
    copy.set("whole", columnOf([1], fields["whole"]!))
    expect([held.has("text"), held.has("whole"), copy.has("text"), copy.has("whole")]).toEqual([
      true,
      false,
      false,
      true
    ])
  })
})
