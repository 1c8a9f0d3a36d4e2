// Phone numbers: international form, North American form, or any grouped digits where the words before speak of a phone.
import type { Span } from "./checked-numbers.ts"

const SPOKEN =
  /\b(?:phone|tel|telephone|call(?: me| us)?|mobile|cell|fax|ring|text me|whatsapp|desk|office|answering at|reach (?:me|us))\b[^\n]{0,24}$/i
const NEVER = /(?:isbn|issn|doi|rfc|pep|id|port|line|bug|issue|order|#)[\s:.#-]*$/i
const INTERNATIONAL = /^\d{1,3}(?:[ .\-/]?\(?\d{1,4}\)?){2,6}(?:x\d{1,6})?/
const AMERICAN = /^(?:(?:00)?1[-. ])?(?:\(\d{3}\) ?|\d{3}[-. ])\d{3}[-. ]\d{4}(?:x\d{1,6})?/
const GROUPED = /^\(?\d{2,5}\)?(?:[ .\-/]?\d{2,5}){1,4}/

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
  const pattern = plus ? INTERNATIONAL : AMERICAN.test(here) ? AMERICAN : SPOKEN.test(context) ? GROUPED : undefined
  const match = pattern?.exec(here.replace(/^\((\d{1,3}\))/, pattern === INTERNATIONAL ? "$1" : "($1"))
  if (match === undefined || match === null) return undefined
  const matched = match[0].trimEnd().replace(/[^\d)]+$/, "")
  const digits = matched.replace(/x\d+$|\D/g, "").length
  const to = (bracket ? at - 1 : at) + matched.length
  const enough = plus ? digits >= 8 && digits <= 15 : digits >= 7 && digits <= 14
  return enough && !/^(?:[\w@]|[.,]\d|-\w)/.test(text.slice(to, to + 2)) ? { from, to } : undefined
}
