// Cuts prose into sentences, as positions in the text, so that a sentence quotes its source exactly.

/** A part of a text, in UTF-16 code units. */
export interface Part {
  readonly from: number
  readonly to: number
}

/** Words before a point that do not end a sentence. */
const ABBREVIATIONS = new Set([
  "e.g",
  "i.e",
  "eg",
  "ie",
  "etc",
  "vs",
  "cf",
  "mr",
  "mrs",
  "ms",
  "dr",
  "prof",
  "st",
  "no",
  "nos",
  "vol",
  "fig",
  "approx",
  "resp",
  "dept",
  "inc",
  "ltd",
  "co",
  "corp",
  "al",
  "a.k.a",
  "aka",
  "sec",
  "ch",
  "pp",
  "p",
  "ca",
  "jr",
  "sr",
  "min",
  "max"
])

/**
 * The sentences of `text[from .. to]`. A sentence ends at . ! ? or an ellipsis, and closing quotes or brackets after it,
 * before white space and something that can start a sentence; never inside a code span, nor after an abbreviation, a single
 * letter or a number of a list.
 *
 * @example
 * import { sentences } from "#sluice/text"
 * const text = "Boats wait, e.g. at noon. Is the gate open? Yes."
 * sentences(text).map(({ from, to }) => text.slice(from, to))
 * // → ["Boats wait, e.g. at noon.", "Is the gate open?", "Yes."]
 */
export const sentences = (text: string, from = 0, to = text.length): Array<Part> => {
  const parts: Array<Part> = []
  let start = skipSpace(text, from, to)
  let code = false
  for (let at = start; at < to; at++) {
    const char = text[at]!
    if (char === "`") code = !code
    if (code || (char !== "." && char !== "!" && char !== "?" && char !== "…")) continue
    let end = at + 1
    while (end < to && /[.!?…"'”’)\]]/.test(text[end]!)) end++
    if (end < to && !/\s/.test(text[end]!)) continue
    const next = skipSpace(text, end, to)
    if (next < to && (!/[\p{Lu}\p{N}\p{Lo}"'“‘`([*-]/u.test(text[next]!) || (char === "." && isShort(text, start, at))))
      continue
    parts.push({ from: start, to: end })
    start = next
    at = next - 1
  }
  let end = to
  while (end > start && /\s/.test(text[end - 1]!)) end--
  if (end > start) parts.push({ from: start, to: end })
  return parts
}

const skipSpace = (text: string, from: number, to: number): number => {
  let at = from
  while (at < to && /\s/.test(text[at]!)) at++
  return at
}

const isShort = (text: string, start: number, point: number): boolean => {
  let from = point
  while (from > start && /[\p{L}\p{N}.]/u.test(text[from - 1]!)) from--
  const word = text.slice(from, point).toLowerCase()
  return ABBREVIATIONS.has(word) || /^\p{L}$/u.test(word) || (/^\d+$/.test(word) && from === start)
}
