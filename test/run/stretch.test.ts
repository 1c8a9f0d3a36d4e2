// Records that a thread reads where they stand: what is told of their places, what is read, and what a changed file is called.
import { appendFileSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, describe, expect, it } from "vitest"
import type { ParseInput } from "../../src/run/parse.ts"
import { gapsOf, readStretches, startsOf } from "../../src/run/stretch.ts"
import { ReadBuffer } from "../../src/run/whole-file.ts"
import { sha256Into } from "../../src/table/sha256.ts"
import { Random } from "./random-numbers.ts"

const folder = mkdtempSync(join(tmpdir(), "sluice-stretch-"))
afterAll(() => rmSync(folder, { recursive: true }))

const bytesOf = (text: string): Uint8Array => new Uint8Array(Buffer.from(text))
const recordsOf = (records: ReadonlyArray<Uint8Array>) => ({
  count: records.length,
  record: (i: number) => records[i]!
})
const cut = (file: Uint8Array, ...places: ReadonlyArray<readonly [from: number, to: number]>) =>
  recordsOf(places.map(([from, to]) => file.subarray(from, to)))

describe("where records stand", () => {
  const file = bytesOf("one\r\n\r\ntwo\nthree")

  it.each([
    ["one after another", cut(file, [0, 3], [7, 10], [11, 16]), [0, 4, 1]],
    ["without anything between them", cut(file, [0, 5], [5, 10]), [0, 0]],
    ["an empty one", cut(file, [0, 3], [5, 5], [7, 10]), [0, 2, 2]],
    ["in another order", cut(file, [7, 10], [0, 3]), undefined],
    ["one within another", cut(file, [0, 7], [2, 7]), undefined],
    ["in memory of their own", recordsOf([bytesOf("one")]), undefined],
    ["before the file, in memory that it shares", recordsOf([new Uint8Array(file.buffer, 0, 3)]), [0]],
    ["none", recordsOf([]), []]
  ])("%s", (_, records, gaps) => {
    expect(gapsOf(file, records)).toEqual(gaps && Int32Array.from(gaps))
  })

  it("in a file that is part of other memory", () => {
    const within = file.subarray(7, 10)
    expect(gapsOf(within, recordsOf([within]))).toEqual(Int32Array.of(0))
    expect(gapsOf(within, recordsOf([file.subarray(0, 3)]))).toBeUndefined()
    expect(gapsOf(within, recordsOf([file.subarray(7, 16)]))).toBeUndefined()
  })

  it("far from each other is not worth reading", () => {
    const wide = new Uint8Array((1 << 20) + 10)
    expect(gapsOf(wide, cut(wide, [0, 1], [(1 << 20) + 5, (1 << 20) + 6]))).toBeUndefined()
    expect(gapsOf(wide, cut(wide, [0, 1], [1 << 20, (1 << 20) + 1]))).toEqual(Int32Array.of(0, (1 << 20) - 1))
  })

  it("follows from what lies between them", () => {
    expect(startsOf(Int32Array.of(0, 4, 1), Float64Array.of(3, 3, 5))).toEqual(Float64Array.of(0, 7, 11))
  })
})

/** A partition of the records of some files, each with its text and the places of records in it. */
const inputOf = (
  files: ReadonlyArray<{ readonly path: string; readonly text: string; readonly records: ReadonlyArray<string> }>
): ParseInput => {
  const records = files.flatMap((file) => file.records.map((record) => bytesOf(record)))
  const offsets = new Int32Array(records.length + 1)
  const digests = new Uint8Array(records.length * 16)
  records.forEach((record, i) => {
    offsets[i + 1] = offsets[i]! + record.length
    sha256Into(record, 0, record.length, digests, i * 16, 16)
  })
  const stretches = files.map(({ path, text, records: wanted }) => {
    let from = 0
    const starts = wanted.map((record) => {
      const at = text.indexOf(record, from)
      from = at + record.length
      return Buffer.byteLength(text.slice(0, at))
    })
    return { path: `in/${path}`, absolute: join(folder, path), starts: Float64Array.from(starts) }
  })
  for (const { path, text } of files) writeFileSync(join(folder, path), text)
  const numbers = Int32Array.from(files.flatMap((file, index) => file.records.map(() => index)))
  const occurrences = new Int32Array(records.length)
  return { bytes: new Uint8Array(0), stretches, offsets, paths: [], files: numbers, digests, occurrences }
}

const textsOf = ({ bytes, offsets }: ParseInput): ReadonlyArray<string> =>
  Array.from(offsets.subarray(1), (end, i) => Buffer.from(bytes.subarray(offsets[i], end)).toString())

const changed = (path: string, what: string) => `ingest: in/${path} changed during the run: ${what}`
const otherBytes = "its bytes are no longer those that were digested"

describe("records that are read", () => {
  it("stand end to end, whatever lies between them in their files", () => {
    const random = new Random(7)
    const buffer = new ReadBuffer()
    for (let round = 0; round < 50; round++) {
      const files = ["a", "b", "c"].slice(0, 1 + random.below(3)).map((path) => {
        const all = Array.from({ length: 1 + random.below(9) }, (_, i) => `${i}é${"x".repeat(random.below(300))}`)
        const text = all.map((one) => `${one}${["\n", "\r\n", "\n \n"][random.below(3)]}`).join("")
        const from = random.below(all.length)
        return { path, text, records: all.slice(from, from + 1 + random.below(all.length - from)) }
      })
      const input = inputOf(files)
      expect(textsOf(readStretches("ingest", input, buffer))).toEqual(files.flatMap(({ records }) => records))
    }
  })

  it("are the given ones where they are in memory", () => {
    const input = { ...inputOf([]), stretches: undefined }
    expect(readStretches("ingest", input)).toBe(input)
  })

  const lines = { path: "lines", text: "one\ntwo\nthree\n", records: ["one", "two", "three"] }
  it.each<[string, () => void, string | undefined]>([
    ["one that was edited", () => writeFileSync(join(folder, "lines"), "one\ntwo\nThree\n"), otherBytes],
    ["one that moved", () => writeFileSync(join(folder, "lines"), "\none\ntwo\nthree\n"), otherBytes],
    ["one that was cut off", () => truncateSync(join(folder, "lines"), 9), otherBytes],
    ["a file that is gone", () => rmSync(join(folder, "lines")), "it can no longer be read (ENOENT)"],
    ["what comes behind them", () => appendFileSync(join(folder, "lines"), "four\n"), undefined]
  ])("%s", (_, edit, what) => {
    const input = inputOf([lines])
    edit()
    const read = () => textsOf(readStretches("ingest", input))
    if (what === undefined) expect(read()).toEqual(lines.records)
    else expect(read).toThrow(changed("lines", what))
  })
})
