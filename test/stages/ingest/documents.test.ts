// ingest.documents: patterns, formats, titles, what documents say of themselves, bad files.
import { gunzipSync } from "node:zlib"
import { expect, test } from "vitest"
import { documents } from "../../../stages/ingest/documents.ts"
import { paragraphsOf, withoutFurniture } from "../../../stages/ingest/pdf-lines.ts"
import type { Source } from "../declared.ts"
import { documentFiles } from "./document-files.ts"

const source = documents.declaration as Source
const parse = async (path: string, content: string | Uint8Array, charset = "detect") =>
  source.parse(typeof content === "string" ? Buffer.from(content) : content, { charset }, path)

interface Frames {
  readonly count: number
  readonly record: (index: number) => Uint8Array
  readonly place: (index: number) => unknown
}
const framed = (path: string, content: string | Uint8Array): Frames =>
  source.frame(Buffer.from(content as string), {}, path) as Frames
const rows = (path: string, content: string | Uint8Array) => {
  const frames = framed(path, content)
  return Promise.all(Array.from({ length: frames.count }, (_, i) => parse(path, frames.record(i))))
}

const silent = { language: null, canonical: null, url: null, date: null, author: null }
const below =
  "**/*.{md,markdown,mdx,html,htm,xhtml,txt,text,man,mdoc,1,2,3,4,5,6,7,8,9,rst,adoc,asciidoc,epub,docx,pdf,eml,mbox,warc,warc.gz}"

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
  ["empty.md", "", { format: "markdown", title: "empty", text: "" }],
  ["a.tar.gz!empty.md", "", { format: "markdown", title: "empty", text: "" }],
  ["b/a.zip!c/d.rst", "one", { format: "rst", title: "d", text: "one\n" }],
  ["b.rst", "Title\n=====\n\n*x*", { format: "rst", title: "Title", text: "# Title\n\nx\n" }],
  ["b.adoc", "= Title\n\n_x_", { format: "asciidoc", title: "Title", text: "# Title\n\nx\n" }]
])("%s", async (path, text, expected) => {
  expect(await parse(path, text)).toEqual({ source: path, ...silent, ...expected })
})

test.each([
  [
    "a.html",
    '<html lang="de-AT"><head><link rel="canonical" href="https://a.org/b"><meta name="author" content="Ann  Lock"><meta property="article:published_time" content="2026-01-02T03:04:05+01:00"></head><p>x',
    {
      language: "de-AT",
      canonical: "https://a.org/b",
      author: "Ann Lock",
      date: "2026-01-02T02:04:05.000Z"
    }
  ],
  [
    "b.html",
    '<meta property="og:url" content="https://a.org/c"><meta name="date" content="2026"><p>x',
    { canonical: "https://a.org/c", date: "2026" }
  ],
  [
    "c.html",
    '<meta http-equiv="Content-Language" content="fr"><meta name="date" content="soon"><p>x',
    { language: "fr", date: null }
  ],
  ["d.rst", "Title\n=====\n\n:Author: Ann Lock\n:Date: 2026-01-02\n\nx", { author: "Ann Lock", date: "2026-01-02" }],
  [
    "e.adoc",
    "= Title\nAnn Lock <a@b.c>\nv1.0, 2026-01-02\n:lang: en\n\nx",
    { author: "Ann Lock", date: "2026-01-02", language: "en" }
  ]
])("what %s says of itself", async (path, text, expected) => {
  expect(await parse(path, text)).toMatchObject({ ...silent, ...expected })
})

test("one record spans the file", () => {
  const frames = framed("a.txt", "abc")
  expect([frames.count, Buffer.from(frames.record(0)).toString(), frames.place(0)]).toEqual([
    1,
    "abc",
    { start: 0, end: 3 }
  ])
})

test("what is not UTF-8 is refused where that is asked for, else read by the character set that is found", async () => {
  const bytes = Uint8Array.of(0x61, 0xe9)
  await expect(parse("a.txt", bytes, "utf-8")).rejects.toThrow("is not UTF-8: byte 0xe9 at offset 1")
  expect(await parse("a.txt", bytes)).toMatchObject({ text: "aé\n" })
  const wide = Buffer.from("\ufeff<h1>T</h1>é", "utf16le")
  expect(await parse("a.html", wide)).toMatchObject({ title: "T", text: "# T\n\né\n" })
  const cyrillic = Buffer.concat([
    Buffer.from('<meta charset="koi8-r"><p>'),
    Buffer.from([0xf7, 0xcf, 0xd2, 0xcf, 0xd4, 0xc1])
  ])
  expect(await parse("a.html", cyrillic)).toMatchObject({ text: "Ворота\n" })
})

test("a Word document: headings, lists, numbers, tables, properties", async () => {
  expect(await parse("a.docx", documentFiles.docx)).toEqual({
    source: "a.docx",
    format: "docx",
    title: "The gates",
    text: "# The gates\n\n# Opening\n\nThe north gate opens at dawn.\n\n* first\n* second\n* deeper\n\n1. one\n2. two\n\n## Table\n\n| Gate | Height |\n| --- | --- |\n| north | 3\\|4 m |\n\nThe end é.\n",
    ...silent,
    language: "en-GB",
    date: "2026-01-02T03:04:05.000Z",
    author: "Ann Lock"
  })
})

test("a book: its chapters in order, its package's title", async () => {
  expect(await parse("a.epub", documentFiles.epub)).toEqual({
    source: "a.epub",
    format: "epub",
    title: "Gates & Locks",
    text: "# Gates & Locks\n\n# One\n\nThe gate opens.\n\n# Two\n\nIt closes.\n\n```\ncode  here\n```\n",
    ...silent,
    language: "en",
    date: "2026-01-02",
    author: "Ann Lock, Bo Weir"
  })
})

const sentence =
  "The north gate opens at dawn and closes at dusk, whatever the height of the water may be on the other side of the lock."
const pdfText = `# Gates of the canal\n\n## Opening\n\n${Array(4).fill(sentence).join(" ")}\n\nSecond paragraph.\n\n## Closing\n\nIt closes.\n\nLast page.\n`

test("lines of a PDF: page numbers, running heads and tables of contents go, hyphens at line ends too", () => {
  const line = (text: string, y: number, more: object = {}) => ({ text, x: 72, y, end: 500, height: 10, ...more })
  const pages = [1, 2, 3, 4].map((page) => [
    line(`Chapter 1: Gates ${page}`, 780),
    line(`Opening . . . . . . . ${page}`, 700),
    line("The north gate opens at the be-", 680),
    line(`ginning of day ${page} and`, 668),
    line("• a point", 650),
    line(String(page), 30)
  ])
  const each = [1, 2, 3, 4].flatMap((page) => [`The north gate opens at the beginning of day ${page} and`, "* a point"])
  // A page that does not begin a sentence goes on with the last one.
  const joined = each.join("\n").replaceAll("* a point\nThe", "* a point The").split("\n")
  expect(paragraphsOf(withoutFurniture(pages))).toEqual(joined)
})

test.each(["pdf", "owner"] as const)("a PDF (%s): headings, joined lines, no page numbers", async (name) => {
  expect(await parse("a.pdf", documentFiles[name])).toMatchObject({
    format: "pdf",
    title: "Gates",
    text: pdfText,
    author: "Ann Lock",
    date: "2000-01-01T00:00:00.000Z"
  })
})

test.each([
  ["a.pdf", documentFiles.locked, "is encrypted: it opens with a password only"],
  ["a.pdf", documentFiles.images, "has no text layer: its 2 pages are empty or images"],
  ["a.pdf", "no PDF", "is no PDF: it does not begin with %PDF-"],
  ["a.pdf", documentFiles.pdf.subarray(0, 300), /^cannot be read as PDF: |^has no text layer/],
  ["a.docx", Uint8Array.of(0xd0, 0xcf, 0x11, 0xe0), "is encrypted, or a document of Word before 2007"],
  ["a.docx", documentFiles.docx.subarray(0, 9000), /^is no whole zip archive: end of central directory/],
  ["a.docx", documentFiles.epub, "is no DOCX: it has no word/document.xml"],
  ["a.epub", documentFiles.docx, "is no EPUB: it has no META-INF/container.xml"],
  ["a.epub", "text", /^is no whole zip archive: /],
  ["a.eml", "no mail at all", "is no mail: it does not begin with a header"]
])("a bad %s", async (path, content, message) => {
  await expect(parse(path, content)).rejects.toThrow(message)
})

test("documents with a byte changed give text or an error, never something else", async () => {
  for (const [path, content] of [
    ["a.docx", documentFiles.docx],
    ["a.epub", documentFiles.epub],
    ["a.pdf", documentFiles.pdf]
  ] as const)
    for (let at = 0; at < content.length; at += Math.ceil(content.length / 60)) {
      const changed = Uint8Array.from(content)
      changed[at]! ^= 0x14
      const read = await parse(path, changed).then(
        ({ text }) => typeof text,
        (error: Error) => error.message
      )
      expect(read, `${path} byte ${at}`).toMatch(/^string$|^(is|has|cannot be|becomes) /)
    }
})

const crawl = gunzipSync(documentFiles["warc.gz"])
const found = { language: "en", canonical: "https://a.org/gates", date: "2026-01-02T03:04:05.000Z", author: null }
const gates = { source: "a.warc.gz", format: "warc", title: "Gates", text: "# Gates\n\nOpens at dawn.\n", ...found }

test("a crawl: the pages that were fetched well, chunks, compression and character sets undone", async () => {
  expect(await rows("a.warc.gz", crawl)).toEqual([
    { ...gates, url: "https://a.org/g?x=1" },
    { ...gates, url: "https://a.org/chunked" },
    { ...gates, url: "https://a.org/zipped" },
    { ...gates, url: "https://a.org/jp", title: "", text: "水門は夜明けに開く。\n", language: "ja", canonical: null },
    { ...gates, url: "https://a.org/t", title: "", text: "Plain text.\n", language: null, canonical: null }
  ])
})

test("a crawl that is damaged or cut short is a bad file", () => {
  expect(() => framed("a.warc", crawl.subarray(0, crawl.length - 9))).toThrow(
    /^is a WARC file cut short: the record at byte \d+ ends at \d+, the file at \d+$/
  )
  const damaged = Buffer.from(crawl.toString("latin1").replace(/Content-Length: \d+/g, "Content-Length: 7"), "latin1")
  expect(() => framed("a.warc", damaged)).toThrow(/^is a damaged WARC file: no record begins at byte \d+$/)
  expect(() => framed("a.warc", "text")).toThrow(/^is no WARC file: no record begins at byte 0$/)
  expect(framed("a.warc", "").count).toBe(0)
})

const mail = (body: string, headers = "") =>
  `Subject: =?utf-8?Q?Die_T=C3=BCr?=\r\nFrom: =?iso-8859-1?Q?Ann_L=F6ck?= <ann@a.org>\r\nDate: Fri, 2 Jan 2026 03:04:05 +0100\r\n${headers}\r\n${body}`
const parts = `--b\r\nContent-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: quoted-printable\r\n\r\nSie =F6ffnet=\r\n sich.\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>Sie &ouml;ffnet sich.\r\n--b--\r\n`
const about = {
  title: "Die Tür",
  author: "Ann Löck <ann@a.org>",
  date: "2026-01-02T02:04:05.000Z",
  language: null
}

test.each([
  ["plain text", mail("Sie öffnet sich."), "Sie öffnet sich."],
  [
    "base64",
    mail("U2llIPZmZm5ldA==", "Content-Type: text/plain; charset=iso-8859-1\r\nContent-Transfer-Encoding: base64\r\n"),
    "Sie öffnet"
  ],
  [
    "alternatives, of which plain text is taken",
    mail(parts, "MIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n"),
    "Sie öffnet sich."
  ],
  [
    "HTML alone",
    mail("<p>Sie <b>öffnet</b> sich.<ul><li>so", "Content-Type: text/html; charset=utf-8\r\n"),
    "Sie öffnet sich.\n\n* so"
  ]
])("a mail of %s", async (_, text, body) => {
  expect(await parse("a.eml", text)).toEqual({
    source: "a.eml",
    format: "mail",
    ...silent,
    ...about,
    text: `# Die Tür\n\n${body}\n`
  })
})

test("the mails of an mbox file; lines that begin with From inside of them are theirs", async () => {
  const box = `From ann@a.org Fri Jan  2 03:04:05 2026\n${mail("one\n>From here\n>>From there\nFrom me").replaceAll("\r\n", "\n")}\n\nFrom bo@a.org Sat Jan  3 03:04:05 2026\nSubject: two\n\nThe second.\n`
  const read = await rows("a.mbox", box)
  expect(read.map(({ title, text }) => [title, text])).toEqual([
    ["Die Tür", "# Die Tür\n\none\nFrom here\n>From there\nFrom me\n"],
    ["two", "# two\n\nThe second.\n"]
  ])
  expect(framed("a.mbox", box).place(1)).toEqual({ line: 11 })
  expect(() => framed("a.mbox", "Subject: x\n\ny")).toThrow('is no mbox file: it does not begin with "From "')
})
