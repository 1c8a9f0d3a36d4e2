// ingest.documents: patterns, formats, titles, bad files.
import { expect, test } from "vitest"
import { documents } from "../../../stages/ingest/documents.ts"
import type { Source } from "../declared.ts"

const source = documents.declaration as Source
const parse = (path: string, text: string) => source.parse(Buffer.from(text), { charset: "detect" }, path)
const below = "**/*.{md,markdown,mdx,html,htm,xhtml,txt,text,man,mdoc,1,2,3,4,5,6,7,8,9}"

test.each([
  ["docs", [`docs/${below}`]],
  ["docs/", [`docs/${below}`]],
  ["..", [`../${below}`]],
  ["a/b.md", ["a/b.md"]],
  ["docs/**/*.html", ["docs/**/*.html"]],
  [
    ["a.md", "docs"],
    ["a.md", `docs/${below}`]
  ]
])("%j lists %j", (path, expected) => {
  expect(source.list({ path })).toEqual(expected)
})

test.each([
  ["a/page.md", "# Title\n\ntext", { format: "markdown", title: "Title", text: "# Title\n\ntext\n" }],
  ["page.HTML.gz", "<h1>Title</h1>text", { format: "html", title: "Title", text: "# Title\n\ntext\n" }],
  [
    "npm-ci.1",
    ".TH CI 1\n.SH NAME\nci \\- install",
    { format: "man", title: "ci", text: "# ci\n\n## Name\n\nci - install\n" }
  ],
  ["man.3.xz", ".TH A 3\n.SH NAME\na \\- b", { format: "man", title: "a", text: "# a\n\n## Name\n\na - b\n" }],
  ["notes.txt", "\r\none\r\ntwo\r\n", { format: "text", title: "notes", text: "one\ntwo\n" }],
  ["a/README", "one", { format: "text", title: "README", text: "one\n" }],
  ["empty.md", "", { format: "markdown", title: "empty", text: "" }]
])("%s", (path, text, expected) => {
  expect(parse(path, text)).toEqual({ source: path, ...expected })
})

test("one record spans the file", () => {
  const frames = source.frame(Buffer.from("abc"), {}, "a.txt") as {
    count: number
    record: (i: number) => Uint8Array
    place: (i: number) => unknown
  }
  expect([frames.count, Buffer.from(frames.record(0)).toString(), frames.place(0)]).toEqual([
    1,
    "abc",
    { start: 0, end: 3 }
  ])
})

test("what is not UTF-8 is refused where that is asked for, else read by the character set that is found", () => {
  const bytes = Uint8Array.of(0x61, 0xe9)
  expect(() => source.parse(bytes, { charset: "utf-8" }, "a.txt")).toThrow("is not UTF-8: byte 0xe9 at offset 1")
  expect(source.parse(bytes, { charset: "detect" }, "a.txt")).toMatchObject({ text: "aé\n" })
  const wide = Buffer.from("\ufeff<h1>T</h1>é", "utf16le")
  expect(source.parse(wide, { charset: "detect" }, "a.html")).toMatchObject({ title: "T", text: "# T\n\né\n" })
})
