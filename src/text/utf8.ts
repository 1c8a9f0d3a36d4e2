// Strict UTF-8: text that is not UTF-8 is an error that names the byte, never a text full of replacement characters.
import { constants, isUtf8 } from "node:buffer"

/**
 * Decodes UTF-8, without a byte order mark; throws an Error that says which byte is wrong, or that no text can be so long.
 *
 * @example
 * import { decodeUtf8 } from "#sluice/text"
 * decodeUtf8(new Uint8Array([0xef, 0xbb, 0xbf, 0xc3, 0xa9])) // → "é"
 */
export const decodeUtf8 = (bytes: Uint8Array): string => {
  if (bytes.length > constants.MAX_STRING_LENGTH)
    throw new Error(
      `has ${bytes.length} bytes, where no more than ${constants.MAX_STRING_LENGTH} can be read as one text`
    )
  if (!isUtf8(bytes)) {
    const at = firstBad(bytes)
    throw new Error(`is not UTF-8: byte 0x${bytes[at]!.toString(16).padStart(2, "0")} at offset ${at}`)
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8")
  return text.charCodeAt(0) === 0xfeff ? text.slice(1) : text
}

/** The offset of the first character that is not whole and well formed. */
const firstBad = (bytes: Uint8Array): number => {
  let at = 0
  while (at < bytes.length) {
    const byte = bytes[at]!
    const size = byte < 0x80 ? 1 : byte < 0xe0 ? 2 : byte < 0xf0 ? 3 : 4
    if (size > 1 && !isUtf8(bytes.subarray(at, at + size))) return at
    at += size
  }
  return at
}
