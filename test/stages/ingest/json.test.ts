// ingest.json: where elements lie, what brackets and names must be, bad elements and bad files, other people's files.
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { json } from "../../../stages/ingest/json.ts"
import { Random } from "../../run/random-numbers.ts"
import { decodedDefaults, type Source } from "../declared.ts"

const source = json.declaration as Source & { readonly options: object }
const defaults = decodedDefaults(source.options as never)

interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => { readonly start: number; readonly end: number }
}

const framed = (bytes: string | Uint8Array, options: object = {}): Frames =>
  source.frame(Buffer.from(bytes as string), { ...defaults, ...options }, "a.json") as Frames

const elements = (text: string, options: object = {}) => {
  const bytes = Buffer.from(text)
  const frames = framed(bytes, options)
  return Array.from({ length: frames.count }, (_, i) => {
    const { start, end } = frames.place(i)
    const record = Buffer.from(frames.record(i)).toString()
    expect(bytes.subarray(start, end).toString()).toBe(record)
    return record
  })
}

test.each([
  ["[]", {}, []],
  [" [ ] \n", {}, []],
  ['\ufeff[{"a":1}]', {}, ['{"a":1}']],
  ['[ {"a":1} ,\n {"a":[1,{"b":2}]} ]', {}, ['{"a":1}', '{"a":[1,{"b":2}]}']],
  ['[{"a":"]}"},{"b":"\\"]}\\\\"}]', {}, ['{"a":"]}"}', '{"b":"\\"]}\\\\"}']],
  ['[1,"two",null,[3]]', {}, ["1", '"two"', "null", "[3]"]],
  ['[{"é":"日本"},{}]', {}, ['{"é":"日本"}', "{}"]],
  [
    '{"n":1,"data":{"other":[9],"items":[{"a":1},{"a":2}],"x":{}},"z":"]"}',
    { at: "data.items" },
    ['{"a":1}', '{"a":2}']
  ],
  ['{"a.b":[{"c":1}]}', { at: ["a.b"] }, ['{"c":1}']],
  ['{"\\u0061":[{}]}', { at: "a" }, ["{}"]],
  ["[[[1]]]", { maxDepth: 2 }, ["[[1]]"]]
])("%s with %j", (text, options, expected) => {
  expect(elements(text, options)).toEqual(expected)
})

test.each([
  ["", {}, "cannot be read as a JSON array: it ends at byte 0 where an array should begin"],
  [
    '{"a":1}',
    {},
    'is no JSON array but begins with an object: ingest.jsonl reads one object a line, at: "NAME" the array below a name'
  ],
  ['[{"a":1}', {}, "cannot be read as a JSON array: it ends at byte 8 where a comma or ] should stand"],
  [
    '[{"a":1},]',
    {},
    "cannot be read as a JSON array: byte 9 is ] (element 2, which begins at byte 9) where a value should begin"
  ],
  ['[{"a":1} {"b":2}]', {}, "cannot be read as a JSON array: byte 9 is { where a comma or ] should stand"],
  [
    '[{},{"a":[1}]',
    {},
    "cannot be read as a JSON array: byte 11 is } (element 2, which begins at byte 4) where ] should stand"
  ],
  [
    '[{},{"a":1',
    {},
    "cannot be read as a JSON array: it ends at byte 10 (element 2, which begins at byte 4) where } should stand"
  ],
  ['[{},{"a', {}, "is not JSON: the text that begins at byte 5 (element 2, which begins at byte 4) has no end"],
  ["[] x", {}, "cannot be read as a JSON array: byte 3 is x where the file should end"],
  ["[{}]\n[{}]", {}, "cannot be read as a JSON array: byte 5 is [ where the file should end"],
  [
    "[[[1]]]",
    { maxDepth: 1 },
    "is nested more than 1 deep at byte 2 (element 1, which begins at byte 1): raise maxDepth to read it"
  ],
  ['{"data":{"x":[]}}', { at: "data.items" }, 'has no "data.items" in its object at byte 8'],
  [
    '{"data":[]}',
    { at: "data.items" },
    'cannot be read as a JSON array: byte 8 is [ where an object with "items" should begin'
  ],
  ['{"data":7}', { at: "data" }, 'cannot be read as a JSON array: byte 8 is 7 where the array "data" should begin'],
  ['{"a":[],"a":[]}', { at: "a" }, 'has "a" twice: the second time before byte 12'],
  [Buffer.alloc(100), {}, "is not text: many of its bytes are zero or control characters"]
])("a bad file: %s with %j", (text, options, message) => {
  expect(() => framed(text, options)).toThrow(new Error(message))
})

test.each([
  ['{"a":tru}', "is not JSON: unexpected token '}'"],
  ['{"a":1,}', "is not JSON: expected double-quoted property name in JSON at position 7 (line 1 column 8)"],
  ["[1]", "is not a JSON object but an array"],
  ["7", "is not a JSON object but a number"]
])("the element %s is a bad row", (text, message) => {
  expect(() => source.parse(Buffer.from(text), defaults, "a.json")).toThrow(new Error(message))
})

test("each element of a written array is found, whatever it holds", () => {
  const random = new Random(8259)
  const pieces = ['"', "\\", "[", "]", "{", "}", ",", ":", "é", "\n", "\u2028", "a", "\\u0022", " "]
  const string = () => Array.from({ length: random.below(6) }, () => random.pick(pieces)).join("")
  const value = (depth: number): unknown => {
    const kind = random.below(depth > 3 ? 4 : 6)
    if (kind < 2) return string()
    if (kind < 4) return random.pick([null, true, false, 0, -1.5e-7, 12])
    const inner = Array.from({ length: random.below(4) }, () => value(depth + 1))
    return kind === 4 ? inner : Object.fromEntries(inner.map((one) => [string(), one]))
  }
  for (let round = 0; round < 300; round++) {
    const items = Array.from({ length: random.below(5) }, () => value(0))
    const spaces = random.pick([undefined, 1, "\t"])
    const whole = { before: value(0), data: { other: value(0), items, more: value(0) }, after: value(0) }
    const text = JSON.stringify(whole, null, spaces)
    const found = elements(text, { at: "data.items" })
    expect(
      found.map((one) => JSON.parse(one)),
      text
    ).toEqual(items)
  }
})

const archive = new URL("../../../../shared/data/formats-json-csv.tar.zst", import.meta.url).pathname

test("other people's files: what is JSON is read as JSON.parse does, what is none is refused", ({ skip }) => {
  skip(!existsSync(archive), "shared/data/formats-json-csv.tar.zst is not here")
  const folder = mkdtempSync(join(tmpdir(), "sluice-json-"))
  execFileSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const suite = join(folder, "formats/JSONTestSuite/test_parsing")
  const files = readdirSync(suite)
  for (const file of files) {
    const bytes = readFileSync(join(suite, file))
    // As an element, each text stands inside an object: what is no JSON must fail, be it in framing or in parsing.
    const inside = Buffer.concat([Buffer.from('[{"v":'), bytes, Buffer.from("}]")])
    for (const [read, what] of [
      [() => valuesOf(bytes), file],
      [() => valuesOf(inside), `${file} inside an object`]
    ] as const) {
      let values: ReadonlyArray<unknown> | string
      try {
        values = read()
      } catch (error) {
        values = (error as Error).message
      }
      const text = bytes.toString("utf8")
      if (file.startsWith("n_")) expect(values, what).toBeTypeOf("string")
      else if (file.startsWith("y_") && what !== file) expect(values, what).toEqual([{ v: JSON.parse(text) }])
      else if (file.startsWith("y_") && typeof values !== "string") expect(values, what).toEqual(JSON.parse(text))
      if (typeof values === "string") expect(values, what).toMatch(/^(is|has|cannot be read as) /)
    }
  }
  rmSync(folder, { recursive: true })
  expect(files.length).toBeGreaterThan(300)
})

const valuesOf = (bytes: Uint8Array): ReadonlyArray<unknown> => {
  const frames = framed(bytes)
  return Array.from({ length: frames.count }, (_, i) => source.parse(frames.record(i), defaults, "a.json"))
}
