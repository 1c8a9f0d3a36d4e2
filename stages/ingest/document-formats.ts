// The formats of documents: which one a file's name tells, and how the bytes of each are read.
import {
  asciidocText,
  documentText,
  type DocumentText,
  htmlPage,
  isoDate,
  markdownText,
  roffText,
  rstText
} from "#sluice/text"
import { type charsets, decodeText } from "./charset.ts"
import { type DocumentFacts, factsOf, said } from "./document-facts.ts"
import { docxDocument } from "./docx.ts"
import { epubDocument } from "./epub.ts"
import { refuseForeign } from "./foreign-file.ts"
import { mailDocument } from "./mail.ts"
import { pageText } from "./page-text.ts"
import { pdfDocument } from "./pdf.ts"
import { warcDocument } from "./warc-records.ts"

type Read = (bytes: Uint8Array, charset: (typeof charsets)[number]) => DocumentFacts | Promise<DocumentFacts>

/** The text of a file, which must be one. */
const textOf = (bytes: Uint8Array, charset: (typeof charsets)[number]): string => {
  refuseForeign(bytes)
  return decodeText(bytes, charset)
}

const plainText = (source: string): DocumentText => documentText("", [source.replace(/\r\n?/g, "\n").trim()])

export const readers = {
  markdown: (bytes, charset) => factsOf(markdownText(textOf(bytes, charset))),
  html: (bytes, charset) => {
    refuseForeign(bytes)
    return factsOf(htmlPage(pageText(bytes, charset)))
  },
  man: (bytes, charset) => factsOf(roffText(textOf(bytes, charset))),
  text: (bytes, charset) => factsOf(plainText(textOf(bytes, charset))),
  rst: (bytes, charset) => {
    const { title, text, author, date } = rstText(textOf(bytes, charset))
    return factsOf({ title, text }, { author: said(author), date: isoDate(date) })
  },
  asciidoc: (bytes, charset) => {
    const { title, text, author, date, language } = asciidocText(textOf(bytes, charset))
    return factsOf({ title, text }, { author: said(author), date: isoDate(date), language: said(language) })
  },
  epub: epubDocument,
  docx: docxDocument,
  pdf: pdfDocument,
  mail: mailDocument,
  mbox: mailDocument,
  warc: warcDocument
} satisfies { readonly [format: string]: Read }

export type DocumentFormat = keyof typeof readers

const endings: { readonly [ending: string]: DocumentFormat } = {
  md: "markdown",
  markdown: "markdown",
  mdx: "markdown",
  html: "html",
  htm: "html",
  xhtml: "html",
  man: "man",
  mdoc: "man",
  rst: "rst",
  rest: "rst",
  adoc: "asciidoc",
  asciidoc: "asciidoc",
  epub: "epub",
  docx: "docx",
  pdf: "pdf",
  eml: "mail",
  mbox: "mbox",
  mbx: "mbox",
  warc: "warc"
}

const bare = (path: string): string => path.replace(/\.(gz|zst|bz2|xz)$/i, "")

/** The format that a file's name tells: man pages end with their section, what is not known is plain text. */
export const formatOf = (path: string): DocumentFormat => {
  const ending = /\.([^./!]*)$/.exec(bare(path))?.[1]?.toLowerCase() ?? ""
  return endings[ending] ?? (/^[1-9][a-z]{0,4}$/.test(ending) ? "man" : "text")
}

/** A file's name without folders, archive and endings. */
export const stemOf = (path: string): string =>
  bare(path)
    .replace(/^.*?\.(zip|tar(\.(gz|zst|bz2|xz))?|tgz|tzst|tbz2?|txz)!/i, "")
    .replace(/^.*\//, "")
    .replace(/\.[^.]+$/, "")
