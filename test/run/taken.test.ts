// Which rows can be taken from an earlier block, and which of its rows they are.
import { describe, expect, it } from "vitest"
import type { RowAction } from "../../src/run/row-action.ts"
import type { Place } from "../../src/run/row-reuse.ts"
import { ownRows, takenFrom } from "../../src/run/taken.ts"
import { rowsOf } from "../../src/table/bits.ts"

const action = (rows: number, more: Partial<RowAction> = {}): RowAction => ({
  counts: { in: rows, out: rows, dropped: 0, failed: 0 },
  reasons: {},
  block: "block",
  pack: "pack",
  content: {},
  errors: [],
  ...more
})

const at = (from: RowAction, rows: ReadonlyArray<number>): ReadonlyArray<Place> =>
  rows.map((row) => ({ action: from, key: "key", row }))

const ten = action(10)

describe("places that can be taken", () => {
  it.each<
    readonly [what: string, places: ReadonlyArray<Place | undefined>, taken: ReadonlyArray<number> | "all" | undefined]
  >([
    ["some rows of one action, in order", at(ten, [0, 2, 3, 9]), [0, 2, 3, 9]],
    ["all of them", at(ten, [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), "all"],
    ["none", [], undefined],
    ["in another order", at(ten, [2, 0, 3, 9]), undefined],
    ["one row twice", at(ten, [0, 2, 2, 9]), undefined],
    ["of two actions", [...at(ten, [0, 1, 2]), ...at(action(10), [3, 4])], undefined],
    ["with one that is to be computed", [...at(ten, [0, 1, 2]), undefined], undefined],
    ["too few of a block", at(ten, [4, 5]), undefined],
    [
      "of an action with failed rows",
      at(action(4, { errors: [{ row: 1, message: "no" } as never] }), [0, 2]),
      undefined
    ]
  ])("%s", (_, places, expected) => {
    const found = takenFrom(places)
    if (expected === undefined) return expect(found).toBeUndefined()
    expect(found!.action).toBe(places[0]!.action)
    const { taken } = found!
    expect(taken === undefined ? "all" : [...rowsOf(taken.nth, taken.rows)]).toEqual(expected)
  })

  it("of what was itself taken, are rows of the first block", () => {
    const first = takenFrom(at(ten, [1, 2, 5, 6, 8]))!
    const second = action(5, { taken: first.taken })
    const third = takenFrom(at(second, [0, 2, 4]))!
    expect([...ownRows(action(3, { taken: third.taken }))!]).toEqual([1, 5, 8])
    expect(takenFrom(at(second, [0, 1]))).toBeUndefined()
  })
})
