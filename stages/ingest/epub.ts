// EPUB books (2 and 3): the chapters in reading order, and what the package says about the book.
import { posix } from "node:path"
import { documentText, htmlText, isoDate } from "#sluice/text"
import { type DocumentFacts, factsOf, said } from "./document-facts.ts"
import { pageText } from "./page-text.ts"
import { all, attribute, first, xmlTree } from "./xml.ts"
import { type Parts, zipParts } from "./zip-parts.ts"

/** Ways to store fonts that are no protection of the text. */
const fontMethods = new Set(["http://www.idpf.org/2008/embedding", "http://ns.adobe.com/pdf/enc#RC"])

/** A book's text: its chapters one after another. */
export const epubDocument = async (bytes: Uint8Array): Promise<DocumentFacts> => {
  const parts = await zipParts(bytes)
  const container = await parts("META-INF/container.xml")
  if (container === undefined) throw new Error("is no EPUB: it has no META-INF/container.xml")
  await refuseProtected(parts)
  const root = first(await xmlTree(container, "META-INF/container.xml"), "rootfile")
  const name = root === undefined ? undefined : attribute(root, "full-path")
  const packaged = name === undefined ? undefined : await parts(name)
  if (name === undefined || packaged === undefined) throw new Error("is no EPUB: its package is not there")
  const book = await xmlTree(packaged, name)
  const items = new Map(all(book, "item").map((item) => [attribute(item, "id"), item]))
  const texts: Array<string> = []
  for (const reference of all(book, "itemref")) {
    const item = items.get(attribute(reference, "idref"))
    const href = item === undefined ? undefined : attribute(item, "href")
    if (item === undefined || href === undefined || attribute(reference, "linear") === "no") continue
    if (!/xhtml|html/.test(attribute(item, "media-type") ?? "xhtml")) continue
    const path = posix.join(posix.dirname(name), unescaped(href.replace(/#.*$/, "")))
    const chapter = await parts(path)
    if (chapter === undefined) throw new Error(`is damaged: its chapter ${path} is not there`)
    texts.push(htmlText(closed(pageText(chapter, "detect"))).text.trim())
  }
  const about = (what: string) => said(first(book, what)?.textContent)
  const title = about("title") ?? ""
  return factsOf(documentText(title, texts), {
    language: about("language"),
    author: said(
      all(book, "creator")
        .map((one) => one.textContent ?? "")
        .join(", ")
    ),
    date: isoDate(about("date") ?? "")
  })
}

const refuseProtected = async (parts: Parts): Promise<void> => {
  if ((await parts("META-INF/rights.xml")) !== undefined || (await parts("META-INF/sinf.xml")) !== undefined)
    throw new Error("is protected by DRM, which is not read")
  const encryption = await parts("META-INF/encryption.xml")
  if (encryption === undefined) return
  const methods = all(await xmlTree(encryption, "META-INF/encryption.xml"), "EncryptionMethod")
  if (methods.some((method) => !fontMethods.has(attribute(method, "Algorithm") ?? "")))
    throw new Error("is protected by DRM, which is not read")
}

const unescaped = (href: string): string => {
  try {
    return decodeURIComponent(href)
  } catch {
    return href
  }
}

/** XHTML may close what HTML does not know as empty: `<title/>` would swallow the page. */
const closed = (source: string): string =>
  source.replace(
    /<(title|script|style|a|div|span|p|i|b|em|strong|td|th|li|textarea)((?:\s[^<>]*)?)\/>/gi,
    "<$1$2></$1>"
  )
