// ingest.arrow: values of each type, files and streams, compressed buffers, files cut short or damaged.
import { Decimal, Field, makeData, RecordBatch, Schema, Struct, Table, tableFromArrays, tableToIPC } from "apache-arrow"
import { expect, test } from "vitest"
import { arrow } from "../../../stages/ingest/arrow.ts"
import type { Source } from "../declared.ts"
import { arrowFiles, linkedBlocks } from "./arrow-files.ts"

const source = arrow.declaration as Source
interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => unknown
}
const read = async (bytes: Uint8Array) => {
  const frames = (await source.frame(bytes, {}, "a.arrow")) as Frames
  return Array.from({ length: frames.count }, (_, i) => source.parse(frames.record(i), {}, "a.arrow"))
}

const first = {
  big: 1,
  day: "2026-01-02T00:00:00.000Z",
  dec: 12.5,
  dict: "red",
  dur: 2000,
  fixed: [1, 2],
  large: "big",
  map: { x: 1 },
  none: null,
  ok: true,
  raw: "AP8=",
  score: 0.5,
  tags: ["a", "b"],
  text: "one",
  time: "03:04:05.0006",
  ts: "2026-01-02T03:04:05.678Z",
  u8: 255,
  who: { age: 3, name: "Ann" }
}
const second = {
  big: "1152921504606846976",
  day: "1969-12-31T00:00:00.000Z",
  dec: "-123456789012345678.91",
  dict: "blue",
  dur: -1000,
  fixed: [0.5, -0.5],
  large: "",
  map: {},
  none: null,
  ok: false,
  raw: "",
  score: null,
  tags: [],
  text: "zwei é",
  time: "00:00:00",
  ts: "1969-12-31T00:00:00.000Z",
  u8: 0,
  who: { age: null, name: null }
}
const third = Object.fromEntries(Object.keys(first).map((name) => [name, null]))

test.each(Object.entries(arrowFiles))("%s", async (_, bytes) => {
  expect(await read(bytes)).toEqual([first, second, third])
})

test("LZ4 blocks that build on each other", async () => {
  const rows = await read(linkedBlocks)
  expect(rows).toEqual(Array.from({ length: 9000 }, (_, i) => ({ text: `some text that repeats, line ${i % 7}` })))
})

test("a table of the library itself, without rows too; keys are in one order and lines count rows", async () => {
  const table = tableFromArrays({ z: ["one"], a: Int32Array.of(1) })
  for (const format of ["file", "stream"] as const) {
    const frames = (await source.frame(tableToIPC(table, format), {}, "")) as Frames
    expect([Buffer.from(frames.record(0)).toString(), frames.place(0)]).toEqual(['{"a":1,"z":"one"}', { line: 1 }])
    expect(await read(tableToIPC(table.slice(0, 0), format))).toEqual([])
  }
})

test.each(Object.entries(arrowFiles))("%s cut anywhere is an error", async (_, bytes) => {
  for (let end = 0; end < bytes.length; end += 7)
    await expect(read(bytes.subarray(0, end)), `the first ${end} bytes`).rejects.toThrow(
      /^is (an Arrow (file|stream) cut short|neither an Arrow file nor an Arrow stream)|^cannot be read as Arrow: /
    )
})

test("a byte of the metadata changed gives rows or one error, and no loop", async () => {
  const table = tableFromArrays({ text: ["one", "two"], n: Int32Array.of(1, 2) })
  for (const format of ["file", "stream"] as const) {
    const whole = tableToIPC(table, format)
    for (let at = 0; at < whole.length; at++)
      for (const bit of [0x01, 0x14, 0x80]) {
        const changed = Uint8Array.from(whole)
        changed[at]! ^= bit
        const found = await read(changed).catch((error: Error) => error.message)
        if (typeof found === "string") expect(found, `byte ${at}`).toMatch(/^(is|cannot be read as Arrow:) /)
        else expect(found.length, `byte ${at}`).toBeLessThan(3)
      }
  }
})

test("decimals of any scale are exact; one of more digits than there can be is an error", async () => {
  const written = async (scale: number) => {
    const type = new Decimal(scale, 10, 128)
    const data = makeData({ type, length: 1, data: Uint32Array.of(1230, 0, 0, 0) })
    const schema = new Schema([new Field("d", type)])
    const struct = makeData({ type: new Struct(schema.fields), length: 1, children: [data] })
    return read(tableToIPC(new Table(schema, new RecordBatch(schema, struct)), "stream"))
  }
  expect(await written(2)).toEqual([{ d: 12.3 }])
  expect(await written(0)).toEqual([{ d: 1230 }])
  expect(await written(-2)).toEqual([{ d: 123000 }])
  await expect(written(100_000)).rejects.toThrow("cannot be read as Arrow: a column of decimals has 100000 places")
})

test("damage is told with its byte", async () => {
  const whole = tableToIPC(tableFromArrays({ a: Int32Array.of(1, 2, 3) }), "file")
  const view = (change: (view: DataView) => void) => {
    const changed = Uint8Array.from(whole)
    change(new DataView(changed.buffer))
    return read(changed)
  }
  const length = whole.length - 10
  await expect(view((bytes) => bytes.setInt32(length, -8, true))).rejects.toThrow(
    `cannot be read as Arrow: its footer, at byte ${length}, has no possible length (-8)`
  )
  await expect(view((bytes) => bytes.setInt32(12, 1 << 20, true))).rejects.toThrow(
    /^cannot be read as Arrow: its message at byte 8 ends at 1048592, where no more than \d+ can be$/
  )
  const start = length - new DataView(whole.buffer, whole.byteOffset).getInt32(length, true)
  await expect(view((bytes) => bytes.setUint32(start, 1 << 30, true))).rejects.toThrow(
    `cannot be read as Arrow: its metadata at byte ${start} is damaged`
  )
})

test("a batch that says it has more rows than its columns is an error", async () => {
  const table = tableFromArrays({ a: Int32Array.of(1, 2, 3) })
  const bytes = Uint8Array.from(tableToIPC(table, "stream"))
  const view = new DataView(bytes.buffer)
  // The batch's length and that of its column, 64 bits each, are the last 3s in its metadata.
  for (let at = 0; at + 8 <= bytes.length; at += 8)
    if (view.getBigInt64(at, true) === 3n) view.setBigInt64(at, 30_000_000n, true)
  await expect(read(bytes)).rejects.toThrow(
    new Error("cannot be read as Arrow: a column of Int32 has fewer values than its batch has rows")
  )
})

test.each([
  ["FEA1\0\0\0\0", "is Feather version 1, which is not read: write it again as version 2"],
  ["PAR1", "is neither an Arrow file nor an Arrow stream"]
])("%j", async (text, message) => {
  await expect(read(Buffer.from(text))).rejects.toThrow(new Error(message))
})
