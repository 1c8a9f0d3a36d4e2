// The text of an HTML page's bytes: UTF-8 where they are, else the character set that the page or its server names.
import { isUtf8 } from "node:buffer"
import { charsetOf, type charsets, decodeText } from "./charset.ts"

/** The character set that the first kilobyte of a page names, in `meta` or in an XML declaration. */
const namedIn = (bytes: Uint8Array): string | undefined =>
  /(?:charset|encoding)\s*=\s*["']?\s*([\w:.-]+)/i.exec(Buffer.from(bytes.subarray(0, 1024)).toString("latin1"))?.[1]

/** Decodes a page. `label` is what its server says; bytes that do not fit become replacement characters there. */
export const pageText = (bytes: Uint8Array, charset: (typeof charsets)[number], label?: string): string => {
  if (charset !== "detect" || isUtf8(bytes)) return decodeText(bytes, charset)
  for (const name of [label, namedIn(bytes)]) {
    // A page that says UTF-8 and is not is one that was saved otherwise, or a damaged one.
    if (name === undefined || /^utf-?16/i.test(name)) continue
    if (/^utf-?8$/i.test(name) && charsetOf(bytes) !== "utf-8") continue
    try {
      return new TextDecoder(name).decode(bytes)
    } catch {
      // No character set has this name: another may be found.
    }
  }
  return decodeText(bytes, charsetOf(bytes))
}
