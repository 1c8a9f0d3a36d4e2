// Checks that any page of the report must pass: well-formed, ids once, links that lead somewhere, nothing fetched.
import { type DefaultTreeAdapterTypes, parse, type ParserError } from "parse5"
import { expect } from "vitest"

interface PageFacts {
  /** The data embedded in the page. */
  readonly embedded: unknown
  /** What a reader sees, texts joined. */
  readonly text: string
  readonly elements: ReadonlyMap<string, number>
}

const loading = new Set(["src", "srcset", "data", "action", "poster", "background", "xlink:href"])
const notFetched = new Set(["link", "img", "iframe", "object", "embed", "image", "audio", "video", "base", "form"])

/** Parses a page, checks it, and returns what it holds. */
export const checkPage = (page: string): PageFacts => {
  const errors: Array<ParserError> = []
  const document = parse(page, { onParseError: (error) => errors.push(error), sourceCodeLocationInfo: true })
  expect(errors.map(({ code, startLine, startCol }) => `${code} at ${startLine}:${startCol}`)).toEqual([])
  const ids: Array<string> = []
  const links: Array<string> = []
  const texts: Array<string> = []
  const elements = new Map<string, number>()
  let embedded: unknown
  const waiting: Array<DefaultTreeAdapterTypes.Node> = [document]
  for (let node = waiting.pop(); node !== undefined; node = waiting.pop()) {
    if (node.nodeName === "#text") texts.push((node as DefaultTreeAdapterTypes.TextNode).value)
    if ("tagName" in node) {
      elements.set(node.tagName, (elements.get(node.tagName) ?? 0) + 1)
      expect(notFetched.has(node.tagName), node.tagName).toBe(false)
      const open = node.sourceCodeLocation
      const closes =
        open?.endTag !== undefined || /\/>$|^<(meta|br)\b/.test(page.slice(open!.startOffset, open!.endOffset))
      expect(closes, `<${node.tagName}> is closed`).toBe(true)
      for (const { name, value } of node.attrs) {
        expect(loading.has(name) || name.startsWith("on"), `${node.tagName} ${name}`).toBe(false)
        if (name === "id") ids.push(value)
        if (name === "href") links.push(value)
      }
      if (node.tagName === "table")
        expect(node.childNodes[0]?.nodeName, "a table begins with its caption").toBe("caption")
      if (node.tagName === "svg") {
        const told = node.attrs.some(
          ({ name, value }) => name === "aria-label" || (name === "aria-hidden" && value === "true")
        )
        expect(told, "a figure has words").toBe(true)
      }
      const [first] = node.childNodes
      const inner = first !== undefined && "value" in first ? first.value : ""
      if (node.tagName === "style") expect(inner).not.toMatch(/@import|url\(|expression/)
      if (node.tagName === "script") {
        if (node.attrs.some(({ value }) => value === "report-data")) embedded = JSON.parse(inner)
        else expect(inner).not.toMatch(/fetch|XMLHttpRequest|import|http|innerHTML/)
        continue
      }
      if (node.tagName === "style") continue
    }
    if ("childNodes" in node) waiting.push(...node.childNodes.toReversed())
  }
  expect(new Set(ids).size).toBe(ids.length)
  for (const link of links) expect(ids).toContain(link.replace(/^#/, ""))
  return { embedded, text: texts.join(""), elements }
}
