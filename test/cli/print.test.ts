// The pieces of terminal text: tables, cutting, wrapping, and errors on wide and narrow terminals.
import { describe, expect, it } from "vitest"
import { errorLines } from "../../src/cli/print-error.ts"
import { bytes, seconds, shorten, table, topCounts, widthOf, wrap } from "../../src/cli/print.ts"
import { SluiceError } from "../../src/errors.ts"
import { diskError } from "../../src/store/durable-file.ts"

const plain = (_: unknown, text: string) => text
const wide = { tty: true, width: 100, paint: plain }

describe("table", () => {
  it("aligns columns and cuts the last one where the terminal ends", () => {
    const rows = [
      ["node", "rows", "because"],
      ["a.b", "1,000", "the threshold changed and so did everything else"]
    ]
    expect(table({ width: 40 }, rows, ["left", "right"])).toEqual([
      "  node   rows  because",
      "  a.b   1,000  the threshold changed an…"
    ])
  })

  it("counts no column for colours", () => {
    expect(widthOf("\u001b[31mred\u001b[39m")).toBe(3)
  })
})

describe("text", () => {
  it("is cut and wrapped", () => {
    expect(shorten("a  long\nline of text", 10)).toBe("a long li…")
    expect(wrap("one two three four", 9)).toEqual(["one two", "three", "four"])
    expect(wrap("one two", Number.POSITIVE_INFINITY)).toEqual(["one two"])
  })

  it("says times, sizes and counts", () => {
    expect([0.04, 9.96, 61, 125, 3725].map(seconds)).toEqual(["0.0 s", "10.0 s", "61 s", "2 min 5 s", "1 h 2 min"])
    expect([5, 1500, 2.5e6, 3e9].map(bytes)).toEqual(["5 B", "1.5 kB", "2.5 MB", "3.00 GB"])
    expect(topCounts({ a: 1, b: 3, c: 2, d: 1 }, 2)).toBe("b 3, c 2, 2 more")
  })
})

describe("errors", () => {
  const told = {
    code: "SLUICE_X",
    message: "it broke",
    evidence: ["line 3"],
    hint: "mend it",
    exit: 1,
    stack: undefined
  }

  it("have their code at the right edge of a terminal", () => {
    const [first, ...rest] = errorLines(wide, told)
    expect(first).toBe(`✗ it broke${" ".repeat(82)}SLUICE_X`)
    expect(rest).toEqual(["  line 3", "  → mend it"])
  })

  it("have it after two spaces where there is no room or no terminal", () => {
    expect(errorLines({ ...wide, width: 15 }, told)[0]).toBe("✗ it broke  SLUICE_X")
    expect(errorLines({ tty: false, width: Number.POSITIVE_INFINITY, paint: plain }, told)[0]).toBe(
      "✗ it broke  SLUICE_X"
    )
  })

  it("say what to do about a full disk", () => {
    const error = diskError("/data/x", Object.assign(new Error("no space"), { code: "ENOSPC" })) as SluiceError
    expect(error).toBeInstanceOf(SluiceError)
    const { code, message, evidence, hint, exit } = error
    expect(errorLines({ ...wide, tty: false }, { code, message, evidence, hint, exit, stack: undefined })).toEqual([
      "✗ the disk is full: /data/x could not be written  SLUICE_DISK",
      "  → free some space (sluice gc --dry-run shows what can go), then run again: finished work is kept"
    ])
  })
})
