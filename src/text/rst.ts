// reStructuredText to plain Markdown: sections, lists, code, tables and notes stay; targets, comments and page furniture go.
import { type DocumentText, documentText, squeeze } from "./document.ts"
import { joinItems } from "./markdown.ts"
import { rstInline } from "./rst-inline.ts"
import { isTableEdge, rstTable } from "./rst-table.ts"

/** A document's text, and what its field list says of it. */
export interface RstText extends DocumentText {
  readonly author: string
  readonly date: string
}

interface Reading {
  /** Styles of section titles, in the order in which they were met: the first is the title's. */
  readonly styles: Array<string>
  readonly replaced: Map<string, string>
  author: string
  date: string
}

/**
 * The title and text of a reStructuredText document.
 *
 * @example
 * import { rstText } from "#sluice/text"
 * rstText("Gates\n=====\n\nOpens *at* `dawn <hours.html>`_::\n\n   open()\n").text
 * // → "# Gates\n\nOpens at dawn:\n\n```\nopen()\n```\n"
 */
export const rstText = (source: string): RstText => {
  const reading: Reading = { styles: [], replaced: new Map(), author: "", date: "" }
  const lines = source
    .replace(/\r\n?/g, "\n")
    .replace(/\t/g, "        ")
    .split("\n")
    .map((line) => line.trimEnd())
  for (const line of lines) {
    const found = /^\.\. \|([^|]+)\| replace::\s*(.*)$/.exec(line)
    if (found !== null) reading.replaced.set(found[1]!, found[2]!)
  }
  const proposal = proposalHead(lines, reading)
  const blocks = blocksOf(proposal === undefined ? lines : lines.slice(lines.indexOf("")), reading, 0)
  return { ...documentText(proposal ?? "", joinItems(blocks)), author: reading.author, date: reading.date }
}

/** The title of a PEP, which begins with a header like that of a mail; its sections stand below that title. */
const proposalHead = (lines: ReadonlyArray<string>, reading: Reading): string | undefined => {
  const number = /^PEP: (\d+)$/.exec(lines[0]!)?.[1]
  const end = lines.indexOf("")
  if (number === undefined || end === -1) return undefined
  const head = lines.slice(0, end).join("\n").replace(/\n\s+/g, " ").split("\n")
  const about = (name: string) =>
    head
      .find((line) => line.startsWith(`${name}:`))
      ?.slice(name.length + 1)
      .trim() ?? ""
  reading.author = about("Author").replace(/\s*<[^>]*>/g, "")
  reading.date = about("Created")
  reading.styles.push("PEP")
  return `PEP ${number} – ${about("Title")}`
}

/** Deepest nesting that is read. */
const DEPTH = 30

const rule = /^([!-/:-@[-`{-~])\1{2,}$/
const bullet = /^([-*+•])(\s+)(?=\S)/
const numbered = /^(\(?(?:\d{1,4}|#|[A-Za-z])[.)])(\s+)(?=\S)/
const field = /^:([^:\s](?:[^:]|:(?=\S))*?):(?:\s+(.*))?$/
const directive = /^\.\. ([\w:.+-]+)::(?:\s+(.*))?$/

const indentOf = (line: string): number => line.length - line.trimStart().length

/** The lines from one on that are empty or indented, without their common indent; and the line after them. */
const indented = (
  lines: ReadonlyArray<string>,
  from: number
): { readonly body: ReadonlyArray<string>; readonly next: number } => {
  let next = from
  while (next < lines.length && (lines[next] === "" || indentOf(lines[next]!) > 0)) next++
  const body = lines.slice(from, next)
  const least = Math.min(...body.filter((line) => line !== "").map(indentOf))
  const plain = body.map((line) => line.slice(Math.min(least, indentOf(line) || least)))
  while (plain.at(-1) === "") plain.pop()
  while (plain[0] === "") plain.shift()
  return { body: plain, next }
}

const fence = (body: ReadonlyArray<string>, language = ""): string => `\`\`\`${language}\n${body.join("\n")}\n\`\`\``

const blocksOf = (lines: ReadonlyArray<string>, reading: Reading, depth: number): ReadonlyArray<string> => {
  const blocks: Array<string> = []
  const inline = (text: string) => rstInline(text, reading.replaced)
  for (let at = 0; at < lines.length; ) {
    const line = lines[at]!
    const next = lines[at + 1] ?? ""
    if (line === "") at++
    else if (rule.test(line) && next !== "" && lines[at + 2] === line) {
      blocks.push(section(`${line[0]}${line[0]}`, inline(next), reading))
      at += 3
    } else if (rule.test(next) && next.length >= Math.min(3, line.length) && indentOf(line) === 0 && !rule.test(line)) {
      blocks.push(section(next[0]!, inline(line), reading))
      at += 2
    } else if (isTableEdge(line)) {
      const table = rstTable(lines, at, inline)
      blocks.push(table.text)
      at = table.next
    } else if (rule.test(line)) at++
    else if (line === ".." || line.startsWith(".. ")) at = explicit(lines, at, reading, depth, blocks)
    else if (indentOf(line) > 0) {
      const { body, next: after } = indented(lines, at)
      if (depth < DEPTH) blocks.push(...blocksOf(body, reading, depth + 1))
      at = after
    } else if (line.startsWith(">>>")) {
      let end = at
      while (end < lines.length && lines[end] !== "") end++
      blocks.push(fence(lines.slice(at, end)))
      at = end
    } else at = textBlock(lines, at, reading, depth, blocks)
  }
  return blocks
}

const section = (style: string, title: string, { styles }: Reading): string => {
  if (!styles.includes(style)) styles.push(style)
  return `${"#".repeat(Math.min(6, styles.indexOf(style) + 1))} ${title}`
}

/** What begins with two dots: a directive, a footnote, a target or a comment. */
const explicit = (
  lines: ReadonlyArray<string>,
  at: number,
  reading: Reading,
  depth: number,
  blocks: Array<string>
): number => {
  const { body, next } = indented(lines, at + 1)
  const note = /^\.\. \[([^\]]+)\]\s*(.*)$/.exec(lines[at]!)
  if (note !== null) {
    blocks.push(`[${note[1]}] ${rstInline([note[2], ...body].join(" "), reading.replaced)}`)
    return next
  }
  const found = directive.exec(lines[at]!)
  if (found === null || depth >= DEPTH) return next
  const [, name = "", argument = ""] = found
  const content = [...body]
  while (content[0] !== undefined && field.test(content[0])) content.shift()
  while (content[0] === "") content.shift()
  const kind = name.slice(name.lastIndexOf(":") + 1)
  const inner = () => blocksOf(content, reading, depth + 1)
  const inline = (text: string) => rstInline(text, reading.replaced)
  if (
    /^(code|code-block|sourcecode|highlight|parsed-literal|math|prompt|testcode|doctest|productionlist)$/.test(kind)
  ) {
    if (content.length > 0)
      blocks.push(fence(content, /^(code|code-block|sourcecode|prompt)$/.test(kind) ? argument.trim() : ""))
  } else if (/^(note|warning|tip|hint|important|caution|danger|attention|error|seealso|admonition|todo)$/.test(kind)) {
    const label =
      kind === "admonition"
        ? inline(argument)
        : kind === "seealso"
          ? "See also"
          : kind[0]!.toUpperCase() + kind.slice(1)
    const [head = "", ...rest] = [...(argument === "" || kind === "admonition" ? [] : [inline(argument)]), ...inner()]
    if (/^[`*#|\d]/.test(head) && !/^`[^`]/.test(head)) blocks.push(`${label}:`, head, ...rest)
    else blocks.push(`${label}: ${head}`, ...rest)
  } else if (/^(versionadded|versionchanged|deprecated|versionremoved)$/.test(kind)) {
    const [version = "", ...words] = argument.split(" ")
    const what = {
      versionadded: "New in version",
      versionchanged: "Changed in version",
      deprecated: "Deprecated since version"
    }[kind]
    const said = inline([...words, ...content].join(" "))
    blocks.push(`${what ?? "Removed in version"} ${version}${said === "" ? "." : `: ${said}`}`)
  } else if (
    /^(function|method|class|attribute|data|module|exception|option|describe|staticmethod|classmethod|decorator|envvar|property|macro|type|var|member|rst|glossary)$/.test(
      kind
    )
  ) {
    if (argument !== "" && kind !== "module") blocks.push(`\`${argument.replaceAll("`", "")}\``)
    blocks.push(...inner())
  } else if (
    /^(image|toctree|index|contents|raw|meta|include|literalinclude|currentmodule|sectionauthor|moduleauthor|only|default-role|role|highlightlang|replace|unicode|date|class|header|footer|sectnum|target-notes|tabularcolumns|autoclass|automodule|autofunction)$/.test(
      kind
    )
  ) {
    if (kind === "only") blocks.push(...inner())
  } else {
    if (/^(rubric|topic|table|list-table|sidebar|centered)$/.test(kind) && argument !== "")
      blocks.push(inline(argument))
    blocks.push(...inner())
  }
  return next
}

/** A paragraph or what looks like one at first: an item, a field, a line block, a term. */
const textBlock = (
  lines: ReadonlyArray<string>,
  at: number,
  reading: Reading,
  depth: number,
  blocks: Array<string>
): number => {
  const line = lines[at]!
  const inline = (text: string) => rstInline(text, reading.replaced)
  const mark = bullet.exec(line) ?? numbered.exec(line)
  if (mark !== null && (bullet.test(line) || !/^[A-Za-z]/.test(mark[1]!) || /^[a-z]\)/.test(mark[1]!))) {
    const rest = indented(lines, at + 1)
    const body = [line.slice(mark[0].length), ...raw(lines, at + 1, rest.next, mark[0].length)]
    const inner = depth < DEPTH ? blocksOf(body, reading, depth + 1) : [inline(body.join(" "))]
    blocks.push(...item(markOf(mark[1]!, blocks), inner))
    return rest.next
  }
  const named = field.exec(line)
  if (named !== null) {
    const { body, next } = indented(lines, at + 1)
    const text = squeeze([named[2] ?? "", ...body].join(" "))
    if (/^authors?$/i.test(named[1]!)) reading.author ||= inline(text)
    else if (/^date$/i.test(named[1]!)) reading.date ||= text
    if (text !== "") blocks.push(`* ${inline(named[1]!)}: ${inline(text)}`)
    return next
  }
  if (line.startsWith("| ") || line === "|") {
    let end = at
    while (end < lines.length && (/^\|( |$)/.test(lines[end]!) || (indentOf(lines[end]!) > 0 && end > at))) end++
    blocks.push(
      inline(
        lines
          .slice(at, end)
          .map((one) => one.replace(/^\|/, ""))
          .join(" ")
      )
    )
    return end
  }
  if (indentOf(lines[at + 1] ?? "") > 0 && !line.endsWith("::")) {
    const { body, next } = indented(lines, at + 1)
    const [head = "", ...rest] = depth < DEPTH ? blocksOf(body, reading, depth + 1) : []
    if (/^[`*#|]/.test(head) && !/^`[^`]/.test(head)) blocks.push(...item("*", [`${inline(line)}:`, head, ...rest]))
    else blocks.push(...item("*", [`${inline(line)}: ${head}`, ...rest]))
    return next
  }
  let end = at
  while (end < lines.length && lines[end] !== "" && (end === at || indentOf(lines[end]!) === 0)) end++
  const text = lines.slice(at, end).join(" ")
  const shown = inline(text.replace(/(^|\s)::$/, "").replace(/::$/, ":"))
  if (shown !== "") blocks.push(shown)
  if (!text.endsWith("::")) return end
  const literal = indented(lines, end)
  if (literal.body.length > 0) blocks.push(fence(literal.body))
  return literal.next
}

/** Lines of an item, without the indent that its mark has. */
const raw = (lines: ReadonlyArray<string>, from: number, to: number, indent: number): ReadonlyArray<string> =>
  lines.slice(from, to).map((line) => line.slice(Math.min(indent, indentOf(line))))

/** The mark in Markdown; `#.` counts on from the item before. */
const markOf = (mark: string, blocks: ReadonlyArray<string>): string => {
  if (/^[-*+•]$/.test(mark)) return "*"
  const number = /\d+/.exec(mark)?.[0]
  const before = /^(\d+)\. /.exec(blocks.findLast((block) => !block.startsWith(" ")) ?? "")?.[1]
  return `${number ?? (before === undefined ? 1 : Number(before) + 1)}.`
}

/** An item's first block behind its mark, the others below it. */
const item = (mark: string, [head = "", ...rest]: ReadonlyArray<string>): ReadonlyArray<string> => {
  const below = " ".repeat(mark.length + 1)
  return [`${mark} ${head}`, ...rest.map((block) => below + block.replaceAll("\n", `\n${below}`))]
}
