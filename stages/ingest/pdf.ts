// PDF: the text layer, page by page, its lines joined to paragraphs; the library is loaded where one is read.
import { documentText, isoDate } from "#sluice/text"
import type { PDFDocumentProxy } from "unpdf/pdfjs"
import { type DocumentFacts, factsOf, said } from "./document-facts.ts"
import { type PageLine, paragraphsOf, withoutFurniture } from "./pdf-lines.ts"

/** A PDF's text. One that is encrypted under a password, or whose pages are images, is an Error. */
export const pdfDocument = async (bytes: Uint8Array): Promise<DocumentFacts> => {
  if (!Buffer.from(bytes.subarray(0, 1024)).includes("%PDF-"))
    throw new Error("is no PDF: it does not begin with %PDF-")
  const { getDocumentProxy } = await import("unpdf")
  const quiet = { verbosity: 0, stopAtErrors: false, isEvalSupported: false, disableFontFace: true }
  const pdf = await getDocumentProxy(Uint8Array.from(bytes), quiet).catch((cause: Error) => {
    if (cause.name === "PasswordException") throw new Error("is encrypted: it opens with a password only", { cause })
    throw new Error(`cannot be read as PDF: ${cause.message}`, { cause })
  })
  try {
    const pages = await pagesOf(pdf).catch((cause: Error) => {
      throw new Error(`cannot be read as PDF: ${cause.message}`, { cause })
    })
    const paragraphs = paragraphsOf(withoutFurniture(pages))
    if (paragraphs.length === 0) {
      const what = pdf.numPages === 1 ? "its page is" : `its ${pdf.numPages} pages are`
      throw new Error(`has no text layer: ${what} empty or images`)
    }
    const { info } = (await pdf.getMetadata().catch(() => ({ info: {} }))) as { readonly info: Info }
    return factsOf(documentText(said(info.Title) ?? "", paragraphs), {
      author: said(info.Author),
      language: said(info.Language),
      date: pdfDate(info.ModDate ?? info.CreationDate ?? "")
    })
  } finally {
    await pdf.loadingTask.destroy()
  }
}

const pagesOf = async (pdf: PDFDocumentProxy): Promise<ReadonlyArray<ReadonlyArray<PageLine>>> => {
  const pages: Array<ReadonlyArray<PageLine>> = []
  for (let number = 1; number <= pdf.numPages; number++) {
    const page = await pdf.getPage(number)
    const { items } = await page.getTextContent()
    pages.push(linesOf(items as ReadonlyArray<Item>))
    page.cleanup()
  }
  return pages
}

interface Info {
  readonly Title?: string
  readonly Author?: string
  readonly Language?: string
  readonly ModDate?: string
  readonly CreationDate?: string
}

interface Item {
  readonly str?: string
  readonly hasEOL?: boolean
  readonly width?: number
  readonly height?: number
  readonly transform?: ReadonlyArray<number>
}

/** Pieces of text in the order in which they are painted, put together where they stand on one line. */
const linesOf = (items: ReadonlyArray<Item>): ReadonlyArray<PageLine> => {
  const lines: Array<PageLine> = []
  let open: { text: string; y: number; x: number; end: number; height: number } | undefined
  const close = () => {
    if (open !== undefined && open.text.trim() !== "")
      lines.push({ ...open, text: open.text.replace(/\s+/g, " ").trim() })
    open = undefined
  }
  for (const { str = "", hasEOL = false, transform = [], width = 0, height = 0 } of items) {
    const [x, y] = [transform[4] ?? 0, transform[5] ?? 0]
    if (open !== undefined && str !== "" && Math.abs(open.y - y) > Math.max(open.height, height) * 0.5) close()
    if (str !== "") {
      if (open === undefined) open = { text: str, x, y, end: x + width, height }
      else {
        const gap = x - open.end > Math.max(open.height, height) * 0.15
        open = {
          ...open,
          text: gap && !open.text.endsWith(" ") && !str.startsWith(" ") ? `${open.text} ${str}` : open.text + str,
          end: x + width,
          height: Math.max(open.height, height)
        }
      }
    }
    if (hasEOL) close()
  }
  close()
  return lines
}

/** `D:20260102030405+01'00'` as ISO 8601; what it does not tell is left out. */
const pdfDate = (text: string): string | null => {
  const found = /^(?:D:)?(\d{4})(\d\d)?(\d\d)?(\d\d)?(\d\d)?(\d\d)?\s*(Z|[+-]\d\d)?'?(\d\d)?/.exec(text)
  if (found === null) return null
  const [, year, month, day, hour, minute = "00", second = "00", zone = "Z", rest = "00"] = found
  const date = [year, month, day].filter((part) => part !== undefined).join("-")
  if (hour === undefined) return isoDate(date)
  return isoDate(`${date}T${hour}:${minute}:${second}${zone === "Z" ? "Z" : `${zone}:${rest}`}`)
}
