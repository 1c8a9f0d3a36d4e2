// Code points in UTF-8 bytes: how many bytes one takes, which it is, and whether it is white space.
import { classOf, SPACE } from "./unicode.ts"

/** Bytes of the code point that begins with this byte. */
export const sizeOf = (byte: number): number => (byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4)

/** The code point that begins at `at`, in well-formed UTF-8. */
export const pointAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at]!
  if (byte < 0x80) return byte
  if (byte < 0xe0) return ((byte & 31) << 6) | (bytes[at + 1]! & 63)
  if (byte < 0xf0) return ((byte & 15) << 12) | ((bytes[at + 1]! & 63) << 6) | (bytes[at + 2]! & 63)
  return ((byte & 7) << 18) | ((bytes[at + 1]! & 63) << 12) | ((bytes[at + 2]! & 63) << 6) | (bytes[at + 3]! & 63)
}

/** Bytes of the white space character at `at`; 0 where there is another. All white space is in the basic plane. */
export const spaceAt = (bytes: Uint8Array, at: number): number => {
  const byte = bytes[at]!
  if ((byte > 0x20 && byte < 0x7f) || byte >= 0xf0) return 0
  return (classOf(pointAt(bytes, at)) & SPACE) === 0 ? 0 : sizeOf(byte)
}
