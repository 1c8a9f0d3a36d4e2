// Every cause of a plan in its sentence.
import { describe, expect, it } from "vitest"
import { causeTexts, changesText } from "../../src/graph/cause-text.ts"
import { type Cause, explainChange } from "../../src/graph/plan.ts"

const file = (path: string, change: "edited" | "added", changed: number): Cause => ({
  cause: "file",
  path,
  change,
  rows: { inserted: 0, changed, deleted: 0 }
})

describe("causes in sentences", () => {
  it.each<readonly [Cause, string]>([
    [{ cause: "new" }, "it has not run before"],
    [{ cause: "impure", why: "asks a clock" }, "it is declared impure: asks a clock"],
    [{ cause: "option", option: "minWords", before: 50, after: 80 }, "minWords 50 → 80"],
    [{ cause: "option", option: "keep", after: ["en"] }, 'keep not set → ["en"]'],
    [
      { cause: "code", functions: ["measure"], change: "changed function loud in words.ts" },
      "changed function loud in words.ts"
    ],
    [{ cause: "runtime", changes: [{ name: "threads", before: 2, after: 1 }] }, "threads 2 → 1"],
    [
      { cause: "declaration" },
      "the columns, reasons or inputs it declares changed, or how sluice computes such a stage"
    ],
    [{ cause: "gone" }, "its result is no longer in the store"],
    [{ cause: "input", input: "rows from a", change: "new" }, "new input: rows from a"],
    [
      { cause: "input", input: "rows from a", change: "changed", rows: { inserted: 1, changed: 0, deleted: 2 } },
      "changed input: rows from a (1 row inserted, 2 deleted)"
    ],
    [{ cause: "partitions", new: 1, of: 3, rows: 1 }, "1 of 3 partitions new, 1 row"],
    [{ cause: "waits", for: ["a", "b"] }, "waits for a, b"],
    [
      { cause: "equivalent", because: "only renamed", at: "2026-01-02T03:04:05.000Z", by: "ada" },
      "accepted as equivalent: only renamed (ada, 2026-01-02)"
    ]
  ])("%j", (cause, text) => {
    expect(causeTexts([cause])).toEqual([text])
  })

  it("name a few files and count the others", () => {
    const files = ["a", "b", "c", "d", "e"].map((path, at) => file(path, "edited", at))
    expect(causeTexts([...files, file("f", "added", 0)])).toEqual([
      "edited a, b (1 row changed), c (2 rows changed) and 2 more (7 rows changed)",
      "added f"
    ])
  })

  it("leave numbers out that are not known", () => {
    const unknown: Cause = { cause: "file", path: "a", change: "edited" }
    expect(causeTexts([unknown])).toEqual(["edited a"])
    expect(causeTexts([file("a", "edited", 1), file("b", "edited", 1), file("c", "edited", 1), unknown])).toEqual([
      "edited a (1 row changed), b (1 row changed), c (1 row changed) and 1 more"
    ])
    expect(changesText(undefined)).toBe("")
  })
})

describe("what differs between two results", () => {
  const ingredients = { code: {}, options: {}, inputs: {}, runtime: { v8: "1", threads: 2 } }

  it("is nothing where nothing does", () => {
    expect(explainChange(ingredients, ingredients)).toEqual([])
  })

  it("is told of the system for what both know", () => {
    expect(explainChange(ingredients, { ...ingredients, runtime: { v8: "1", threads: 1, device: "cpu" } })).toEqual([
      { cause: "runtime", changes: [{ name: "threads", before: 2, after: 1 }] }
    ])
  })
})
