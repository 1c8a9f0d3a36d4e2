// Mail: the messages of an mbox file, and a message's text with its subject, sender and date; the library is loaded where one is read.
import type { Frames } from "#sluice"
import { documentText, htmlText, isoDate } from "#sluice/text"
import { type DocumentFacts, factsOf, said } from "./document-facts.ts"

const isFrom = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 70 && bytes[at + 1] === 114 && bytes[at + 2] === 111 && bytes[at + 3] === 109 && bytes[at + 4] === 32

/** Whether an empty line ends before an offset. */
const afterEmptyLine = (bytes: Uint8Array, at: number): boolean =>
  bytes[at - 1] === 10 && (bytes[at - 2] === 10 || (bytes[at - 2] === 13 && bytes[at - 3] === 10))

/** The messages of an mbox file: each begins with a line `From …` that is its first or follows an empty one. */
export const mboxFrames = (bytes: Uint8Array): Frames => {
  const bounds: Array<number> = []
  const lines: Array<number> = []
  if (bytes.length > 0 && !isFrom(bytes, 0)) throw new Error('is no mbox file: it does not begin with "From "')
  let line = 1
  for (let at = 0; at < bytes.length; line++) {
    const feed = bytes.indexOf(10, at)
    const next = feed === -1 ? bytes.length : feed + 1
    if (isFrom(bytes, at) && (at === 0 || afterEmptyLine(bytes, at))) {
      if (lines.length > 0) bounds.push(at)
      bounds.push(next)
      lines.push(line)
    }
    at = next
  }
  if (lines.length > 0) bounds.push(bytes.length)
  return {
    count: lines.length,
    record: (index) => unquoted(bytes.subarray(bounds[index * 2]!, bounds[index * 2 + 1]!)),
    place: (index) => ({ line: lines[index]! })
  }
}

/** Lines that begin with `From ` are stored behind a mark, which goes. */
const unquoted = (message: Uint8Array): Uint8Array => {
  const buffer = Buffer.from(message.buffer, message.byteOffset, message.length)
  return buffer.includes("\n>")
    ? Buffer.from(buffer.toString("latin1").replace(/^>(>*From )/gm, "$1"), "latin1")
    : message
}

/** A message: its plain text, else its HTML as text. */
export const mailDocument = async (message: Uint8Array): Promise<DocumentFacts> => {
  const head = Buffer.from(message.subarray(0, 4096)).toString("latin1")
  if (!/^[\w-]+[ \t]*:/.test(head)) throw new Error("is no mail: it does not begin with a header")
  const { default: PostalMime } = await import("postal-mime")
  const mail = await PostalMime.parse(message).catch((cause: Error) => {
    throw new Error(`cannot be read as mail: ${cause.message}`, { cause })
  })
  const title = said(mail.subject) ?? ""
  const plain = mail.text?.replace(/\r\n?/g, "\n").trim() ?? ""
  const body = plain === "" ? (mail.html === undefined ? "" : htmlText(mail.html).text.trim()) : plain
  const { from } = mail
  const address = from?.address === undefined ? "" : `<${from.address}>`
  const language = said(mail.headers.find(({ key }) => key === "content-language")?.value)
  return factsOf(documentText(title, [body]), {
    title,
    author: said(`${from?.name ?? ""} ${from?.name ? address : (from?.address ?? "")}`),
    date: isoDate(mail.date ?? ""),
    language
  })
}
