// DOCX (Word) documents: paragraphs, headings, lists and tables by their styles and numbering, text boxes and notes.
import { documentText, isoDate } from "#sluice/text"
import { type DocumentFacts, factsOf, said } from "./document-facts.ts"
import { type Notes, notesOf } from "./docx-notes.ts"
import { all, attribute, child, children, type Element, first, xmlTree } from "./xml.ts"
import { type Parts, zipParts } from "./zip-parts.ts"

interface Styles {
  /** Heading level of a paragraph's style, 0 for a title. */
  readonly levels: ReadonlyMap<string, number>
  /** Whether a numbering's level is ordered, by `numbering level`. */
  readonly ordered: ReadonlyMap<string, boolean>
  /** The numbering of a style. */
  readonly numbered: ReadonlyMap<string, string>
  readonly notes: Notes
}

/** A document's text as plain Markdown. */
export const docxDocument = async (bytes: Uint8Array): Promise<DocumentFacts> => {
  if (bytes[0] === 0xd0 && bytes[1] === 0xcf) throw new Error("is encrypted, or a document of Word before 2007")
  const parts = await zipParts(bytes)
  const main = await parts("word/document.xml")
  if (main === undefined) throw new Error("is no DOCX: it has no word/document.xml")
  const body = first(await xmlTree(main, "word/document.xml"), "body")
  if (body === undefined) throw new Error("is no DOCX: its document has no body")
  const styles = await stylesOf(parts)
  const blocks: Array<string> = []
  writeAll(body, styles, blocks, 0)
  for (const [number, note] of styles.notes.referred()) {
    const inner: Array<string> = []
    writeAll(note, styles, inner, 0)
    blocks.push(`[^${number}]: ${inner.join(" ").replace(/\s+/g, " ")}`)
  }
  const about = await coreOf(parts)
  const titled = blocks.find((block) => block.startsWith("# "))?.slice(2)
  return factsOf(documentText(titled ?? about.title ?? "", joined(blocks)), about.facts)
}

const val = (of: Element | undefined): string | undefined => (of === undefined ? undefined : attribute(of, "val"))

const stylesOf = async (parts: Parts): Promise<Styles> => {
  const levels = new Map<string, number>()
  const ordered = new Map<string, boolean>()
  const numbered = new Map<string, string>()
  const styles = await parts("word/styles.xml")
  for (const style of styles === undefined ? [] : all(await xmlTree(styles, "word/styles.xml"), "style")) {
    const id = attribute(style, "styleId") ?? ""
    const name = (val(child(style, "name")) ?? "").toLowerCase()
    const level = /^heading (\d)$/.exec(name)?.[1] ?? (name === "title" ? "0" : undefined)
    if (level !== undefined) levels.set(id, Number(level))
    const number = val(first(style, "numId"))
    if (number !== undefined) numbered.set(id, number)
  }
  const numbering = await parts("word/numbering.xml")
  if (numbering !== undefined) {
    const tree = await xmlTree(numbering, "word/numbering.xml")
    const abstract = new Map(all(tree, "abstractNum").map((one) => [attribute(one, "abstractNumId"), one]))
    for (const one of all(tree, "num")) {
      const kind = abstract.get(val(child(one, "abstractNumId")))
      for (const level of kind === undefined ? [] : all(kind, "lvl"))
        ordered.set(`${attribute(one, "numId")} ${attribute(level, "ilvl")}`, val(child(level, "numFmt")) !== "bullet")
    }
  }
  return { levels, ordered, numbered, notes: await notesOf(parts) }
}

const coreOf = async (parts: Parts) => {
  const core = await parts("docProps/core.xml")
  if (core === undefined) return { title: null, facts: {} }
  const tree = await xmlTree(core, "docProps/core.xml")
  const about = (name: string) => said(first(tree, name)?.textContent)
  const date = isoDate(about("modified") ?? about("created") ?? "")
  return { title: about("title"), facts: { author: about("creator"), language: about("language"), date } }
}

/** Deepest nesting of tables and boxes that is read. */
const DEPTH = 40

const writeAll = (of: Element, styles: Styles, blocks: Array<string>, depth: number): void => {
  if (depth > DEPTH) return
  for (const one of children(of)) {
    if (one.localName === "p") {
      paragraph(one, styles, blocks)
      for (const box of boxesIn(one)) writeAll(box, styles, blocks, depth + 1)
    } else if (one.localName === "tbl") table(one, styles, blocks, depth)
    else if (
      one.localName === "sdt" ||
      one.localName === "sdtContent" ||
      one.localName === "ins" ||
      one.localName === "moveTo" ||
      one.localName === "customXml"
    )
      writeAll(one, styles, blocks, depth + 1)
  }
}

/** The text boxes that hang on a paragraph, once each: what older programs would show instead is left out. */
const boxesIn = (of: Element): ReadonlyArray<Element> =>
  children(of).flatMap((one) =>
    one.localName === "txbxContent"
      ? [one]
      : one.localName === "Fallback" || one.localName === "del"
        ? []
        : boxesIn(one)
  )

const paragraph = (of: Element, { levels, ordered, numbered, notes }: Styles, blocks: Array<string>): void => {
  const text = textOf(of, notes)
    .replace(/[ \t\u00a0]+/g, " ")
    .trim()
  if (text === "") return
  const about = child(of, "pPr")
  const style = about === undefined ? "" : (val(child(about, "pStyle")) ?? "")
  const level = levels.get(style)
  if (level !== undefined) {
    blocks.push(`${"#".repeat(Math.min(6, Math.max(1, level)))} ${text}`)
    return
  }
  const number = about === undefined ? undefined : child(about, "numPr")
  const list = number === undefined ? numbered.get(style) : val(child(number, "numId"))
  if (list === undefined || list === "0") {
    blocks.push(text)
    return
  }
  const depth = Number((number === undefined ? undefined : val(child(number, "ilvl"))) ?? 0)
  blocks.push(`${"  ".repeat(Math.min(depth, 8))}${ordered.get(`${list} ${depth}`) === true ? "1." : "*"} ${text}`)
}

/** What a run or a paragraph shows; what was deleted, and the instructions of fields, are not shown. */
const textOf = (of: Element, notes: Notes): string =>
  children(of)
    .map((one): string => {
      switch (one.localName) {
        case "t":
          return one.textContent ?? ""
        case "tab":
        case "br":
        case "cr":
          return " "
        case "noBreakHyphen":
          return "-"
        case "footnoteReference":
          return notes.mark("footnote", one)
        case "endnoteReference":
          return notes.mark("endnote", one)
        case "del":
        case "moveFrom":
        case "pPr":
        case "rPr":
        case "Fallback":
        case "p":
          return ""
        default:
          return textOf(one, notes)
      }
    })
    .join("")

const table = (of: Element, styles: Styles, blocks: Array<string>, depth: number): void => {
  const rows = all(of, "tr").filter((row) => row.parentNode === of)
  const cells = rows.map((row) =>
    children(row)
      .filter(({ localName }) => localName === "tc")
      .map((cell) => {
        const inner: Array<string> = []
        writeAll(cell, styles, inner, depth + 1)
        return inner
      })
  )
  // A table of one column, or of one row, holds text in a frame.
  if (cells.every((row) => row.length < 2) || cells.length < 2) {
    for (const row of cells) for (const cell of row) blocks.push(...cell)
    return
  }
  // A row whose cells span several columns is filled up.
  const width = Math.max(...cells.map((row) => row.length))
  const lines = cells.map((row) => {
    const texts = row.map((cell) => cell.join(" ").replaceAll("|", "\\|").replace(/\s+/g, " "))
    return `| ${[...texts, ...Array.from({ length: width - row.length }, () => "")].join(" | ")} |`
  })
  lines.splice(1, 0, `|${" --- |".repeat(width)}`)
  blocks.push(lines.join("\n"))
}

const item = /^\s*(\*|1\.) /

/** Items that follow each other are one list, numbered anew; levels count for themselves. */
const joined = (blocks: ReadonlyArray<string>): ReadonlyArray<string> => {
  const out: Array<string> = []
  let counts: Array<number> = []
  let kinds: Array<string> = []
  for (const block of blocks) {
    const mark = item.exec(block)?.[1]
    if (mark === undefined) {
      out.push(block)
      counts = []
      kinds = []
      continue
    }
    const depth = block.search(/\S/) / 2
    const follows = kinds.length > 0 && (depth > 0 || kinds[0] === mark)
    const count = kinds[depth] === mark && follows ? (counts[depth] ?? 0) + 1 : 1
    counts = [...counts.slice(0, depth), count]
    kinds = [...kinds.slice(0, depth), mark]
    const numbered = mark === "1." ? block.replace("1.", `${count}.`) : block
    if (follows) out[out.length - 1] += `\n${numbered}`
    else out.push(numbered)
  }
  return out
}
