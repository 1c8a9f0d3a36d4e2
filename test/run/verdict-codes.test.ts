// Codes as text, there and back; and from the pack of what has one of its own.
import { describe, expect, it } from "vitest"
import { failedCode, type RowAction } from "../../src/run/row-action.ts"
import { codesOf, codesText } from "../../src/run/verdict-codes.ts"
import type { Store } from "../../src/store/store.ts"
import { bytesOf, writePack } from "../../src/table/pack.ts"

const action = (rows: number, codes?: string): RowAction => ({
  counts: { in: rows, out: 0, dropped: 0, failed: 0 },
  reasons: {},
  pack: "pack",
  content: {},
  errors: [],
  ...(codes === undefined ? {} : { codes })
})
const no = {} as Store

describe("codes as text", () => {
  it.each<readonly [what: string, codes: ReadonlyArray<number>, bytesEach: number]>([
    ["none", [], 0],
    ["few reasons", [0, 1, 2, 0, 7], 1],
    ["a failed row", [0, failedCode, 3], 1],
    ["the last code of a byte", [254, 0], 1],
    ["the first that needs two", [255, 0], 2],
    ["many reasons and a failed row", [300, failedCode, 255, 0], 2]
  ])("%s", (_, codes, bytesEach) => {
    const text = codesText(Uint16Array.from(codes))
    expect(Buffer.from(text, "base64")).toHaveLength(codes.length * bytesEach)
    expect([...codesOf(no, action(codes.length, text))]).toEqual(codes)
  })

  it("without them, the pack's", () => {
    const codes = Uint16Array.of(0, 2, failedCode)
    const store = { get: () => writePack({ codes: bytesOf(codes) }) } as unknown as Store
    expect(codesOf(store, action(3))).toEqual(codes)
  })
})
