// Texts of rows as a reader sees them: long ones with their middle cut, invisible and direction-changing characters named.
import { html, type Markup } from "./html.ts"
import { count } from "./number-text.ts"

/** Characters of a text that are shown at most. */
export const mostShown = 480

/** Bytes that a text takes on the page. */
export const weight = (text: string): number => Buffer.byteLength(shown(text).text)

/**
 * A text with its middle cut where it is longer than `most` characters, or where its characters are such that it takes
 * more than twice as many bytes on the page; no character is cut in two.
 */
export const excerpt = (text: string, most = mostShown): string => {
  let short = cutMiddle(text, most)
  for (let room = most; weight(short) > most * 2 && room > 16; ) {
    room = Math.floor(Math.min(room * 0.9, (room * most * 2) / weight(short)))
    short = cutMiddle(text, room)
  }
  return short
}

const cutMiddle = (text: string, most: number): string => {
  if (text.length <= most) return text
  const half = most >> 1
  const head = text.slice(0, half).replace(/[\ud800-\udbff]$/, "")
  const tail = text.slice(text.length - half).replace(/^[\udc00-\udfff]/, "")
  return `${head}${cutMark(text.length - head.length - tail.length)}${tail}`
}

/** Stands where characters were cut. */
const cutMark = (cut: number): string => ` […${count(cut)} characters…] `

/** Controls, direction marks and characters without width: what would hide or turn text. Joiners, which scripts need, are none. */
const hidden =
  /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u00ad\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2028\u2029\u2060-\u206f\ufdd0-\ufdef\ufeff\ufff0-\ufffb\ufffe\uffff\ud800-\udfff]/u

const run = new RegExp(`(${hidden.source}+)`, "u")

const codePoint = (character: string): string =>
  `U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, "0")}`

/** Characters of a run of hidden ones that are named. */
const mostNamed = 3

const names = (characters: string): string => {
  const points = [...characters]
  const more = points.length > mostNamed ? ` and ${points.length - mostNamed} more` : ""
  return `${points.slice(0, mostNamed).map(codePoint).join(" ")}${more}`
}

/** A text for the page: what cannot be seen, or would turn the text around it, stands as its code point. */
export const shown = (text: string): Markup => {
  const parts = text.replaceAll("\r\n", "\n").split(run)
  return html`${parts.map((part) => (hidden.test(part) ? html`<u>${names(part)}</u>` : part))}`
}
