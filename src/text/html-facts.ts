// What an HTML page says about itself in its head: language, canonical address, author, date.
import type { DefaultTreeAdapterTypes } from "parse5"
import { squeeze } from "./document.ts"

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/** Null where a page does not say. `language` is as written (BCP 47), `date` ISO 8601. */
export interface PageFacts {
  readonly language: string | null
  readonly canonical: string | null
  readonly author: string | null
  readonly date: string | null
}

const attribute = (node: Element, name: string): string =>
  node.attrs.find((one) => one.name === name)?.value.trim() ?? ""

/** The elements of the head, of whatever depth it has. */
const headOf = (
  nodes: ReadonlyArray<Node>
): { readonly html: Element | undefined; readonly head: ReadonlyArray<Element> } => {
  const html = nodes.find((node): node is Element => node.nodeName === "html")
  const head = html?.childNodes.find((node): node is Element => node.nodeName === "head")
  return { html, head: (head?.childNodes ?? []).filter((node): node is Element => "tagName" in node) }
}

export const pageFacts = (nodes: ReadonlyArray<Node>): PageFacts => {
  const { html, head } = headOf(nodes)
  const meta = (...names: ReadonlyArray<string>): string => {
    for (const name of names)
      for (const node of head)
        if (
          node.tagName === "meta" &&
          [attribute(node, "name"), attribute(node, "property"), attribute(node, "http-equiv")].some(
            (one) => one.toLowerCase() === name
          ) &&
          attribute(node, "content") !== ""
        )
          return attribute(node, "content")
    return ""
  }
  const link = head.find(
    (node) =>
      node.tagName === "link" &&
      attribute(node, "rel").toLowerCase().split(/\s+/).includes("canonical") &&
      attribute(node, "href") !== ""
  )
  const written = html === undefined ? "" : attribute(html, "lang") || attribute(html, "xml:lang")
  const known = (text: string): string | null => (text === "" ? null : squeeze(text))
  return {
    language: known(written || meta("content-language")),
    canonical: known(link === undefined ? meta("og:url") : attribute(link, "href")),
    author: known(meta("author", "dc.creator", "dcterms.creator", "citation_author")),
    date: isoDate(meta("article:published_time", "date", "dc.date", "dcterms.date", "dcterms.created", "citation_date"))
  }
}

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
