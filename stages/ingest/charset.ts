// Character sets of text files: told by a byte order mark, by where zero bytes stand, by being UTF-8, else Windows-1252.
import { isUtf8 } from "node:buffer"
import { decodeUtf8 } from "#sluice/text"
import { textStart } from "./byte-frames.ts"

/** What an option of this name may say. */
export const charsets = ["detect", "utf-8", "utf-16le", "utf-16be", "windows-1252"] as const

export type Charset = Exclude<(typeof charsets)[number], "detect">

/** The text of bytes, without a byte order mark; an Error says what they are not, UTF-8 with the byte that is wrong. */
export const decodeText = (bytes: Uint8Array, charset: (typeof charsets)[number]): string => {
  const found = charset === "detect" ? charsetOf(bytes) : charset
  if (found === "utf-8") return decodeUtf8(bytes)
  try {
    return new TextDecoder(found, { fatal: true }).decode(bytes)
  } catch {
    const odd = found !== "windows-1252" && bytes.length % 2 === 1
    throw new Error(`is not ${found.toUpperCase()}: ${odd ? "its length is odd" : "half a surrogate pair"}`)
  }
}

/**
 * The character set of a file. Bytes that are mostly UTF-8, or that no text in Windows-1252 holds, count as UTF-8 even where
 * some are wrong, so that a damaged file is told and not read as other letters; a file with zero bytes that is neither
 * UTF-16 nor UTF-8 is an Error.
 */
export const charsetOf = (bytes: Uint8Array): Charset => {
  if (textStart(bytes) > 0) return "utf-8"
  const [a, b, c, d] = bytes
  if (a === 0xff && b === 0xfe) {
    if (c === 0 && d === 0 && bytes.length % 4 === 0) throw new Error("is UTF-32, which is not read")
    return "utf-16le"
  }
  if (a === 0xfe && b === 0xff) return "utf-16be"
  const whole = isUtf8(bytes)
  const wide = wideCharset(bytes, whole ? 0.2 : 0.01)
  if (wide !== undefined) return wide
  if (whole) return "utf-8"
  if (bytes.includes(0)) throw new Error("is not text: it has zero bytes")
  return isWindows1252(bytes) ? "windows-1252" : "utf-8"
}

/** Bytes that are looked at to find UTF-16: a file begins as it goes on. */
const sample = 1 << 16

/** UTF-16 without a mark has its zero bytes at odd offsets (little endian) or at even ones, for at least a share of its units. */
const wideCharset = (bytes: Uint8Array, share: number): "utf-16le" | "utf-16be" | undefined => {
  const units = Math.min(bytes.length, sample) >> 1
  let even = 0
  let odd = 0
  for (let i = 0; i < units; i++) {
    if (bytes[i * 2] === 0) even++
    if (bytes[i * 2 + 1] === 0) odd++
  }
  if (Math.max(even, odd) < Math.max(1, units * share) || bytes.length % 2 === 1) return undefined
  return odd > even * 10 ? "utf-16le" : even > odd * 10 ? "utf-16be" : undefined
}

/** Not text in Windows-1252: bytes without a meaning there, and control characters but tab, line ends, form feed. */
const isStrange = (byte: number): boolean =>
  byte < 32
    ? byte !== 9 && byte !== 10 && byte !== 12 && byte !== 13
    : byte === 0x81 || byte === 0x8d || byte === 0x8f || byte === 0x90 || byte === 0x9d

const isWindows1252 = (bytes: Uint8Array): boolean => {
  let sequences = 0
  let others = 0
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at]!
    const size = byte < 0xc2 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    if (size > 1 && isUtf8(bytes.subarray(at, at + size))) {
      sequences++
      at += size
    } else {
      if (isStrange(byte)) return false
      if (byte > 0x7f) others++
      at++
    }
  }
  return others > sequences
}
