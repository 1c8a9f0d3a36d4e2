// Block formats against what the gguf package made of the same bytes (record-blocks.py), bit for bit.
import { readFileSync } from "node:fs"
import { join } from "node:path"
import { expect, test } from "vitest"
import { dequantize, formatName, quantizedBytes } from "../../../src/model/gguf/dequantize.ts"

interface Recorded {
  readonly type: number
  readonly name: string
  readonly bytes: string
  readonly values: string
}

const recorded = JSON.parse(readFileSync(join(import.meta.dirname, "blocks.json"), "utf8")) as ReadonlyArray<Recorded>

const decoded = (text: string): Uint8Array<ArrayBuffer> => Uint8Array.from(Buffer.from(text, "base64"))

test.each(recorded.map((one) => [one.name, one] as const))("%s", (name, { type, bytes, values }) => {
  const expected = decoded(values)
  const count = expected.length / 4
  const given = decoded(bytes)
  expect(formatName(type)).toBe(name)
  expect(quantizedBytes(type, count, "w")).toBe(given.length)
  const found = dequantize(type, given, count, "w")
  expect(new Uint8Array(found.buffer)).toEqual(expected)
})

test("f32 is taken as it is", () => {
  const values = new Float32Array([1.5, -0, 3e-39])
  expect(dequantize(0, new Uint8Array(values.slice().buffer), 3, "w")).toEqual(values)
})

test.each([
  [10, 256, "w is stored in ggml's format 10, which is not read", "SLUICE_UNSUPPORTED_MODEL"],
  [12, 128, "w has 128 values, no multiple of Q4_K's 256", "SLUICE_BAD_GGUF"]
])("format %i with %i values is refused", (type, count, message, code) => {
  expect(() => quantizedBytes(type, count, "w")).toThrow(expect.objectContaining({ code }))
  expect(() => quantizedBytes(type, count, "w")).toThrow(message)
})
