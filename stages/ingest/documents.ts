// ingest.documents: one row for each document: Markdown, HTML, man pages, plain and other marked-up text, books, mail, crawls.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { charsets } from "./charset.ts"
import { formatOf, readers, stemOf } from "./document-formats.ts"
import { fileOptions } from "./file-options.ts"
import { mboxFrames } from "./mail.ts"
import { warcFrames } from "./warc-records.ts"
import { wholeFile } from "./whole-file.ts"

const DOCUMENTS =
  "**/*.{md,markdown,mdx,html,htm,xhtml,txt,text,man,mdoc,1,2,3,4,5,6,7,8,9,rst,adoc,asciidoc,epub,docx,pdf,eml,mbox,warc,warc.gz}"

/**
 * Reads documents, one row each. `path` is a file, a folder (all documents below it) or a glob, or several; of archives the
 * documents in them are read unless `member` says otherwise. HTML is reduced to its main content; all formats become plain
 * Markdown: headings, lists, tables and code stay, links, emphasis and page furniture go, wrapped lines are joined. The
 * format follows the file name: .md .markdown .mdx, .html .htm .xhtml, .1 to .9 .man .mdoc (man pages), .rst .rest, .adoc
 * .asciidoc, .epub, .docx, .pdf (its text layer), .eml and .mbox (a row for each mail: plain text, else HTML), .warc (a row
 * for each page or text that was fetched well), anything else is plain text. `language`, `canonical` (the address that a page
 * names as its own), `url` (where a crawl found it), `date` (ISO 8601) and `author` are null where a document does not say.
 * `charset` is found for each file (UTF-8, UTF-16, what a page names, else Windows-1252) unless it is named; a file that is
 * not text in it, encrypted or protected, or a PDF without text is a bad row. What formats need is loaded where one is read.
 *
 * @example
 * // docs/gates.md
 * //   # Gates
 * //   The *north* gate opens
 * //   at [dawn](hours.md).
 * // docs/hours.html
 * //   <html lang="en"><title>Hours</title><link rel="canonical" href="https://a.org/hours"><p>At dawn.</html>
 * import { ingest } from "#stages"
 * ingest.documents({ path: "docs" })
 * // → { source: "docs/gates.md", format: "markdown", title: "Gates", text: "# Gates\n\nThe north gate opens at dawn.\n", language: null, … }
 * // → { title: "Hours", text: "# Hours\n\nAt dawn.\n", language: "en", canonical: "https://a.org/hours", … }
 */
export const documents = Stage.source({
  name: "ingest.documents",
  options: {
    ...fileOptions,
    member: opt.knob(Schema.Union([Schema.String, Schema.Array(Schema.String)]), DOCUMENTS),
    charset: opt(Schema.Literals(charsets), "detect")
  },
  emits: {
    source: Schema.String,
    format: Schema.String,
    title: Schema.String,
    text: Schema.String,
    language: Schema.NullOr(Schema.String),
    canonical: Schema.NullOr(Schema.String),
    url: Schema.NullOr(Schema.String),
    date: Schema.NullOr(Schema.String),
    author: Schema.NullOr(Schema.String)
  },
  readsPath: true,
  list: ({ path }) => (typeof path === "string" ? [path] : path).map(pattern),
  frame: (bytes, _options, path) => {
    const format = formatOf(path)
    return format === "warc" ? warcFrames(bytes) : format === "mbox" ? mboxFrames(bytes) : wholeFile(bytes)
  },
  parse: async (record, { charset }, path) => {
    const format = formatOf(path)
    const { title, text, language, canonical, url, date, author } = await readers[format](record, charset)
    const shown = title === "" && format !== "warc" && format !== "mbox" ? stemOf(path) : title
    return { source: path, format, title: shown, text, language, canonical, url, date, author }
  }
})

/** A folder (a path that ends in / or whose last part has no dot and no glob) stands for the documents below it. */
const pattern = (path: string): string => {
  if (path.endsWith("/")) return path + DOCUMENTS
  const name = path.slice(path.lastIndexOf("/") + 1)
  return name === ".." || name === "." || !/[.*?[{]/.test(name) ? `${path}/${DOCUMENTS}` : path
}
