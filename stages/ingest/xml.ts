// XML parts of documents as trees; the parser is loaded where one is read. Entities of a document's own are not expanded.
import type { Document, Element } from "@xmldom/xmldom"
import { decodeText } from "./charset.ts"

export type { Element }

/** The tree of a part; an Error says what is not well-formed. */
export const xmlTree = async (bytes: Uint8Array, part: string): Promise<Document> => {
  const { DOMParser, onErrorStopParsing } = await import("@xmldom/xmldom")
  try {
    return new DOMParser({ onError: onErrorStopParsing }).parseFromString(decodeText(bytes, "detect"), "text/xml")
  } catch (cause) {
    throw new Error(`has a part ${part} that is not XML: ${(cause as Error).message.split("\n")[0]}`, { cause })
  }
}

/** The elements below one that have a name, whatever its prefix, in order. */
export const all = (below: Document | Element, name: string): ReadonlyArray<Element> => [
  ...(below.getElementsByTagNameNS("*", name) as Iterable<Element>)
]

export const first = (below: Document | Element, name: string): Element | undefined => all(below, name)[0]

/** The child elements of one. */
export const children = (of: Element): ReadonlyArray<Element> =>
  Array.from(of.childNodes as ArrayLike<unknown>).filter((node): node is Element => (node as Element).nodeType === 1)

/** A child element by its name without prefix. */
export const child = (of: Element, name: string): Element | undefined =>
  children(of).find(({ localName }) => localName === name)

/** An attribute by its name without prefix. */
export const attribute = (of: Element, name: string): string | undefined => {
  for (const one of Array.from(
    of.attributes as ArrayLike<{ readonly localName: string | null; readonly value: string }>
  ))
    if (one.localName === name) return one.value
  return undefined
}
