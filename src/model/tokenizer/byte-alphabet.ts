// The printable stand-ins of the 256 bytes that byte-level BPE files use, so that a vocabulary is readable JSON.

const isPrintable = (byte: number): boolean =>
  (byte >= 0x21 && byte <= 0x7e) || (byte >= 0xa1 && byte <= 0xac) || byte >= 0xae

const standIns = (): Uint16Array => {
  const codePoints = new Uint16Array(256)
  let next = 256
  for (let byte = 0; byte < 256; byte++) codePoints[byte] = isPrintable(byte) ? byte : next++
  return codePoints
}

const codePoints = standIns()
const bytesByCodePoint = new Map<number, number>(Array.from(codePoints, (codePoint, byte) => [codePoint, byte]))

/** The character that stands for each byte: itself where printable in Latin-1, else the next one from U+0100 (GPT-2). */
export const byteCharacters: readonly string[] = Array.from(codePoints, (codePoint) => String.fromCharCode(codePoint))

/** Bytes in the order of their stand-in characters, which is the order of ids in a fresh vocabulary. */
export const bytesInOrder: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) => byte).sort(
  (left, right) => codePoints[left]! - codePoints[right]!
)

/** Writes bytes as their stand-in characters. */
export const toCharacters = (bytes: Uint8Array): string => {
  let text = ""
  for (const byte of bytes) text += byteCharacters[byte]
  return text
}

/** Bytes of stand-in characters, or undefined when one of them stands for no byte. */
export const fromCharacters = (text: string): Uint8Array | undefined => {
  const bytes = new Uint8Array(text.length)
  for (let index = 0; index < text.length; index++) {
    const byte = bytesByCodePoint.get(text.charCodeAt(index))
    if (byte === undefined) return undefined
    bytes[index] = byte
  }
  return bytes
}
