// Text as RefinedWeb simplifies it before it compares: lower case, without punctuation and accents, white space even.
import { type PackedBytes, packTexts } from "./packed-bytes.ts"

/**
 * The text in lower case, canonically decomposed, without nonspacing marks and punctuation, with one space for each run of
 * white space (Penedo et al. 2023, G.3.1). Marks are taken out, not made spaces: "don't" is one word.
 *
 * @example
 * import { unmarked } from "#sluice/text"
 * unmarked("Über 1,250 Schleusen:\n «don't»!") // → "uber 1250 schleusen dont"
 */
export const unmarked = (text: string): string =>
  text
    .toLowerCase()
    .normalize("NFD")
    .replace(/[\p{Mn}\p{P}]/gu, "")
    .replace(/\s+/gu, " ")
    .trim()

/** Each text unmarked. */
export const unmarkAll = ({ offsets, bytes }: PackedBytes, rows: number): PackedBytes => {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  return packTexts(
    Array.from({ length: rows }, (_, row) => unmarked(source.toString("utf8", offsets[row], offsets[row + 1])))
  )
}
