// Numbers that carry their own check: IBAN (ISO 13616, ISO 7064 mod 97-10) and payment cards (ISO/IEC 7812, Luhn).

/** A part of a text, in UTF-16 code units. */
export interface Span {
  readonly from: number
  readonly to: number
}

const isWordChar = (text: string, at: number): boolean => /[A-Za-z0-9]/.test(text[at] ?? "")

/** An IBAN whose two check digits start at `at`. */
export const ibanAt = (text: string, at: number): Span | undefined => {
  const from = at - 2
  if (from < 0 || isWordChar(text, from - 1)) return undefined
  const match = /^[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,4})?(?![A-Za-z0-9])/.exec(
    text.slice(from, from + 44)
  )
  if (match === null) return undefined
  const compact = match[0].replaceAll(" ", "")
  return compact.length >= 15 && compact.length <= 34 && mod97(compact) === 1
    ? { from, to: from + match[0].length }
    : undefined
}

const mod97 = (iban: string): number => {
  let rest = 0
  for (const char of iban.slice(4) + iban.slice(0, 4)) {
    const value = Number.parseInt(char, 36)
    rest = (rest * (value > 9 ? 100 : 10) + value) % 97
  }
  return rest
}

/** A card number of 13 to 19 digits, in one run or in groups set apart by one space or hyphen. */
export const cardAt = (text: string, at: number): Span | undefined => {
  if (isWordChar(text, at - 1) || /[.,/#_-]/.test(text[at - 1] ?? "")) return undefined
  const match = /^\d(?:[ -]?\d){12,18}(?![\d.\w-])/.exec(text.slice(at, at + 40))
  if (match === null) return undefined
  const digits = match[0].replace(/\D/g, "")
  const grouped = digits === match[0] || /^\d{4}([ -])\d{4}\1\d{4}\1\d{1,7}$|^\d{4}([ -])\d{6}\2\d{4,5}$/.test(match[0])
  return grouped && issuer(digits) && luhn(digits) ? { from: at, to: at + match[0].length } : undefined
}

/** Ranges of the large issuers: Visa, Mastercard, American Express, Diners, Discover, JCB, Maestro, UnionPay. */
const issuer = (digits: string): boolean =>
  /^(?:4|5[0-8]|3[04-9]|6|22[2-9]|2[3-6]|27[01]|2720)/.test(digits) && !/^(\d)\1+$/.test(digits)

const luhn = (digits: string): boolean => {
  let sum = 0
  for (let i = 0; i < digits.length; i++) {
    const digit = digits.charCodeAt(digits.length - 1 - i) - 48
    sum += i % 2 === 0 ? digit : digit > 4 ? digit * 2 - 9 : digit * 2
  }
  return sum % 10 === 0
}
