// Markdown to plain Markdown: front matter, comments, links, images, emphasis and tags go; hard-wrapped lines are joined.
import { type DocumentText, documentText, squeeze } from "./document.ts"

/**
 * The title (front matter, else first heading) and text of a Markdown document (CommonMark blocks and GitHub tables).
 *
 * @example
 * import { markdownText } from "#sluice/text"
 * markdownText("# Gates\n\nOpens *at*\n[dawn](hours.md).")
 * // → { title: "Gates", text: "# Gates\n\nOpens at dawn.\n" }
 */
export const markdownText = (source: string): DocumentText => {
  const { fields, body } = frontMatter(source.replace(/\r\n?/g, "\n"))
  const blocks = markdownBlocks(body.replace(/<!--[\s\S]*?-->/g, ""))
  if (fields.description !== undefined) blocks.unshift(fields.description)
  return documentText(fields.title ?? "", blocks)
}

interface FrontMatter {
  readonly fields: { readonly title?: string; readonly description?: string }
  readonly body: string
}

const frontMatter = (source: string): FrontMatter => {
  const match = /^---\n([\s\S]*?)\n(?:---|\.\.\.)\n/.exec(source)
  if (match === null) return { fields: {}, body: source }
  const fields: Record<string, string> = {}
  for (const line of match[1]!.split("\n")) {
    const pair = /^(title|description):\s*(.+)$/.exec(line)
    if (pair !== null) fields[pair[1]!] = pair[2]!.trim().replace(/^(["'])(.*)\1$/, "$2")
  }
  return { fields, body: source.slice(match[0].length) }
}

const FENCE = /^ {0,3}(`{3,}|~{3,})(.*)$/
const HEADING = /^ {0,3}(#{1,6})(?:\s+(.*?))?(?:\s+#+)?\s*$/
const UNDERLINE = /^ {0,3}(=+|-{2,})\s*$/
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/
const ITEM = /^(\s*)([-*+]|\d{1,3}[.)])\s+(.*)$/
const TABLE = /^\s*\|.*\|\s*$/
const TAG_LINE = /^\s*<\/?[a-zA-Z][^>]*>\s*$/
const DEFINITION = /^ {0,3}\[[^\]]+\]:\s+\S+/

/** Cuts Markdown into blocks: a paragraph, heading, list item, table or code block each. */
const markdownBlocks = (body: string): Array<string> => {
  const blocks: Array<string> = []
  let open: Array<string> = []
  let prefix = ""
  const close = () => {
    const text = inline(open.join(" "))
    if (text !== "") blocks.push(prefix + text)
    open = []
    prefix = ""
  }
  const lines = body.split("\n")
  let indent = 0
  for (let i = 0; i < lines.length; i++) {
    const line = lines[i]!
    const fence = FENCE.exec(line.slice(Math.min(indent, leading(line))))
    if (fence !== null) {
      close()
      i = codeBlock(lines, i, fence[1]!, fence[2]!.trim(), blocks)
      continue
    }
    if (line.trim() === "") {
      close()
      continue
    }
    const heading = HEADING.exec(line)
    if (heading !== null) {
      close()
      indent = 0
      blocks.push(`${heading[1]} ${inline(heading[2] ?? "")}`)
      continue
    }
    const underline = UNDERLINE.exec(line)
    if (underline !== null && open.length > 0 && prefix === "") {
      blocks.push(`${underline[1]!.startsWith("=") ? "#" : "##"} ${inline(open.join(" "))}`)
      open = []
      continue
    }
    if (RULE.test(line) || DEFINITION.test(line) || TAG_LINE.test(line)) {
      close()
      continue
    }
    const item = ITEM.exec(line)
    if (item !== null) {
      close()
      prefix = `${" ".repeat(item[1]!.length)}${/\d/.test(item[2]!) ? item[2] : "*"} `
      indent = item[1]!.length + item[2]!.length + 1
      open.push(item[3]!)
      continue
    }
    if (TABLE.test(line)) {
      close()
      i = tableBlock(lines, i, blocks)
      continue
    }
    if (open.length === 0 && leading(line) >= indent + 4) {
      i = indentedCode(lines, i, blocks)
      continue
    }
    if (open.length === 0 && leading(line) < indent) indent = 0
    if (open.length === 0 && prefix === "" && indent > 0) prefix = " ".repeat(indent)
    open.push(line.trim().replace(/^>\s?/, ""))
  }
  close()
  return joinItems(blocks)
}

const leading = (line: string): number => line.length - line.trimStart().length

const codeBlock = (
  lines: ReadonlyArray<string>,
  at: number,
  mark: string,
  info: string,
  blocks: Array<string>
): number => {
  const code: Array<string> = []
  const margin = leading(lines[at]!)
  let end = at + 1
  while (end < lines.length && !lines[end]!.trim().startsWith(mark)) code.push(lines[end++]!)
  blocks.push(
    `\`\`\`${info.split(/\s/)[0]}\n${code.map((line) => line.slice(Math.min(margin, leading(line)))).join("\n")}\n\`\`\``
  )
  return end
}

const indentedCode = (lines: ReadonlyArray<string>, at: number, blocks: Array<string>): number => {
  const margin = leading(lines[at]!)
  let end = at
  while (end < lines.length && (lines[end]!.trim() === "" || leading(lines[end]!) >= margin)) end++
  const code = lines.slice(at, end).map((line) => line.slice(margin))
  blocks.push(`\`\`\`\n${code.join("\n").trimEnd()}\n\`\`\``)
  return end - 1
}

const tableBlock = (lines: ReadonlyArray<string>, at: number, blocks: Array<string>): number => {
  const rows: Array<string> = []
  let end = at
  for (; end < lines.length && TABLE.test(lines[end]!); end++) {
    const cells = lines[end]!.trim()
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => inline(cell))
    rows.push(`| ${cells.join(" | ")} |`)
  }
  blocks.push(rows.join("\n"))
  return end - 1
}

/** Items of a list follow each other without an empty line. */
export const joinItems = (blocks: ReadonlyArray<string>): Array<string> => {
  const joined: Array<string> = []
  let before: RegExpExecArray | null = null
  for (const block of blocks) {
    if (follows(before, ITEM.exec(block))) joined[joined.length - 1] += `\n${block}`
    else joined.push(block)
    before = ITEM.exec(lastLine(block))
  }
  return joined
}

/** Whether two items belong to one list: one of them inside the other, or marked alike. */
const follows = (before: RegExpExecArray | null, item: RegExpExecArray | null): boolean =>
  before !== null && item !== null && (before[1] !== item[1] || /\d/.test(before[2]!) === /\d/.test(item[2]!))

const lastLine = (block: string): string => block.slice(block.lastIndexOf("\n") + 1)

/** Text of inline Markdown: code spans stay, links become their text; images, tags and emphasis marks go. */
const inline = (source: string): string =>
  source
    .split(/(`+[^`]*`+)/)
    .map((part, i) => (i % 2 === 1 ? part : plain(part)))
    .join("")
    .replace(/\[((?:[^[\]]|\[[^\]]*\])*)\]\((?:[^()]|\([^)]*\))*\)/g, "$1")
    .replace(/\[([^[\]]+)\]\[[^\]]*\]/g, "$1")
    .replace(/\s+/g, " ")
    .trim()

const plain = (text: string): string =>
  decodeEntities(
    text
      .replace(/!\[[^\]]*\](?:\([^)]*\)|\[[^\]]*\])/g, "")
      .replace(/<(https?:[^>\s]+|[^@\s<>]+@[^\s<>]+)>/g, "$1")
      .replace(/<\/?[a-zA-Z][^<>]*>/g, " ")
      .replace(/\*\*(?=\S)([^*]*\S)\*\*/g, "$1")
      .replace(/(^|[\s(])__(?=\S)([^_]*\S)__(?=$|[\s).,;:!?])/g, "$1$2")
      .replace(/\*(?=\S)([^*\n]*[^*\s])\*/g, "$1")
      .replace(/(^|[\s(])_(?=\S)([^_]*\S)_(?=$|[\s).,;:!?])/g, "$1$2")
      .replace(/\\([!-/:-@[-`{-~])/g, "$1")
  )

const ENTITIES: { readonly [name: string]: string } = {
  amp: "&",
  lt: "<",
  gt: ">",
  quot: '"',
  apos: "'",
  nbsp: " ",
  mdash: "—",
  ndash: "–",
  hellip: "…"
}

const decodeEntities = (text: string): string =>
  text.includes("&")
    ? text.replace(/&(amp|lt|gt|quot|apos|nbsp|mdash|ndash|hellip);/g, (_, name) => ENTITIES[name]!)
    : text

/** Squeezed text of a heading line without its marks. */
export const headingText = (line: string): string => squeeze(line.replace(/^#+\s*/, "")).replace(/`/g, "")
