// AsciiDoc to plain Markdown: sections, lists, code, tables and admonitions stay; anchors, comments and macros of pictures go.
import { asciidocInline, substituted } from "./asciidoc-inline.ts"
import { type DocumentText, documentText } from "./document.ts"
import { joinItems } from "./markdown.ts"

/** A document's text, and what its header says of it. */
export interface AsciidocText extends DocumentText {
  readonly author: string
  readonly date: string
  readonly language: string
}

interface Reading {
  readonly attributes: Map<string, string>
  readonly blocks: Array<string>
  /** Lines of the paragraph or item that is open, and what stands before it. */
  open: Array<string>
  prefix: string
  indent: string
  /** What a line in brackets says of the block that follows. */
  style: string
  /** Counts of the ordered lists that are open, by depth. */
  counts: Array<number>
  /** The marks of the list that is open, from the outermost. */
  marks: Array<string>
}

/**
 * The title and text of an AsciiDoc document.
 *
 * @example
 * import { asciidocText } from "#sluice/text"
 * asciidocText("= Gates\n\nOpens *at* link:hours.html[dawn].\n\n== Closing\n\n. first\n. second\n").text
 * // → "# Gates\n\nOpens at dawn.\n\n## Closing\n\n1. first\n2. second\n"
 */
export const asciidocText = (source: string): AsciidocText => {
  const lines = source
    .replace(/\r\n?/g, "\n")
    .split("\n")
    .map((line) => line.trimEnd())
  const reading: Reading = {
    attributes: new Map(),
    blocks: [],
    open: [],
    prefix: "",
    indent: "",
    style: "",
    counts: [],
    marks: []
  }
  const { start, author, date } = header(lines, reading)
  readAll(lines.slice(start), reading, 0)
  close(reading)
  const language = reading.attributes.get("lang") ?? ""
  return { ...documentText("", joinItems(reading.blocks)), author, date, language }
}

const attribute = /^:(!?[\w-]+!?):(?:\s+(.*))?$/

/** The title, then the line of the author and that of the revision, and attributes. */
const header = (lines: ReadonlyArray<string>, { attributes, blocks }: Reading) => {
  let [at, author, date] = [0, "", ""]
  const skip = () => {
    for (; at < lines.length; at++) {
      const found = attribute.exec(lines[at]!)
      if (found !== null) attributes.set(found[1]!.toLowerCase(), found[2] ?? "")
      else if (!(lines[at] === "" && blocks.length === 0) && !/^\/\/($|[^/])/.test(lines[at]!)) break
    }
  }
  skip()
  const title = /^[=#]\s+(.+)$/.exec(lines[at] ?? "")
  if (title === null) return { start: at, author: attributes.get("author") ?? "", date: "" }
  blocks.push(`# ${asciidocInline(title[1]!, attributes)}`)
  at++
  skip()
  if (/^[A-ZÀ-Þ][^.:,=[\]]*(<[^>]+>)?(;.*)?$/.test(lines[at] ?? "") && lines[at - 1] !== "") {
    author = lines[at]!.replace(/\s*<[^>]*>/g, "")
      .replaceAll("_", " ")
      .replace(/;\s*/g, ", ")
    at++
    const revision = /^(?:v[\w.]+,?\s*)?(\d{4}-\d{2}-\d{2})?/.exec(lines[at] ?? "")
    if (revision !== null && revision[0] !== "") {
      date = revision[1] ?? ""
      at++
    }
    skip()
  }
  return {
    start: at,
    author: author || (attributes.get("author") ?? ""),
    date: date || (attributes.get("revdate") ?? "")
  }
}

/** Puts the open paragraph or item among the blocks. */
const close = (reading: Reading): void => {
  const text = asciidocInline(reading.open.join(" "), reading.attributes)
  if (text !== "") {
    reading.blocks.push(reading.prefix + text)
    reading.prefix = reading.indent
  }
  reading.open = []
}

const leaveList = (reading: Reading): void => {
  close(reading)
  reading.prefix = ""
  reading.indent = ""
  reading.counts = []
  reading.marks = []
}

/** Lines that begin and end a block. */
const fences = /^(-{4,}|\.{4,}|={4,}|\*{4,}|_{4,}|\+{4,}|\/{4,}|--|`{3,}.*)$/
const item = /^\s*(\*{1,5}|-|\.{1,5}|\d+\.|<(?:\d+|\.)>)\s+(.+)$/
const term = /^(\S.*?)(:{2,4}|;;)(?:\s+(.*))?$/

/** Deepest nesting of blocks that is read. */
const DEPTH = 40

const readAll = (lines: ReadonlyArray<string>, reading: Reading, depth: number): void => {
  for (let at = 0; at < lines.length; ) at = readLine(lines, at, reading, depth)
}

/** Reads what begins at a line; returns the line after it. */
const readLine = (lines: ReadonlyArray<string>, at: number, reading: Reading, depth: number): number => {
  const line = lines[at]!
  if (line === "") {
    close(reading)
    const next = lines.slice(at).find((one) => one !== "") ?? ""
    if (!item.test(next) && !/^\[/.test(next) && !(term.test(next) && reading.marks.length > 0)) leaveList(reading)
    return at + 1
  }
  if (line === "+") {
    close(reading)
    return at + 1
  }
  if (/^\/\/($|[^/-]|-.)/.test(line) || /^(ifdef|ifndef|ifeval|endif|include|toc|image|video|audio)::/.test(line))
    return at + 1
  if (line === "'''" || line === "<<<" || line === "//-") {
    leaveList(reading)
    return at + 1
  }
  const set = attribute.exec(line)
  if (set !== null && reading.open.length === 0) {
    reading.attributes.set(set[1]!.toLowerCase(), set[2] ?? "")
    return at + 1
  }
  if (/^\[.*\]$/.test(line) && reading.open.length === 0) {
    if (!line.startsWith("[[")) reading.style = line.slice(1, -1)
    return at + 1
  }
  if (fences.test(line)) return fenced(lines, at, reading, depth)
  if (/^[|,:!]===/.test(line)) return table(lines, at, reading)
  const heading = /^(={1,6}|#{1,6})\s+(.+?)(?:\s+\1)?$/.exec(line)
  if (heading !== null && reading.open.length === 0) {
    leaveList(reading)
    reading.blocks.push(`${heading[1]!.replaceAll("=", "#")} ${asciidocInline(heading[2]!, reading.attributes)}`)
    reading.style = ""
    return at + 1
  }
  const titled = /^\.([^\s.].*)$/.exec(line)
  if (titled !== null && reading.open.length === 0) {
    reading.blocks.push(reading.indent + asciidocInline(titled[1]!, reading.attributes))
    return at + 1
  }
  const found = item.exec(line)
  if (found !== null) {
    listItem(found[1]!, found[2]!, reading)
    return at + 1
  }
  const named = reading.open.length === 0 || reading.marks.length > 0 ? term.exec(line) : null
  if (named !== null && !/^\w+:\/\//.test(line)) {
    listItem(named[2]!, `${named[1]}: ${named[3] ?? ""}`, reading)
    return at + 1
  }
  if (reading.open.length === 0 && /^\s/.test(line) && reading.marks.length === 0) return literal(lines, at, reading)
  reading.open.push(line.trim().replace(/ \+$/, ""))
  reading.style = ""
  return at + 1
}

/** Begins an item: its depth is that of its mark among the marks that are open. */
const listItem = (mark: string, text: string, reading: Reading): void => {
  close(reading)
  const kind = mark.replace(/\d+/, "1")
  // Explanations of code are a list of their own; other lists that follow each other are one inside the other.
  if (reading.marks.length > 0 && kind.startsWith("<") !== reading.marks[0]!.startsWith("<")) leaveList(reading)
  const known = reading.marks.indexOf(kind)
  if (known === -1) {
    reading.marks.push(kind)
    reading.counts.push(0)
  } else {
    reading.marks.length = known + 1
    reading.counts.length = known + 1
  }
  const depth = reading.marks.length - 1
  reading.counts[depth]!++
  const isOrdered = /^(\.|1\.|<)/.test(kind)
  const below = "  ".repeat(depth)
  const shown = isOrdered ? `${reading.counts[depth]}.` : "*"
  reading.prefix = `${below}${shown} `
  reading.indent = `${below}${" ".repeat(shown.length + 1)}`
  reading.open = [text.replace(/ \+$/, "")]
}

const fenced = (lines: ReadonlyArray<string>, at: number, reading: Reading, depth: number): number => {
  const mark = lines[at]!
  const end = lines.findIndex((line, index) => index > at && (mark.startsWith("```") ? line === "```" : line === mark))
  const last = end === -1 ? lines.length : end
  const body = lines.slice(at + 1, last)
  const { style } = reading
  close(reading)
  reading.style = ""
  if (/^[-.`]{3,}/.test(mark) || /^(source|listing|literal)\b/.test(style)) {
    const language = /^```(\w*)/.exec(mark)?.[1] || /^(?:source)?[^,]*,\s*"?([\w+#-]+)/.exec(style)?.[1] || ""
    const code = body.map(
      (line) =>
        reading.indent +
        substituted(line, style, reading.attributes).replace(/\s*(?:(?:\/\/|#|;;)\s*)?(?:<(?:\d+|\.)>\s*)+$/, "")
    )
    if (body.some((line) => line !== ""))
      reading.blocks.push(`${reading.indent}\`\`\`${language}\n${code.join("\n")}\n${reading.indent}\`\`\``)
  } else if (!/^[/+]/.test(mark) && depth < DEPTH) {
    const label = /^(NOTE|TIP|IMPORTANT|WARNING|CAUTION)$/.exec(style)?.[1]
    const first = reading.blocks.length
    const { marks, counts, prefix, indent } = reading
    Object.assign(reading, { marks: [], counts: [] })
    readAll(body, reading, depth + 1)
    close(reading)
    Object.assign(reading, { marks, counts, prefix, indent })
    if (label !== undefined && reading.blocks[first] !== undefined)
      reading.blocks[first] = `${label[0]}${label.slice(1).toLowerCase()}: ${reading.blocks[first].trimStart()}`
  }
  return last + 1
}

const literal = (lines: ReadonlyArray<string>, at: number, reading: Reading): number => {
  let end = at
  while (end < lines.length && lines[end] !== "") end++
  const body = lines.slice(at, end)
  const least = Math.min(...body.map((line) => line.length - line.trimStart().length))
  reading.blocks.push(`\`\`\`\n${body.map((line) => line.slice(least)).join("\n")}\n\`\`\``)
  return end
}

/** Cells begin with a bar, a specifier before it; a row is a line, or as many cells as the first line or `cols` has. */
const table = (lines: ReadonlyArray<string>, at: number, reading: Reading): number => {
  close(reading)
  const mark = lines[at]!
  const found = lines.findIndex((line, index) => index > at && line === mark)
  const end = found === -1 ? lines.length : found
  const body = lines.slice(at + 1, end)
  const cells: Array<string> = []
  let width = 0
  for (const line of body) {
    const parts = line.split(/(?:(?:^|\s)(?:\d*\.?\d*[+*])?[<^>.]*[aehlmsvd]?)\|/)
    if (parts[0] !== "" && cells.length > 0) cells[cells.length - 1] += ` ${parts[0]}`
    cells.push(...parts.slice(1))
    if (width === 0 && parts.length > 1) width = parts.length - 1
  }
  const columns = /cols="?([^"\]]+)"?/.exec(reading.style)?.[1]
  if (columns !== undefined)
    width = columns.split(/[,;]/).reduce((sum, one) => sum + Number(/^(\d+)\*/.exec(one.trim())?.[1] ?? 1), 0)
  const isHead = /%header|options="?[^"]*header/.test(reading.style) || (body[0] !== "" && body[1] === "")
  const rows: Array<string> = []
  for (let from = 0; width > 0 && from < cells.length; from += width)
    rows.push(
      `| ${cells
        .slice(from, from + width)
        .map((cell) => asciidocInline(cell, reading.attributes).replaceAll("|", "\\|"))
        .join(" | ")} |`
    )
  if (isHead && rows.length > 1) rows.splice(1, 0, `|${" --- |".repeat(width)}`)
  if (rows.length > 0) reading.blocks.push(rows.join("\n"))
  reading.style = ""
  return end + 1
}
