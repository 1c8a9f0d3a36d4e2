// Public IP addresses: IPv4 told apart from version and section numbers by what stands around them, IPv6 from paths and times.
import type { Span } from "./checked-numbers.ts"

const VERSION_BEFORE =
  /(?:\bv|\bver\.?|\bversions?:?|\breleases?|\brev\.?|\brevision|\bbuild|\bsections?|\bchapter|\bkernel|\bfirmware|\b(?:ansi|iso|c\d\d|standard|gcc|g?libc|linux|zlib|openssl|python|perl|php|nginx|apache|postgresql|mysql)|§|[=^~@<>])\s*["'`(]?$/i

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

const isHex = (code: number): boolean =>
  (code >= 0x30 && code <= 0x39) || (code >= 0x41 && code <= 0x46) || (code >= 0x61 && code <= 0x66)

/** Eight groups of up to four hexadecimal digits, or fewer with one `::` for those that are 0 (RFC 4291). */
const isIPv6 = (text: string): boolean => {
  const halves = text.split("::")
  const groups = halves.flatMap((half) => (half === "" ? [] : half.split(":")))
  return (
    groups.every((group) => group !== "" && group.length <= 4) &&
    (halves.length === 1 ? groups.length === 8 : halves.length === 2 && groups.length < 8)
  )
}

/** Not globally reachable, by IANA's registry: unspecified, loopback, mapped, local, link-local, multicast, documentation. */
const LOCAL6 = /^(?:::|0+:|fe[89ab]|f[cd]|ff|2001:0?db8|3fff:)/i

/**
 * A public IPv6 address whose first colon stands at `at`: all eight groups, or a shortened one of three groups and more
 * that begins as the addresses given out do (2000::/3), so that `a::b` and `dead::beef` stay names.
 */
export const ip6At = (text: string, at: number): Span | undefined => {
  let from = at
  while (from > 0 && at - from < 5 && isHex(text.charCodeAt(from - 1))) from--
  if (from === at || at - from > 4 || /[\w.:@/-]/.test(text[from - 1] ?? "")) return undefined
  let to = at
  while (to < text.length && to - from < 40 && (text.charCodeAt(to) === 0x3a || isHex(text.charCodeAt(to)))) to++
  if (text.charCodeAt(to - 1) === 0x3a && text.charCodeAt(to - 2) !== 0x3a) to--
  const found = text.slice(from, to)
  if (/^(?:[\w@:]|[.-]\w)/.test(text.slice(to, to + 2)) && text.charCodeAt(to) !== 0x3a) return undefined
  if (!isIPv6(found) || LOCAL6.test(found)) return undefined
  const groups = found.split(":").filter((group) => group !== "").length
  return groups === 8 || (groups >= 3 && /^[23][0-9a-f]{3}:/i.test(found)) ? { from, to } : undefined
}
