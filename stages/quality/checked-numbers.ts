// Numbers that carry their own check: IBAN (ISO 13616, ISO 7064 mod 97-10) and payment cards (ISO/IEC 7812, Luhn).

/** A part of a text, in UTF-16 code units. */
export interface Span {
  readonly from: number
  readonly to: number
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39
const isUpper = (code: number): boolean => code >= 0x41 && code <= 0x5a
const isLower = (code: number): boolean => code >= 0x61 && code <= 0x7a
const isWordCode = (code: number): boolean => isDigit(code) || isUpper(code) || isLower(code)

/** Characters of an IBAN by country, from the IBAN registry of SWIFT (release 99). */
const LENGTHS: { readonly [country: string]: number } = Object.fromEntries(
  (
    "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BI27 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DJ27 DK18 DO28 EE20 EG29 ES24 " +
    "FI18 FK18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HN28 HR21 HU28 IE22 IL23 IQ23 IS26 IT27 JO30 KW30 KZ20 LB28 LC32 " +
    "LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MN20 MR27 MT31 MU30 NI28 NL18 NO15 OM23 PK24 PL28 PS29 PT25 QA29 RO24 " +
    "RS22 RU33 SA24 SC31 SD18 SE24 SI19 SK24 SM27 SO23 ST25 SV28 TL23 TN24 TR26 UA29 VA22 VG24 XK20 YE30"
  )
    .split(" ")
    .map((entry) => [entry.slice(0, 2), Number(entry.slice(2))])
)

const isGap = (code: number): boolean => code === 0x20 || code === 0xa0 || code === 0x2d

/**
 * An IBAN whose two check digits start at `at`: of its country's length, in one run or in groups of four set apart by one
 * space or hyphen, in capitals or in small letters throughout.
 */
export const ibanAt = (text: string, at: number): Span | undefined => {
  const from = at - 2
  if (from < 0 || !isDigit(text.charCodeAt(at + 1)) || /[\w-]/.test(text[from - 1] ?? "")) return undefined
  const first = text.charCodeAt(from)
  const small = isLower(first)
  if (!(small ? isLower : isUpper)(first) || !(small ? isLower : isUpper)(text.charCodeAt(from + 1))) return undefined
  const wanted = LENGTHS[text.slice(from, at).toUpperCase()]
  if (wanted === undefined) return undefined
  let to = from
  let count = 0
  while (count < wanted) {
    const code = text.charCodeAt(to)
    if (isDigit(code) || (small ? isLower : isUpper)(code)) count++
    else if (!isGap(code) || count % 4 !== 0 || count === 0 || !isWordCode(text.charCodeAt(to + 1))) return undefined
    to++
  }
  const groups = text.slice(from, to).split(/[ \u00a0-]/).length
  const whole = groups === 1 || groups === Math.ceil(wanted / 4)
  if (!whole || isWordCode(text.charCodeAt(to)) || /^-\w/.test(text.slice(to, to + 2))) return undefined
  return mod97(text.slice(from, to).replace(/[ \u00a0-]/g, "")) === 1 ? { from, to } : undefined
}

const mod97 = (iban: string): number => {
  let rest = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** A card number of an issuer's lengths, in one run or in groups set apart by one space or hyphen. */
export const cardAt = (text: string, at: number): Span | undefined => {
  if (isWordCode(text.charCodeAt(at - 1)) || /[.,/#_-]/.test(text[at - 1] ?? "")) return undefined
  const match = /^\d(?:[ -]?\d){11,18}(?![\w@]|[.,/-]\d|-\w)/.exec(text.slice(at, at + 40))
  if (match === null) return undefined
  const digits = match[0].replace(/\D/g, "")
  const grouped = digits === match[0] || /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$|^\d{4}([ -])\d{6}\2\d{4,5}$/.test(match[0])
  return grouped && isIssued(digits) && luhn(digits) ? { from: at, to: at + match[0].length } : undefined
}

/** First digits and lengths of the large issuers. */
const ISSUERS: ReadonlyArray<readonly [issuer: string, prefix: RegExp, lengths: ReadonlyArray<number>]> = [
  ["Visa", /^4/, [13, 16, 19]],
  ["Mastercard", /^(?:5[1-5]|222[1-9]|22[3-9]|2[3-6]|27[01]|2720)/, [16]],
  ["American Express", /^3[47]/, [15]],
  ["Diners Club", /^3(?:0[0-5]|095|[689])/, [14, 16, 17, 18, 19]],
  ["Discover, UnionPay, RuPay", /^(?:6011|64[4-9]|65|62|60|81|82|508)/, [16, 17, 18, 19]],
  ["JCB", /^35(?:2[89]|[3-8])/, [16, 17, 18, 19]],
  ["JCB, old", /^(?:2131|1800)/, [15]],
  ["Mir", /^220[0-4]/, [16, 17, 18, 19]],
  ["Maestro", /^(?:50|5[6-8]|6[0379])/, [12, 13, 14, 15, 16, 17, 18, 19]]
]

const isIssued = (digits: string): boolean =>
  !/^(\d)\1+$/.test(digits) &&
  ISSUERS.some(([, prefix, lengths]) => lengths.includes(digits.length) && prefix.test(digits))

const luhn = (digits: string): boolean => {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}
