// ingest.documents: one row for each document file: Markdown, HTML, man pages and plain text.
import * as Schema from "effect/Schema"
import { opt, Stage } from "#sluice"
import { documentText, htmlText, markdownText, roffText } from "#sluice/text"
import { charsets, decodeText } from "./charset.ts"
import { wholeFile } from "./whole-file.ts"

const DOCUMENTS = "**/*.{md,markdown,mdx,html,htm,xhtml,txt,text,man,mdoc,1,2,3,4,5,6,7,8,9}"

/**
 * Reads document files, one row each. `path` is a file, a folder (all documents below it) or a glob, or several. HTML is
 * reduced to its main content; all formats become plain Markdown: headings, lists, tables and code stay, links, emphasis and
 * page furniture go, wrapped lines are joined. The format follows the file name: .md .markdown .mdx, .html .htm .xhtml,
 * .1 to .9 .man .mdoc (man pages), anything else is plain text. `charset` is found for each file (UTF-8, UTF-16, else
 * Windows-1252, as `ingest.text` does) unless it is named; a file that is not text in it is a bad row.
 *
 * @example
 * // docs/gates.md
 * //   # Gates
 * //   The *north* gate opens
 * //   at [dawn](hours.md).
 * import { ingest } from "#stages"
 * ingest.documents({ path: "docs" })
 * // → { source: "docs/gates.md", format: "markdown", title: "Gates", text: "# Gates\n\nThe north gate opens at dawn.\n" }
 */
export const documents = Stage.source({
  name: "ingest.documents",
  options: {
    path: opt(Schema.Union([Schema.String, Schema.Array(Schema.String)])),
    member: opt.knob(Schema.Union([Schema.String, Schema.Array(Schema.String)]), DOCUMENTS),
    charset: opt(Schema.Literals(charsets), "detect"),
    onBadRow: opt(Schema.Literals(["stop", "drop"]), "stop")
  },
  emits: { source: Schema.String, format: Schema.String, title: Schema.String, text: Schema.String },
  readsPath: true,
  list: ({ path }) => (typeof path === "string" ? [path] : path).map(pattern),
  frame: wholeFile,
  parse: (record, { charset }, path) => {
    const source = decodeText(record, charset)
    const format = formatOf(path)
    const document =
      format === "markdown"
        ? markdownText(source)
        : format === "html"
          ? htmlText(source)
          : format === "man"
            ? roffText(source)
            : { title: "", text: documentText("", [source.replace(/\r\n?/g, "\n").trim()]).text }
    return { source: path, format, title: document.title === "" ? stem(path) : document.title, text: document.text }
  }
})

/** A folder (a path that ends in / or whose last part has no dot and no glob) stands for the documents below it. */
const pattern = (path: string): string => {
  if (path.endsWith("/")) return path + DOCUMENTS
  const name = path.slice(path.lastIndexOf("/") + 1)
  return name === ".." || name === "." || !/[.*?[{]/.test(name) ? `${path}/${DOCUMENTS}` : path
}

const bare = (path: string): string => path.replace(/\.(gz|zst|bz2|xz)$/i, "")

const formatOf = (path: string): "markdown" | "html" | "man" | "text" => {
  const name = bare(path).toLowerCase()
  if (/\.(md|markdown|mdx)$/.test(name)) return "markdown"
  if (/\.(html|htm|xhtml)$/.test(name)) return "html"
  return /\.([1-9][a-z]{0,4}|man|mdoc)$/.test(name) ? "man" : "text"
}

const stem = (path: string): string =>
  bare(path)
    .replace(/^.*?\.(zip|tar(\.(gz|zst|bz2|xz))?|tgz|tzst|tbz2?|txz)!/i, "")
    .replace(/^.*\//, "")
    .replace(/\.[^.]+$/, "")
