// ingest.jsonl: framing, places, and what a line must be.
import { expect, test } from "vitest"
import { jsonl } from "../../../stages/ingest/jsonl.ts"
import type { Source } from "../declared.ts"

const source = jsonl.declaration as Source
interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => unknown
}
const frames = (text: string | Uint8Array) => {
  const framed = source.frame(Buffer.from(text), {}, "a.jsonl") as Frames
  return Array.from({ length: framed.count }, (_, i) => [Buffer.from(framed.record(i)).toString(), framed.place(i)])
}

test("lines with their numbers; blank lines and ends of line are no records", () => {
  expect(frames('{"a":1}\r\n\n  \n{"b":2}\n {"c":3} ')).toEqual([
    ['{"a":1}', { line: 1 }],
    ['{"b":2}', { line: 4 }],
    ['{"c":3}', { line: 5 }]
  ])
  expect(frames("")).toEqual([])
  expect(frames("\ufeff{}\n")).toEqual([["{}", { line: 1 }]])
})

const parse = (text: string) => source.parse(Buffer.from(text), {}, "a.jsonl")

test("an object is a row", () => {
  expect(parse('{"a":[1,{"b":null}],"c":"é"}')).toEqual({ a: [1, { b: null }], c: "é" })
})

test.each([
  ['{"a":', "is not JSON: unexpected end"],
  ["{a:1}", "is not JSON: expected property name or '}' in JSON at position 1 (line 1 column 2)"],
  ["oops", "is not JSON: unexpected token 'o'"],
  ["[1]", "is not a JSON object but an array"],
  ["null", "is not a JSON object but null"],
  ["3", "is not a JSON object but a number"]
])("%s", (text, message) => {
  expect(() => parse(text)).toThrow(new Error(message))
})
