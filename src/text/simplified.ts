// Text as datatrove 0.10 simplifies it before it compares: lower case, numbers as 0, marks as spaces, no accents.
import { pointAt, sizeOf } from "./code-point.ts"
import { isMark, MARK } from "./marks.ts"
import { classOf, SPACE as IS_SPACE } from "./unicode.ts"

const NUMBER = /\p{Nd}+(?:[.,\u060c\u066b\u2396-\u2398]\p{Nd}+)?/gu
/** What Python's `\s` takes for white space; control characters are marks by then. */
const SPACES = /[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+/g
const ENDS =
  /^[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+|[\t-\r\u001c- \u0085\u00a0\u1680\u2000-\u200a\u2028\u2029\u202f\u205f\u3000]+$/g

/**
 * The simplified text: lower case; a number in any script, with one decimal mark, as `0`; marks and runs of white space as
 * one space; canonically decomposed without the nonspacing marks.
 *
 * @example
 * import { simplified } from "#sluice/text"
 * simplified("Über 1,250 Schleusen: «offen»!") // → "uber 0 schleusen offen"
 */
export const simplified = (text: string): string => {
  const words = text.toLowerCase().replace(NUMBER, "0").replace(MARK, " ")
  const even = words.replace(ENDS, "").replace(SPACES, " ")
  return even
    .normalize("NFD")
    .replace(/\p{Mn}/gu, "")
    .replace(ENDS, "")
}

const UNKNOWN = 0
const SPACE = 1
const DIGIT = 2
const SAME = 3
const OTHER = 4
/** A mark that two of which may change places, or a sigma, whose lower case depends on what is around it. */
const CONTEXT = 5

const IN_CONTEXT = /[\u03a3\u302e\u302f\u{1d165}\u{1d166}\u{1d16d}-\u{1d172}\u{16ff0}\u{16ff1}]/u
const kinds = new Uint8Array(0x110000)
const others = new Map<number, Uint8Array>()

const learn = (point: number): number => {
  const char = String.fromCodePoint(point)
  const lower = char.toLowerCase()
  if (IN_CONTEXT.test(char)) kinds[point] = CONTEXT
  else if (/\p{Nd}/u.test(lower)) kinds[point] = DIGIT
  else if (isMark(lower) || (classOf(point) & IS_SPACE) !== 0) kinds[point] = SPACE
  else {
    const plain = lower.normalize("NFD").replace(/\p{Mn}/gu, "")
    kinds[point] = plain === char ? SAME : OTHER
    if (plain !== char) others.set(point, Buffer.from(plain))
  }
  return kinds[point]!
}

const kindAt = (bytes: Uint8Array, at: number): number => {
  const point = pointAt(bytes, at)
  return kinds[point] === UNKNOWN ? learn(point) : kinds[point]!
}

/** Whether the code point at `at` stands between the digits of one number. */
const isDecimalMark = (bytes: Uint8Array, at: number): boolean => {
  const point = pointAt(bytes, at)
  return point === 44 || point === 46 || point === 0x60c || point === 0x66b || (point >= 0x2396 && point <= 0x2398)
}

const digitsEnd = (bytes: Uint8Array, from: number, to: number): number => {
  let at = from
  while (at < to && kindAt(bytes, at) === DIGIT) at += sizeOf(bytes[at]!)
  return at
}

/** Bytes that a text may become at most: a decomposed code point takes no more than so many times its own. */
export const SIMPLIFIED_GROWTH = 4

/** Simplifies UTF-8, `bytes[from .. to]`, into `out`; returns how many bytes it wrote. The same as `simplified`. */
export const simplifyInto = (bytes: Uint8Array, from: number, to: number, out: Uint8Array): number => {
  let end = 0
  let gap = false
  let any = false
  for (let at = from; at < to; ) {
    const byte = bytes[at]!
    const kind = byte < 128 ? (kinds[byte] === UNKNOWN ? learn(byte) : kinds[byte]!) : kindAt(bytes, at)
    const size = sizeOf(byte)
    if (kind === SPACE) {
      gap = any
      at += size
      continue
    }
    if (kind === CONTEXT) return wholly(bytes, from, to, out)
    if (gap) out[end++] = 32
    gap = false
    any = true
    if (kind === SAME) for (const next = at + size; at < next; at++) out[end++] = bytes[at]!
    else if (kind === DIGIT) {
      out[end++] = 48
      at = digitsEnd(bytes, at, to)
      if (at < to && isDecimalMark(bytes, at)) {
        const mark = sizeOf(bytes[at]!)
        const next = digitsEnd(bytes, at + mark, to)
        if (next > at + mark) at = next
      }
    } else {
      if (byte < 128) out[end++] = byte | 32
      else {
        const plain = others.get(pointAt(bytes, at))!
        for (let i = 0; i < plain.length; i++) out[end++] = plain[i]!
      }
      at += size
    }
  }
  // White space that stood before or after marks that are gone.
  if (end > 0 && (out[0]! <= 32 || out[0]! >= 128 || out[end - 1]! <= 32 || out[end - 1]! >= 128))
    return trimmed(out, end)
  return end
}

const wholly = (bytes: Uint8Array, from: number, to: number, out: Uint8Array): number => {
  const simple = Buffer.from(simplified(Buffer.from(bytes.subarray(from, to)).toString("utf8")))
  out.set(simple)
  return simple.length
}

const trimmed = (out: Uint8Array, length: number): number => {
  let from = 0
  let to = length
  while (from < to && (classOf(pointAt(out, from)) & IS_SPACE) !== 0) from += sizeOf(out[from]!)
  for (;;) {
    let last = to - 1
    while (last > from && (out[last]! & 0xc0) === 0x80) last--
    if (to <= from || (classOf(pointAt(out, last)) & IS_SPACE) === 0) break
    to = last
  }
  out.copyWithin(0, from, to)
  return to - from
}
