// Safetensors: round trip, half precisions, and files that lie about themselves.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { decodeSafetensors, encodeSafetensors, readSafetensors } from "../../src/model/safetensors.ts"
import type { Weight } from "../../src/model/weights.ts"

const file = (header: unknown, data: Uint8Array): Uint8Array => {
  const text = new TextEncoder().encode(typeof header === "string" ? header : JSON.stringify(header))
  const bytes = new Uint8Array(8 + text.length + data.length)
  new DataView(bytes.buffer).setBigUint64(0, BigInt(text.length), true)
  bytes.set(text, 8)
  bytes.set(data, 8 + text.length)
  return bytes
}

const raw = (data: Float16Array | Uint16Array | Float64Array): Uint8Array => new Uint8Array(data.buffer)

test("what is written is read, in one order whatever the order of the map", () => {
  const entries: [string, Weight][] = [
    ["b.weight", { shape: [2, 2], data: Float32Array.of(1, -2.5, 3e-38, Number.POSITIVE_INFINITY) }],
    ["a.bias", { shape: [3], data: Float32Array.of(0, -0, 7) }],
    ["scalar", { shape: [], data: Float32Array.of(4) }],
    ["none", { shape: [0, 4], data: new Float32Array() }]
  ]
  const bytes = encodeSafetensors(new Map(entries), { format: "pt" })
  expect(encodeSafetensors(new Map(entries.toReversed()), { format: "pt" })).toEqual(bytes)
  const { weights, metadata } = decodeSafetensors(bytes)
  expect(Object.fromEntries(weights)).toEqual(Object.fromEntries(entries))
  expect(metadata).toEqual({ format: "pt" })
  expect(Number(new DataView(bytes.buffer).getBigUint64(0, true)) % 8).toBe(0)
})

test.each([
  ["F16", raw(Float16Array.of(1.5, -0.25)), [1.5, -0.25]],
  ["BF16", raw(Uint16Array.of(0x3fc0, 0xbe80)), [1.5, -0.25]],
  ["F64", raw(Float64Array.of(1.5, -0.25)), [1.5, -0.25]]
])("%s is widened to f32", (dtype, data, expected) => {
  const bytes = file({ w: { dtype, shape: [2], data_offsets: [0, data.length] } }, data)
  expect([...decodeSafetensors(bytes).weights.get("w")!.data]).toEqual(expected)
})

const entry = (change: object): unknown => ({ w: { dtype: "F32", shape: [1], data_offsets: [0, 4], ...change } })

test.each([
  ["too short", new Uint8Array(4)],
  ["header longer than the file", file("{}", new Uint8Array()).subarray(0, 9)],
  ["no JSON", file("{]", new Uint8Array())],
  ["unknown dtype", file(entry({ dtype: "I8" }), new Uint8Array(4))],
  ["offsets against the shape", file(entry({ shape: [2] }), new Uint8Array(8))],
  ["offsets beyond the end", file(entry({ data_offsets: [4, 8] }), new Uint8Array(4))]
])("%s is an error that names the file", (_title, bytes) => {
  const folder = mkdtempSync(join(tmpdir(), "sluice-safetensors-"))
  const path = join(folder, "w.safetensors")
  writeFileSync(path, bytes)
  try {
    expect(() => readSafetensors(path)).toThrow(expect.objectContaining({ code: "SLUICE_BAD_SAFETENSORS" }))
    expect(() => readSafetensors(path)).toThrow(path)
  } finally {
    rmSync(folder, { recursive: true })
  }
})
