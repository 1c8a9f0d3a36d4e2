// Files of other kinds where text is read: each is told for what it is; text with odd characters is still text.
import { gzipSync, zstdCompressSync } from "node:zlib"
import { expect, test } from "vitest"
import { asUtf8, refuseForeign, utf8Of } from "../../../stages/ingest/foreign-file.ts"
import { documents } from "../../../stages/ingest/documents.ts"
import { jsonl } from "../../../stages/ingest/jsonl.ts"
import { text } from "../../../stages/ingest/text.ts"
import type { Source } from "../declared.ts"
import { exactFile } from "./parquet-file.ts"
import { documentFiles } from "./document-files.ts"
import { zipOf } from "./zip-archive.ts"

const bytes = (begin: string, zeros = 100) => Buffer.concat([Buffer.from(begin, "latin1"), Buffer.alloc(zeros)])

test.each([
  [
    "a workbook",
    zipOf({ "[Content_Types].xml": "<a/>", "xl/workbook.xml": "<a/>" }),
    "is an Excel workbook, not text: save its sheet as CSV"
  ],
  [
    "a Word document",
    documentFiles.docx,
    /^is a Word document, not text: ingest\.documents reads it where its name ends in \.docx$/
  ],
  ["a book", documentFiles.epub, /^is an EPUB, not text: /],
  ["an archive", zipOf({ "a.txt": "a" }), "is a zip archive, not text: let its name end in .zip"],
  ["gzip", gzipSync("some text"), "is gzip-compressed, not text: let its name end in .gz"],
  ["zstd", zstdCompressSync("some text"), "is zstd-compressed, not text: let its name end in .zst"],
  ["Parquet", exactFile, "is a Parquet file, not text: ingest.parquet reads it"],
  ["SQLite", bytes("SQLite format 3\0"), "is an SQLite database, not text: ingest.sqlite reads it"],
  ["an old workbook", bytes("\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"), /^is a document of Office before 2007, not text: /],
  ["an image", bytes("\x89PNG\r\n\x1a\n"), "is an image (PNG), not text: leave it out of the path"],
  ["a program", bytes("\x7fELF\x02\x01\x01"), "is a program (ELF), not text: leave it out of the path"],
  ["zeros", Buffer.alloc(1000), "is not text: many of its bytes are zero or control characters"],
  ["a dump", Buffer.from(Array.from({ length: 999 }, (_, i) => i % 9)), /^is not text: many/]
])("%s is told", (_, file, message) => {
  expect(() => refuseForeign(file)).toThrow(message)
})

test.each([
  ["a zero byte among letters", "the gate\0opens at dawn and closes at dusk"],
  ["colours and overstruck letters", "\x1b[1mgate\x1b[0m g\bga\bat\bte\be\f\v"],
  ["what other kinds begin with", "PAR1 is no name; BZhang; %PDF- is a mark; GIF89a; Rar!"],
  ["nothing", ""],
  ["wide letters", Buffer.from("\ufeff門は夜明けに開く", "utf16le")],
  ["wide letters without a mark", Buffer.from("the gate opens", "utf16le")]
])("%s is text", (_, file) => {
  expect(() => refuseForeign(Buffer.from(file as string))).not.toThrow()
})

test("what is UTF-16 becomes UTF-8, what is UTF-8 stays; other character sets where they are looked for", () => {
  expect(Buffer.from(asUtf8(Buffer.from('\ufeff{"a":"門"}', "utf16le"))).toString()).toBe('{"a":"門"}')
  const plain = Buffer.from('{"a":"門"}')
  expect(asUtf8(plain)).toBe(plain)
  expect(utf8Of(plain, "detect")).toBe(plain)
  expect(Buffer.from(utf8Of(Buffer.from("K\u00f6ln", "latin1"), "detect")).toString()).toBe("Köln")
  expect(asUtf8(Buffer.from("K\u00f6ln", "latin1")).length).toBe(4)
})

test("sources tell the file, or its row where a row is a file", async () => {
  const lines = jsonl.declaration as Source
  const frame = (file: Uint8Array) => lines.frame(file, {}, "a.jsonl") as { readonly count: number }
  expect(() => frame(exactFile)).toThrow("is a Parquet file, not text")
  expect(() => frame(Buffer.from('[\n{"a":1},\n{"a":2}\n]\n'))).toThrow(
    "is a JSON array, not JSON Lines: ingest.json reads it"
  )
  expect(frame(Buffer.from('\ufeff{"a":1}\n{"a":2}\n', "utf16le")).count).toBe(2)
  const plain = text.declaration as Source
  expect(() => plain.parse(exactFile, { per: "file", charset: "detect" }, "a.txt")).toThrow(
    "is a Parquet file, not text"
  )
  expect(() => plain.frame(Buffer.alloc(99), { per: "line", charset: "utf-8" }, "a.txt")).toThrow("is not text")
  const page = documents.declaration as Source
  for (const path of ["a.md", "a.html", "a.txt", "a.rst", "a.adoc", "a.1"])
    await expect(page.parse(exactFile, { charset: "detect" }, path), path).rejects.toThrow(
      "is a Parquet file, not text"
    )
})

test("a page that says UTF-8 and is not is read by what it is", async () => {
  const page = documents.declaration as Source
  const saved = Buffer.from('<meta charset="utf-8"><title>T</title><p>Gr\u00fc\u00dfe aus K\u00f6ln', "latin1")
  expect(await page.parse(saved, { charset: "detect" }, "a.html")).toMatchObject({ text: "# T\n\nGrüße aus Köln\n" })
  const damaged = Buffer.concat([
    Buffer.from('<meta charset="utf-8"><p>Grüße aus Köln, '),
    Buffer.of(0xff),
    Buffer.from("ö")
  ])
  expect(await page.parse(damaged, { charset: "detect" }, "a.html")).toMatchObject({
    text: "Grüße aus Köln, \ufffdö\n"
  })
})
