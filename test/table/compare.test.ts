// Two versions of rows compared: by digest where they have no ids, by id where they have.
import { describe, expect, it } from "vitest"
import { compareDatasets, compareSequences } from "../../src/table/compare.ts"
import { columnOf } from "../../src/table/column.ts"
import { columnDigests, contentOf } from "../../src/table/digest.ts"
import { writePack } from "../../src/table/pack.ts"
import type { View } from "../../src/table/view.ts"

const text = { type: "text", integer: false, nullable: false } as const
const digests = (values: string) => columnDigests(columnOf(values === "" ? [] : values.split(" "), text))

describe("sequences", () => {
  it.each([
    ["a b c", "a b c", 0, 0, 0],
    ["", "a b", 2, 0, 0],
    ["a b", "", 0, 0, 2],
    ["a b c", "a x c", 0, 1, 0],
    ["a b c", "b c d", 1, 0, 1],
    ["a b c d", "a x y d", 0, 2, 0],
    ["a b c", "a x y c", 1, 1, 0],
    ["a a b", "a b", 0, 0, 1],
    ["a b", "a a b", 1, 0, 0],
    ["a b c", "c b a", 0, 0, 0],
    ["a b", "x y z", 1, 2, 0]
  ])("%s → %s", (before, after, inserted, changed, deleted) => {
    expect(compareSequences(digests(before), digests(after))).toEqual({ inserted, changed, deleted })
  })
})

describe("datasets", () => {
  const objects = new Map<string, Uint8Array>()
  const reader = { get: (digest: string) => objects.get(digest)! }

  /** A view of rows "id:value", from packs alone: comparing reads no column. */
  const view = (rows: ReadonlyArray<string>): View => {
    const [ids, values] = [0, 1].map((at) => digests(rows.map((row) => row.split(":")[at]!).join(" ")))
    const pack = `pack ${objects.size}`
    objects.set(pack, writePack({ ids: ids!, "digest:value": values! }))
    const content = { ids: contentOf(ids!), columns: { value: contentOf(values!) } }
    const column = { field: text, block: "", name: "value", pack, steps: [] }
    return { base: rows.length, rows: rows.length, ids: pack, columns: { value: column }, content }
  }

  it("names rows by id, however they are cut", () => {
    const before = [view(["a:1", "b:2"]), view(["c:3"])]
    const after = [view(["a:1"]), view(["d:4", "c:5"])]
    const { inserted, deleted, changed } = compareDatasets(reader, before, after, ["value"])
    const id = (letter: string) => Buffer.from(digests(letter)).toString("hex")
    expect([inserted, deleted, changed]).toEqual([[id("d")], [id("b")], [{ id: id("c"), columns: ["value"] }]])
    expect(compareDatasets(reader, before, after, []).changed).toEqual([])
  })
})
