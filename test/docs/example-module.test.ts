// How examples are read: where they stand, what they claim, and when a value is what is written.
import { describe, expect, test } from "vitest"
import { examplesOf } from "./doc-examples.ts"
import { moduleOf } from "./example-module.ts"
import { compared, comparedRows } from "./shown-value.ts"

test("an example is the text below its tag, and belongs to what is declared behind the comment", () => {
  const source = `// "/** @example */" in a line comment or a string is none
const text = "/** @example */"
/**
 * Adds.
 *
 * @example
 * add(1, 2) // → 3
 *
 * @throws never
 */
export const add = (a: number, b: number) => a + b
`
  expect(examplesOf("add.ts", source)).toEqual([{ file: "add.ts", line: 6, of: "add", text: "add(1, 2) // → 3\n" }])
})

test("what is claimed becomes an export, in the order of the claims", () => {
  const { code, claims, dropped } = moduleOf(`const pages = rows({ page: 1 }, { page: 2 })
pages
// → { page: 1 }
// → { page: 2 }
const first = 1 // → 1
export default pipeline("p", { pages })
// pages → {
//   page: 1
// }
// dropped: 1 other
`)
  expect(code).toBe(`import { rows } from "./rows.ts"
const pages = rows({ page: 1 }, { page: 2 })
export const shown0 = (pages)
// → { page: 1 }
// → { page: 2 }
const first = 1; export const shown1 = first // → 1
export const shown2 = (pipeline("p", { pages })); export default shown2
// pages → {
//   page: 1
// }
// dropped: 1 other
`)
  expect(claims).toEqual([
    { export: "shown0", output: undefined, lines: ["{ page: 1 }", "{ page: 2 }"] },
    { export: "shown1", output: undefined, lines: ["1"] },
    { export: "shown2", output: "pages", lines: ["{ page: 1 }"] }
  ])
  expect(dropped).toBe("1 other")
})

test("a file is shown as its path and, set in, its text", () => {
  const { files } = moduleOf("// docs/a.md\n//   # A\n//\n//   b\n// read by this:\nread() // → 1\n")
  expect(files).toEqual({ "docs/a.md": "# A\n\nb\n" })
})

test.each(["// → 1", "f(\n// → 1\n)", "if (a) b()\n// → 1", "const a = ("])("%j is no example", (text) => {
  expect(() => moduleOf(text)).toThrow(SyntaxError)
})

describe("a value is", () => {
  const equal = (written: string, value: unknown) => {
    const [real, wanted] = compared(written, value)
    expect(real).toEqual(wanted)
  }

  test.each<[string, unknown]>([
    ["1", 1],
    ["-2", -2],
    ['"a…]"', "a…]"],
    ["null", null],
    ["0.667", 2 / 3],
    ["-0.667", -2 / 3],
    ["[1, 2]", new Int32Array([1, 2])],
    ["[1, …]", [1, 2, 3]],
    ["{ a: 1, … }", { a: 1, b: 2 }],
    ["[{ a: [0.333, …], … }]", [{ a: [1 / 3, 5], b: 0 }]]
  ])("%s", equal)

  test.each<[string, unknown]>([
    ["1", 2],
    ["0.66", 2 / 3],
    ["0.666", 2 / 3],
    ["[1]", [1, 2]],
    ["[1, 2, …]", [1]],
    ["{ a: 1 }", { a: 1, b: 2 }],
    ["{ a: 1, … }", { b: 2 }],
    ["{ b: 1, a: { … } }", { b: 1, a: 2 }]
  ])("not %s", (written, value) => expect(() => equal(written, value)).toThrow())

  test("rows, of which none is left out", () => {
    expect(comparedRows(["{ a: 1, … }"], [{ a: 1, b: 1 }, { a: 2 }])).toEqual([[{ a: 1 }, { a: 2 }], [{ a: 1 }]])
  })
})
