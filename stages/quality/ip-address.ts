// Public IPv4 addresses, told apart from version and section numbers by what stands around them.
import type { Span } from "./checked-numbers.ts"

const VERSION_BEFORE =
  /(?:\bv|\bver\.?|\bversions?:?|\breleases?|\brev\.?|\brevision|\bbuild|\bsections?|\bchapter|\bkernel|\bfirmware|§|[=^~@<>])\s*["'`(]?$/i

/** A public IPv4 address that starts at `at`. */
export const ipAt = (text: string, at: number): Span | undefined => {
  if (/[\w.@-]/.test(text[at - 1] ?? "")) return undefined
  const match = /^(\d{1,3})\.(\d{1,3})\.(\d{1,3})\.(\d{1,3})(?![\w-]|\.[\w*])/.exec(text.slice(at, at + 17))
  if (match === null) return undefined
  const parts = match.slice(1)
  if (parts.some((part) => Number(part) > 255 || (part.length > 1 && part.startsWith("0")))) return undefined
  const before = text.slice(Math.max(0, at - 24), at)
  const [a, b, c] = parts.map(Number) as [number, number, number]
  if (!isPublic(a, b, c) || VERSION_BEFORE.test(before)) return undefined
  const isSection = /(?:^|\n)[#*\s]*$/.test(before) && parts.every((part) => Number(part) < 32)
  return isSection ? undefined : { from: at, to: at + match[0].length }
}

/** Whether an address is globally reachable: IANA's special-purpose registry (RFC 6890 and its updates) left out. */
const isPublic = (a: number, b: number, c: number): boolean =>
  !(
    a === 0 ||
    a === 10 ||
    a === 127 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 169 && b === 254) ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && (b === 168 || (b === 0 && (c === 0 || c === 2)))) ||
    (a === 198 && (b === 18 || b === 19 || (b === 51 && c === 100))) ||
    (a === 203 && b === 0 && c === 113)
  )
