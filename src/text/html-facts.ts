// What an HTML page says about itself in its head: language, canonical address, author, date.
import type { DefaultTreeAdapterTypes } from "parse5"
import { squeeze } from "./document.ts"
import { attribute } from "./html-main.ts"

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** Null where a page does not say. `language` is as written (BCP 47), `date` ISO 8601. */
export interface PageFacts {
  readonly language: string | null
  readonly canonical: string | null
  readonly author: string | null
  readonly date: string | null
}

const trimmed = (node: Element, name: string): string => attribute(node, name).trim()

const isElement = (node: Node): node is Element => "tagName" in node

const isHtml = (node: Node): node is Element => node.nodeName === "html"

const isHead = (node: Node): node is Element => node.nodeName === "head"

const isCanonical = (node: Element): boolean =>
  node.tagName === "link" &&
  trimmed(node, "rel").toLowerCase().split(/\s+/).includes("canonical") &&
  trimmed(node, "href") !== ""

/** What the elements `meta` of a head say, by what they call it in lower case; of two the first. */
const metaOf = (head: ReadonlyArray<Element>): ReadonlyMap<string, string> => {
  const said = new Map<string, string>()
  for (const node of head) {
    const content = node.tagName === "meta" ? trimmed(node, "content") : ""
    if (content === "") continue
    for (const called of ["name", "property", "http-equiv"]) {
      const name = trimmed(node, called).toLowerCase()
      if (!said.has(name)) said.set(name, content)
    }
  }
  return said
}

/** What is said under the first of `names` that is there; empty where none is. */
const saidOf = (meta: ReadonlyMap<string, string>, names: ReadonlyArray<string>): string => {
  for (const name of names) if (meta.has(name)) return meta.get(name)!
  return ""
}

const languages = ["content-language"]
const addresses = ["og:url"]
const authors = ["author", "dc.creator", "dcterms.creator", "citation_author"]
const dates = ["article:published_time", "date", "dc.date", "dcterms.date", "dcterms.created", "citation_date"]

/** The elements of the head, of whatever depth it has. */
const headOf = (
  nodes: ReadonlyArray<Node>
): { readonly html: Element | undefined; readonly head: ReadonlyArray<Element> } => {
  const html = nodes.find(isHtml)
  return { html, head: (html?.childNodes.find(isHead)?.childNodes ?? []).filter(isElement) }
}

export const pageFacts = (nodes: ReadonlyArray<Node>): PageFacts => {
  const { html, head } = headOf(nodes)
  const meta = metaOf(head)
  const link = head.find(isCanonical)
  const written = html === undefined ? "" : trimmed(html, "lang") || trimmed(html, "xml:lang")
  return {
    language: known(written || saidOf(meta, languages)),
    canonical: known(link === undefined ? saidOf(meta, addresses) : trimmed(link, "href")),
    author: known(saidOf(meta, authors)),
    date: isoDate(saidOf(meta, dates))
  }
}

const known = (text: string): string | null => (text === "" ? null : squeeze(text))

/**
 * A date as ISO 8601, in UTC where it tells a time; null where it is none. A year or a month alone stays as it is.
 *
 * @example
 * import { isoDate } from "#sluice/text"
 * isoDate("Fri, 2 Jan 2026 03:04:05 +0100") // → "2026-01-02T02:04:05.000Z"
 */
export const isoDate = (text: string): string | null => {
  const written = text.trim()
  if (/^\d{4}(-\d{2}(-\d{2})?)?$/.test(written)) return written
  const zoned = /(Z|UTC|GMT|[+-]\d{2}:?\d{2}|[A-Z]{3})(\s*\([^)]*\))?$/.test(written) ? written : `${written}Z`
  const date = new Date(/^\d{4}-\d{2}-\d{2}[T ]/.test(written) ? zoned.replace(" ", "T") : zoned.replace(/Z$/, " UTC"))
  const time = date.getTime()
  return Number.isNaN(time) || !/\d{4}/.test(written) ? null : date.toISOString()
}
