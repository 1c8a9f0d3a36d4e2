// Man pages (man and mdoc macros of roff) to plain Markdown: sections become headings, tagged paragraphs list items.
import { type DocumentText, documentText, squeeze } from "./document.ts"
import { joinItems } from "./markdown.ts"
import { escapes, macroArguments } from "./roff-escapes.ts"

/**
 * The title and text of a man page's source.
 *
 * @example
 * import { roffText } from "#sluice/text"
 * roffText(".TH GATE 1\n.SH NAME\ngate \\- opens a \\fBsluice\\fR\n")
 * // → { title: "gate", text: "# gate\n\n## Name\n\ngate - opens a sluice\n" }
 */
export const roffText = (source: string): DocumentText => {
  const single = (source.match(/^\.\s*S[Hh]\b/gm) ?? []).length < 2
  const page: Page = {
    title: "",
    name: "",
    blocks: [],
    line: [],
    code: undefined,
    tag: false,
    prefix: "",
    indent: "",
    single
  }
  for (const line of source.replace(/\r\n?/g, "\n").replace(/\\\n/g, "").split("\n")) readLine(line, page)
  endCode(page)
  flush(page)
  return documentText(page.title, joinItems(page.blocks))
}

interface Page {
  title: string
  name: string
  readonly blocks: Array<string>
  line: Array<string>
  code: Array<string> | undefined
  /** The next line is the tag of a tagged paragraph. */
  tag: boolean
  prefix: string
  indent: string
  /** The page has one section, so that its subsections are its sections. */
  readonly single: boolean
}

const flush = (page: Page): void => {
  const text = squeeze(page.line.join(" "))
  page.line = []
  if (text === "") return
  page.blocks.push(page.prefix + text)
  page.prefix = page.indent
}

const endCode = (page: Page): void => {
  const code = page.code?.join("\n").replace(/^\n+|\n+$/g, "")
  if (code !== undefined && code !== "") page.blocks.push(`\`\`\`\n${code}\n\`\`\``)
  page.code = undefined
}

const readLine = (line: string, page: Page): void => {
  const macro = /^[.']\s*([A-Za-z]{1,3}|\\")(?:\s+(.*)|$)/.exec(line)
  if (macro !== null) {
    if (macro[1] !== '\\"') readMacro(macro[1]!, macroArguments(macro[2] ?? ""), page)
    return
  }
  if (/^[.']/.test(line)) return
  const text = escapes(line)
  if (page.code !== undefined) page.code.push(text.trimEnd())
  else if (text.trim() === "") flush(page)
  else addText(text, page)
}

const addText = (text: string, page: Page): void => {
  if (!page.tag) {
    page.line.push(text)
    return
  }
  page.tag = false
  item(`* ${squeeze(text)}: `, page)
}

const item = (prefix: string, page: Page): void => {
  flush(page)
  page.prefix = prefix
  page.indent = "  "
}

const paragraph = (page: Page): void => {
  flush(page)
  page.prefix = ""
  page.indent = ""
  page.tag = false
}

const section = (mark: string, words: ReadonlyArray<string>, page: Page): void => {
  paragraph(page)
  const heading = squeeze(words.join(" ")).replace(/^"|"$/g, "")
  if (heading !== "") page.blocks.push(`${mark} ${/[a-z]/.test(heading) ? heading : sentenceCase(heading)}`)
}

const sentenceCase = (text: string): string => text.charAt(0) + text.slice(1).toLowerCase()

const readMacro = (name: string, words: ReadonlyArray<string>, page: Page): void => {
  if (page.code !== undefined && !/^(fi|EE|Ed|SH|SS|Sh|Ss)$/.test(name)) {
    if (/^(B|I|BR|BI|IR|IB|RB|RI)$/.test(name)) page.code.push(words.join(name.length === 2 ? "" : " "))
    return
  }
  switch (name) {
    case "TH":
    case "Dt":
      page.title = (words[0] ?? "").toLowerCase()
      break
    case "SH":
    case "Sh":
      endCode(page)
      section("##", words, page)
      break
    case "SS":
    case "Ss":
      endCode(page)
      section(page.single ? "##" : "###", words, page)
      break
    case "P":
    case "PP":
    case "LP":
    case "HP":
    case "Pp":
      paragraph(page)
      break
    case "TP":
    case "TQ":
      flush(page)
      page.tag = true
      break
    case "IP":
      indented(words[0] ?? "", page)
      break
    case "It":
      indented(
        squeeze(
          words
            .filter((word) => word !== "Xo" && word !== "Xc")
            .map(flag)
            .join(" ")
        ),
        page
      )
      break
    case "nf":
    case "EX":
    case "Bd":
      flush(page)
      page.code = []
      break
    case "fi":
    case "EE":
    case "Ed":
      endCode(page)
      break
    case "br":
    case "sp":
    case "RS":
    case "RE":
    case "El":
    case "Bl":
      flush(page)
      break
    default:
      addFont(name, words, page)
  }
}

const indented = (mark: string, page: Page): void => {
  if (mark === "" || /^[•·*o-]$/.test(mark)) item(mark === "" ? "  " : "* ", page)
  else if (/^\d+[.)]?$/.test(mark)) item(`${mark.replace(/[.)]?$/, ".")} `, page)
  else item(`* ${mark}: `, page)
}

const flag = (word: string, i: number, words: ReadonlyArray<string>): string =>
  word === "Fl" || word === "Ar" || word === "Cm" || word === "Ic" ? "" : words[i - 1] === "Fl" ? `-${word}` : word

const addFont = (name: string, words: ReadonlyArray<string>, page: Page): void => {
  if (name === "Nm" && page.name === "") page.name = words[0] ?? ""
  const text = fontText(name, words, page.name)
  if (text !== "") addText(text, page)
}

/** The text of macros that set words in a font, or of mdoc's names for them; a mark behind the last word stays joined. */
const fontText = (name: string, words: ReadonlyArray<string>, page: string): string => {
  if (/^(BR|BI|IR|IB|RB|RI)$/.test(name)) return words.join("")
  if (/^(B|I|SM|SB)$/.test(name)) return words.join(" ")
  if (name === "Nm") return words[0] ?? page
  if (name === "Nd") return `- ${words.join(" ")}`
  if (name === "Xr") return `${words[0] ?? ""}(${words[1] ?? ""})${words.slice(2).join("")}`
  if (!/^(Fl|Ar|Cm|Ic|Op|Pa|Em|Sy|Li|Dq|Sq|Ql|Va|Dv|Ev|Fn|Ft|In|Er|Lk|UR|UE|MT|ME)$/.test(name)) return ""
  const text = [name, ...words].map(flag).filter((word) => word !== "" && word !== name)
  return text.join(" ").replace(/\s+([.,;:)])/g, "$1")
}
