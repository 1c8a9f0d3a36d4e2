// Phone numbers: international form, North American form, or any grouped digits where the words before speak of a phone.
import type { Span } from "./checked-numbers.ts"

const SPOKEN =
  /\b(?:phone|tel|telephone|call(?: me| us)?|mobile|cell|fax|ring|text me|whatsapp|desk|office|answering at|reach (?:me|us))\b[^\n]{0,24}$/i
const NEVER = /(?:isbn|issn|doi|rfc|pep|id|port|line|bug|issue|order|#)[\s:.#-]*$/i
const INTERNATIONAL = /^[1-9]\d{0,2}(?:[ .\-/]?\(?\d{1,4}\)?){2,6}(?:x\d{1,6})?/
const AMERICAN = /^(?:(?:00)?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?:x\d{1,6})?/
const GROUPED = /^\(?\d{2,5}\)?(?:[ .\-/]?\d{2,5}){1,4}(?!\d)|^\(?\d{2,5}\)?[ .\-/]\d{5,8}(?!\d)|^\d{7,12}(?!\d)/
/** Six digits are a number only as three pairs. */
const PAIRS = /^\d\d([ .-])\d\d\1\d\d$/
/** A word behind a number that says what it is for, as in signatures: "06-24312407-Office". */
const LABELLED = /^\)?[ -](?:office|fax|mobile|phone|cell|home|work|tel)\b/i

/** A phone number whose first digit stands at `at`; a `+`, `00` or bracket before it belongs to it. */
export const phoneAt = (text: string, at: number): Span | undefined => {
  const before = text[at - 1] ?? ""
  const bracket = before === "("
  const plus = before === "+" || (bracket && text[at - 2] === "+")
  const from = bracket ? (plus ? at - 2 : at - 1) : plus ? at - 1 : at
  if (/[\w.:/@=$€£-]/.test(text[from - 1] ?? "")) return undefined
  const context = text.slice(Math.max(0, from - 48), from)
  if (NEVER.test(context)) return undefined
  const here = text.slice(bracket ? at - 1 : at, at + 32)
  const spoken = SPOKEN.test(context) || LABELLED.test(here.replace(/^[\d ()./x-]*\d/, ""))
  const pattern = plus ? INTERNATIONAL : AMERICAN.test(here) ? AMERICAN : spoken ? GROUPED : undefined
  const match = pattern?.exec(here.replace(/^\((\d{1,3}\))/, pattern === INTERNATIONAL ? "$1" : "($1"))
  if (match === undefined || match === null) return undefined
  const matched = match[0].trimEnd().replace(/[^\d)]+$/, "")
  const digits = matched.replace(/x\d+$|\D/g, "").length
  const to = (bracket ? at - 1 : at) + matched.length
  const long = digits >= (spoken || /\d\D+\d/.test(matched) ? 8 : 10)
  const enough = plus ? long && digits <= 15 : (digits >= 7 || (spoken && PAIRS.test(matched))) && digits <= 14
  const goesOn = /^(?:[\w@]|[.,]\d|-\w)/.test(text.slice(to, to + 2)) && !LABELLED.test(text.slice(to, to + 10))
  return enough && !goesOn ? { from, to } : undefined
}
