// ingest.text and the character sets it finds: files, paragraphs, lines; what is refused.
import { execFileSync } from "node:child_process"
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { expect, test } from "vitest"
import { charsetOf, decodeText } from "../../../stages/ingest/charset.ts"
import { text } from "../../../stages/ingest/text.ts"
import { decodedDefaults, type Source } from "../declared.ts"

const source = text.declaration as Source & { readonly options: object }
const defaults = decodedDefaults(source.options as never)

interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => unknown
}

const read = (bytes: string | Uint8Array, options: object = {}) => {
  const all = { ...defaults, ...options }
  const frames = source.frame(Buffer.from(bytes as string), all, "a.txt") as Frames
  return Array.from({ length: frames.count }, (_, i) => [
    source.parse(frames.record(i), all, "a.txt")["text"],
    frames.place(i)
  ])
}

const utf16be = (read: string) => Buffer.from(read, "utf16le").swap16()

test("a file is a row, as it stands but for line ends", () => {
  expect(read(" one\r\ntwo\r\rthree \n")).toEqual([[" one\ntwo\n\nthree \n", { start: 0, end: 18 }]])
  expect(read("")).toEqual([["", { start: 0, end: 0 }]])
  expect(source.parse(Buffer.from("x"), defaults, "b/c.txt")).toEqual({ source: "b/c.txt", text: "x" })
})

test.each([
  [
    "one\ntwo\n\nthree",
    [
      ["one\ntwo", 1],
      ["three", 4]
    ]
  ],
  [
    "\ufeff\n  \n  one \n\ttwo\t\n \t\n\n\nthree\n\n",
    [
      ["one \n\ttwo", 3],
      ["three", 8]
    ]
  ],
  [
    "one\r\ntwo\r\n\r\nthree\r\n",
    [
      ["one\ntwo", 1],
      ["three", 4]
    ]
  ],
  [
    "one\rtwo\r\rthree\r",
    [
      ["one\ntwo", 1],
      ["three", 4]
    ]
  ],
  [" \n", []],
  ["", []],
  [
    Buffer.from("\ufeffé\n\nñ", "utf16le"),
    [
      ["é", 1],
      ["ñ", 3]
    ]
  ],
  [
    Buffer.from("caf\xe9\n\nni\xf1o", "latin1"),
    [
      ["café", 1],
      ["niño", 3]
    ]
  ]
])("paragraphs of %j", (bytes, expected) => {
  expect(read(bytes, { per: "paragraph" })).toEqual(expected.map(([one, line]) => [one, { line }]))
})

test.each([
  [
    "one\n\n two \r\nthree",
    [
      ["one", 1],
      ["two", 3],
      ["three", 4]
    ]
  ],
  [
    "one\rtwo\r",
    [
      ["one", 1],
      ["two", 2]
    ]
  ],
  [
    utf16be("\ufeffone\n日本"),
    [
      ["one", 1],
      ["日本", 2]
    ]
  ]
])("lines of %j", (bytes, expected) => {
  expect(read(bytes, { per: "line" })).toEqual(expected.map(([one, line]) => [one, { line }]))
})

const words = "The gate opens at dawn, the café at noon. "

test.each([
  ["nothing", Buffer.from(""), "utf-8", ""],
  ["ASCII", Buffer.from("abc"), "utf-8", "abc"],
  ["UTF-8", Buffer.from(words), "utf-8", words],
  ["UTF-8 with a mark", Buffer.from(`\ufeff${words}`), "utf-8", words],
  ["UTF-8 with a zero", Buffer.from("some text\0and more"), "utf-8", "some text\0and more"],
  ["UTF-16LE with a mark", Buffer.from(`\ufeff${words}`, "utf16le"), "utf-16le", words],
  ["UTF-16BE with a mark", utf16be(`\ufeff${words}`), "utf-16be", words],
  ["UTF-16LE", Buffer.from(words, "utf16le"), "utf-16le", words],
  ["UTF-16BE", utf16be(words), "utf-16be", words],
  [
    "UTF-16LE of few spaces",
    Buffer.from("日本語の文章です。 ".repeat(9), "utf16le"),
    "utf-16le",
    "日本語の文章です。 ".repeat(9)
  ],
  ["Windows-1252", Buffer.from("\x93caf\xe9\x94 \x96 5 \x80", "latin1"), "windows-1252", "“café” – 5 €"]
])("%s", (_, bytes, charset, expected) => {
  expect(charsetOf(bytes)).toBe(charset)
  expect(decodeText(bytes, "detect")).toBe(expected)
})

test.each([
  [
    "UTF-8 with a byte that is wrong",
    Buffer.concat([Buffer.from("é à ü "), Uint8Array.of(0xff)]),
    "is not UTF-8: byte 0xff at offset 9"
  ],
  ["bytes that no text holds", Uint8Array.of(0x61, 0xe9, 0x81), "is not UTF-8: byte 0xe9 at offset 1"],
  ["zero bytes", Uint8Array.of(0, 0xff, 0, 0, 0xfe, 3, 0), "is not text: it has zero bytes"],
  [
    "UTF-16 of odd length",
    Buffer.concat([Buffer.from("\ufeffab", "utf16le"), Uint8Array.of(1)]),
    "is not UTF-16LE: its length is odd"
  ],
  ["half a surrogate pair", Buffer.from("\ufeffa\ud800b", "utf16le"), "is not UTF-16LE: half a surrogate pair"],
  ["UTF-32", Uint8Array.of(0xff, 0xfe, 0, 0, 97, 0, 0, 0), "is UTF-32, which is not read"]
])("%s: refused", (_, bytes, message) => {
  expect(() => decodeText(bytes, "detect")).toThrow(new Error(message))
})

test("a charset that is named holds", () => {
  expect(read(Buffer.from("\xc3\xa9", "latin1"), { charset: "windows-1252" })[0]![0]).toBe("Ã©")
  expect(() => read(Buffer.from("\xe9", "latin1"), { charset: "utf-8" })).toThrow("is not UTF-8: byte 0xe9 at offset 0")
})

const archive = new URL("../../../../shared/data/formats-json-csv.tar.zst", import.meta.url).pathname

test("other people's files are text in a character set, or refused with a clear error", ({ skip }) => {
  skip(!existsSync(archive), "shared/data/formats-json-csv.tar.zst is not here")
  const folder = mkdtempSync(join(tmpdir(), "sluice-text-"))
  execFileSync("tar", ["--zstd", "-xf", archive, "-C", folder])
  const suite = join(folder, "formats/JSONTestSuite/test_parsing")
  const found = (name: string) => decodeText(readFileSync(join(suite, name)), "detect")
  expect(found("i_string_UTF-16LE_with_BOM.json")).toBe('["é"]')
  expect(found("i_string_utf16LE_no_BOM.json")).toBe('["é"]')
  expect(found("i_string_utf16BE_no_BOM.json")).toBe('["é"]')
  expect(found("i_string_iso_latin_1.json")).toBe('["é"]')
  for (const name of readdirSync(suite)) {
    let error = ""
    try {
      found(name)
    } catch (cause) {
      error = (cause as Error).message
    }
    expect(error, name).toMatch(/^$|^is not UTF-8: byte 0x|^is not text: /)
  }
  rmSync(folder, { recursive: true })
})
