// Which part of a page is its content: the element that holds it, and what inside it is navigation or decoration.
import type { DefaultTreeAdapterTypes } from "parse5"

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

const NEVER = new Set([
  "script",
  "style",
  "noscript",
  "template",
  "svg",
  "math",
  "iframe",
  "object",
  "canvas",
  "audio",
  "video",
  "form",
  "button",
  "select",
  "input",
  "textarea",
  "nav",
  "aside",
  "footer",
  "dialog",
  "head",
  "menu",
  "img"
])
const ROLES = new Set(["navigation", "banner", "contentinfo", "search", "complementary", "menu", "dialog"])
/** Class and id words of page furniture, as documentation generators and themes name it. */
const FURNITURE = new Set([
  "nav",
  "navbar",
  "navigation",
  "navheader",
  "navfooter",
  "sidebar",
  "sphinxsidebar",
  "toc",
  "table_of_contents",
  "table-of-contents",
  "contents",
  "breadcrumb",
  "breadcrumbs",
  "menu",
  "footer",
  "related",
  "headerlink",
  "pagination",
  "cookie",
  "cookies",
  "banner",
  "advert",
  "ads",
  "share",
  "social",
  "comments",
  "skip-link",
  "skiplink",
  "version",
  "edit",
  "editlink",
  "edit-page",
  "searchbox",
  "noprint",
  "screen-reader-text",
  "sr-only",
  "visually-hidden"
])

/** The value of an attribute; empty where the element has none. */
export const attribute = (node: Element, name: string): string => {
  for (const one of node.attrs) if (one.name === name) return one.value
  return ""
}

/** Whether an element is left out: never shown, navigation by tag, role, class or id, or a header without a heading. */
export const isBoilerplate = (node: Element): boolean => {
  if (NEVER.has(node.tagName)) return true
  for (const { name, value } of node.attrs) {
    if (name === "role" && ROLES.has(value)) return true
    if (name === "hidden" || (name === "aria-hidden" && value === "true")) return true
  }
  if (node.tagName === "header" && !hasHeading(node.childNodes, 0)) return true
  const named = `${attribute(node, "class")} ${attribute(node, "id")}`.toLowerCase()
  return named !== " " && namesFurniture(named) && !/^(body|main|article)$/.test(node.tagName)
}

const namesFurniture = (named: string): boolean => {
  for (const word of named.split(/\s+/)) if (FURNITURE.has(word)) return true
  return false
}

const hasHeading = (nodes: ReadonlyArray<Node>, depth: number): boolean => {
  for (const node of nodes)
    if ("tagName" in node && (/^h[1-3]$/.test(node.tagName) || (depth < 12 && hasHeading(node.childNodes, depth + 1))))
      return true
  return false
}

interface Found {
  main?: Element
  container?: Element
  body?: Element
  readonly articles: Array<Element>
}

const findContent = (node: Node, found: Found, depth: number): void => {
  if (!("tagName" in node) || depth > 24) return
  if (node.tagName === "body") found.body ??= node
  if (node.tagName === "main" || attribute(node, "role") === "main") found.main ??= node
  if (node.tagName === "article") found.articles.push(node)
  if (/^(content|main|main-content|_content|documentwrapper|bodywrapper)$/.test(attribute(node, "id")))
    found.container ??= node
  for (const child of node.childNodes) findContent(child, found, depth + 1)
}

/** The element that holds a page's content: `main`, role `main`, a lone `article`, a content container, else the body. */
export const mainContent = (nodes: ReadonlyArray<Node>): Element | undefined => {
  const found: Found = { articles: [] }
  for (const node of nodes) findContent(node, found, 0)
  const article = found.articles.length === 1 ? found.articles[0] : undefined
  return found.main ?? article ?? found.container ?? found.body
}
