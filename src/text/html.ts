// HTML to plain Markdown: the page's main content without navigation, banners and footers, blocks kept as Markdown.
import { type DefaultTreeAdapterTypes, parse } from "parse5"
import { type DocumentText, documentText, squeeze } from "./document.ts"
import { type PageFacts, pageFacts } from "./html-facts.ts"
import { attribute, isBoilerplate, mainContent } from "./html-main.ts"
import { joinItems } from "./markdown.ts"

/** A page's text with what it says about itself. */
export interface HtmlPage extends DocumentText, PageFacts {}

type Node = DefaultTreeAdapterTypes.ChildNode
type Element = DefaultTreeAdapterTypes.Element

/**
 * The title and the main text of an HTML page.
 *
 * @example
 * import { htmlText } from "#sluice/text"
 * htmlText("<title>Gates</title><nav>Home</nav><main><p>Opens <b>at</b> dawn.</p></main>")
 * // → { title: "Gates", text: "# Gates\n\nOpens at dawn.\n" }
 */
export const htmlText = (source: string): DocumentText => {
  const { title, text } = htmlPage(source)
  return { title, text }
}

/**
 * The title and the main text of an HTML page, and what it says about itself; null where it does not.
 *
 * @example
 * import { htmlPage } from "#sluice/text"
 * htmlPage('<html lang="en"><link rel="canonical" href="https://a.org/gates"><p>Opens.').canonical // → "https://a.org/gates"
 */
export const htmlPage = (source: string): HtmlPage => {
  const document = parse(source)
  const main = mainContent(document.childNodes)
  const out: Writer = { blocks: [], line: [], prefix: "", indent: "", depth: 0 }
  if (main !== undefined) writeAll(main.childNodes, out)
  flush(out)
  return { ...documentText(pageTitle(document.childNodes), joinItems(out.blocks)), ...pageFacts(document.childNodes) }
}

interface Writer {
  readonly blocks: Array<string>
  line: Array<string>
  prefix: string
  indent: string
  depth: number
}

/** Deepest nesting that is read; what lies deeper is left out, so that a hostile page cannot exhaust the stack. */
const DEPTH = 400

const BLOCKS = new Set([
  "address",
  "article",
  "blockquote",
  "body",
  "center",
  "dd",
  "details",
  "dialog",
  "div",
  "dl",
  "dt",
  "fieldset",
  "figcaption",
  "figure",
  "header",
  "hgroup",
  "hr",
  "html",
  "main",
  "p",
  "section",
  "summary",
  "td",
  "th",
  "tr"
])

const pageTitle = (nodes: ReadonlyArray<Node>): string => {
  const title = find(nodes, "title", 0)
  return title === undefined ? "" : squeeze(textOf(title))
}

const find = (nodes: ReadonlyArray<Node>, tag: string, depth: number): Element | undefined => {
  for (const node of nodes) {
    if (!("tagName" in node)) continue
    if (node.tagName === tag) return node
    const inner = depth > 4 || node.tagName === "svg" ? undefined : find(node.childNodes, tag, depth + 1)
    if (inner !== undefined) return inner
  }
  return undefined
}

/** All text below a node, as it stands. */
const textOf = (node: Node): string => {
  if ("value" in node) return node.value
  if (!("childNodes" in node)) return ""
  let text = ""
  for (const child of node.childNodes) text += textOf(child)
  return text
}

const flush = (out: Writer): void => {
  const text = squeeze(out.line.join(""))
  if (text !== "") {
    out.blocks.push(out.prefix + text)
    out.prefix = out.indent
  }
  out.line = []
}

const writeAll = (nodes: ReadonlyArray<Node>, out: Writer): void => {
  for (const node of nodes) write(node, out)
}

const write = (node: Node, out: Writer): void => {
  if (node.nodeName === "#text") {
    out.line.push((node as DefaultTreeAdapterTypes.TextNode).value)
    return
  }
  if (!("tagName" in node) || out.depth > DEPTH || isBoilerplate(node)) return
  out.depth++
  writeElement(node, out)
  out.depth--
}

const writeElement = (node: Element, out: Writer): void => {
  const tag = node.tagName
  if (/^h[1-6]$/.test(tag)) heading(node, Number(tag[1]), out)
  else if (tag === "pre") preformatted(node, out)
  else if (tag === "code" || tag === "kbd" || tag === "samp" || tag === "tt") codeSpan(node, out)
  else if (tag === "br") out.line.push(" ")
  else if (tag === "ul" || tag === "ol") list(node, tag === "ol", out)
  else if (tag === "dl") definitions(node, out)
  else if (tag === "table") table(node, out)
  else {
    if (BLOCKS.has(tag)) flush(out)
    writeAll(node.childNodes, out)
    if (BLOCKS.has(tag)) flush(out)
  }
}

const codeSpan = (node: Element, out: Writer): void => {
  const code = squeeze(textOf(node))
  if (code !== "") out.line.push(code.includes("`") ? code : `\`${code}\``)
}

const heading = (node: Element, level: number, out: Writer): void => {
  flush(out)
  writeAll(node.childNodes, out)
  const text = squeeze(out.line.join("")).replace(/\s*[¶#§]$/, "")
  out.line = []
  if (text !== "") out.blocks.push(`${"#".repeat(level)} ${text}`)
}

const preformatted = (node: Element, out: Writer): void => {
  flush(out)
  const inner = node.childNodes.find(isCode)
  const named = `${attribute(node, "class")} ${inner === undefined ? "" : attribute(inner, "class")}`
  const language = /\b(?:language|lang|highlight-source)-([\w+#-]+)/.exec(named)?.[1] ?? ""
  const code = textOf(node).replace(/^\n/, "").trimEnd()
  if (code.trim() !== "") out.blocks.push(`\`\`\`${language}\n${code}\n\`\`\``)
}

const isCode = (node: Node): node is Element => "tagName" in node && node.tagName === "code"

const list = (node: Element, ordered: boolean, out: Writer): void => {
  flush(out)
  const { indent, prefix } = out
  let number = 1
  for (const child of node.childNodes) {
    if (!("tagName" in child)) continue
    const mark = ordered ? `${number++}. ` : "* "
    out.prefix = child.tagName === "li" ? indent + mark : indent
    out.indent = child.tagName === "li" ? indent + " ".repeat(mark.length) : indent
    write(child, out)
    flush(out)
  }
  out.indent = indent
  out.prefix = prefix.trim() === "" ? prefix : indent
}

/** A definition list as items `* term: definition`. */
const definitions = (node: Element, out: Writer): void => {
  flush(out)
  const { indent } = out
  let terms: Array<string> = []
  for (const child of entries(node)) {
    if (child.tagName === "dt") {
      writeAll(child.childNodes, out)
      terms.push(squeeze(out.line.join("")).replace(/\s*[¶#§]$/, ""))
      out.line = []
    } else {
      out.prefix = terms.length === 0 ? `${indent}  ` : `${indent}* ${terms.join(", ")}: `
      out.indent = `${indent}  `
      terms = []
      writeAll(child.childNodes, out)
      flush(out)
    }
  }
  if (terms.length > 0) out.blocks.push(`${indent}* ${terms.join(", ")}`)
  out.indent = indent
  out.prefix = indent
}

const entries = (node: Element): Array<Element> =>
  node.childNodes.flatMap((child): Array<Element> => {
    if (!("tagName" in child)) return []
    if (child.tagName === "dt" || child.tagName === "dd") return [child]
    return child.tagName === "div" ? entries(child) : []
  })

const table = (node: Element, out: Writer): void => {
  flush(out)
  const rows = rowsOf(node, 0)
  const layout = rows.length < 2 || rows.every((row) => cellsOf(row).length < 2)
  if (layout) {
    for (const row of rows) for (const cell of cellsOf(row)) writeElement(cell, out)
    return
  }
  const lines = rows.map(
    (row) =>
      `| ${cellsOf(row)
        .map((cell) => cellText(cell, out.depth))
        .join(" | ")} |`
  )
  if (rows[0]!.childNodes.some((cell) => cell.nodeName === "th"))
    lines.splice(1, 0, `|${" --- |".repeat(cellsOf(rows[0]!).length)}`)
  out.blocks.push(lines.join("\n"))
}

const cellText = (cell: Element, depth: number): string => {
  const inner: Writer = { blocks: [], line: [], prefix: "", indent: "", depth: depth + 1 }
  if (depth < DEPTH) writeAll(cell.childNodes, inner)
  flush(inner)
  return squeeze(inner.blocks.join(" ")).replace(/\|/g, "\\|")
}

const rowsOf = (node: Element, depth: number): Array<Element> =>
  node.childNodes.flatMap((child): Array<Element> => {
    if (!("tagName" in child)) return []
    if (child.tagName === "tr") return [child]
    return /^t(head|body|foot)$/.test(child.tagName) && depth === 0 ? rowsOf(child, 1) : []
  })

const cellsOf = (row: Element): Array<Element> => row.childNodes.filter(isCell)

const isCell = (node: Node): node is Element => "tagName" in node && (node.tagName === "td" || node.tagName === "th")
