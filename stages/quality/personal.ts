// Finds personal data in a text: one pass over its characters, patterns are tried only where a digit, a colon or an @ stands.
import { cardAt, ibanAt, type Span } from "./checked-numbers.ts"
import { ip6At, ipAt } from "./ip-address.ts"
import { findNames } from "./person-names.ts"
import { phoneAt } from "./phone.ts"

export const PERSONAL_KINDS = ["email", "phone", "ip", "iban", "card", "name"] as const
export type PersonalKind = (typeof PERSONAL_KINDS)[number]
/** What is looked for unless told otherwise: all but names, which rules find with less certainty. */
export const CHECKED_KINDS: ReadonlyArray<PersonalKind> = ["email", "phone", "ip", "iban", "card"]

/** One finding: `text[from .. to]`, in UTF-16 code units. */
export interface Personal extends Span {
  readonly kind: PersonalKind
}

const none: ReadonlySet<string> = new Set()

/** All findings of the wanted kinds, in text order, none overlapping; `givenNames` are known as people's, in lower case. */
export const findPersonal = (
  text: string,
  kinds: ReadonlyArray<PersonalKind>,
  givenNames: ReadonlySet<string> = none
): ReadonlyArray<Personal> => {
  const found = findNumbers(text, kinds)
  if (!kinds.includes("name")) return found
  const names = findNames(text, givenNames).filter(
    ({ from, to }) => !found.some((other) => from < other.to && to > other.from)
  )
  return [...found, ...names.map((span) => ({ kind: "name" as const, ...span }))].sort((a, b) => a.from - b.from)
}

const findNumbers = (text: string, kinds: ReadonlyArray<PersonalKind>): Array<Personal> => {
  const found: Array<Personal> = []
  const ip6 = kinds.includes("ip")
  let end = 0
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at)
    if (code !== 0x40 && (code < 0x30 || code > 0x3a)) continue
    let finding: Personal | undefined
    if (code === 0x3a) {
      const span = ip6 && mayGoOn(text.charCodeAt(at + 1)) ? ip6At(text, at) : undefined
      finding = span && { kind: "ip", from: span.from, to: span.to }
    } else finding = code === 0x40 ? email(text, at, kinds) : number(text, at, kinds)
    if (finding !== undefined && finding.from >= end) {
      found.push(finding)
      end = finding.to
      at = end - 1
    } else if (code < 0x3a) while (isDigit(text.charCodeAt(at + 1))) at++
  }
  return found
}

/** Whether a colon before this may be one within an address. */
const mayGoOn = (code: number): boolean => isAlphanumeric(code) || code === 0x3a

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isAlphanumeric = (code: number): boolean =>
  isDigit(code) || (code >= 0x41 && code <= 0x5a) || (code >= 0x61 && code <= 0x7a)

const number = (text: string, at: number, kinds: ReadonlyArray<PersonalKind>): Personal | undefined => {
  for (const { kind, find } of numbers) {
    const span = kinds.includes(kind) ? find(text, at) : undefined
    if (span !== undefined) return { kind, from: span.from, to: span.to }
  }
  return undefined
}

/** What a digit may begin, in the order in which it is tried. */
const numbers = [
  { kind: "iban", find: ibanAt },
  { kind: "ip", find: ipAt },
  { kind: "card", find: cardAt },
  { kind: "phone", find: phoneAt }
] as const

const isLocal = (code: number): boolean =>
  isAlphanumeric(code) ||
  code === 0x2e ||
  code === 0x5f ||
  code === 0x2b ||
  code === 0x2d ||
  code === 0x25 ||
  code > 0xbf
const isDomain = (code: number): boolean => isAlphanumeric(code) || code === 0x2e || code === 0x2d || code > 0xbf

/** An address as people write it (a subset of RFC 5322); `git@host` and package versions (`name@1.2.x`) are none. */
const email = (text: string, at: number, kinds: ReadonlyArray<PersonalKind>): Personal | undefined => {
  if (!kinds.includes("email")) return undefined
  let from = at
  while (from > 0 && at - from < 64 && isLocal(text.charCodeAt(from - 1))) from--
  while (from < at && !isAlphanumeric(text.charCodeAt(from)) && text.charCodeAt(from) < 0x80) from++
  let to = at + 1
  while (to < text.length && to - at < 255 && isDomain(text.charCodeAt(to))) to++
  while (to > at + 1 && /[.-]/.test(text[to - 1]!)) to--
  const domain = text.slice(at + 1, to)
  if (from === at || text.slice(from, at) === "git" || /^\d+\.[\dx*]/.test(domain)) return undefined
  return /^[^.-][^.]*(?:\.[^.]+)*\.\p{L}{2,24}$/u.test(domain) ? { kind: "email", from, to } : undefined
}
